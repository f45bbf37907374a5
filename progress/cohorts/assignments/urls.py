from django.urls import path

from progress.cohorts.assignments import views, views_edit

urlpatterns = [
    path("<int:pk>/assign/", views.assign, name="assign"),
    path("<int:pk>/assignments/<int:assignment_pk>/", views.edit_assignment, name="edit_assignment"),
    path("<int:pk>/assignments/<int:assignment_pk>/remove/", views.remove_assignment, name="remove_assignment"),
    path("<int:pk>/assignments/<int:assignment_pk>/extend/", views.extend, name="extend"),
    path("<int:pk>/assignments/<int:assignment_pk>/whom/", views_edit.change_whom, name="change_whom"),
    path("<int:pk>/assignments/<int:assignment_pk>/rhythm/", views_edit.change_rhythm, name="change_rhythm"),
    path("<int:pk>/assignments/<int:assignment_pk>/take-over/", views_edit.take_over, name="take_over"),
]
