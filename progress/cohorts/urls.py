from django.urls import path

from progress.cohorts.views import assignments

urlpatterns = [
    path("<int:pk>/assign/", assignments.assign, name="assign"),
    path("<int:pk>/assignments/<int:assignment>/", assignments.edit_assignment, name="edit_assignment"),
    path("<int:pk>/assignments/<int:assignment>/remove/", assignments.remove_assignment, name="remove_assignment"),
    path("<int:pk>/assignments/<int:assignment>/extend/", assignments.extend, name="extend"),
]
