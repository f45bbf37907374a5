from django.urls import path

from progress.cohorts.assignments import views, views_edit

urlpatterns = [
    path("<pk:pk>/assign/", views.assign, name="assign"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/", views.edit_assignment, name="edit_assignment"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/remove/", views.remove_assignment, name="remove_assignment"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/extend/", views.extend, name="extend"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/whom/", views_edit.change_whom, name="change_whom"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/rhythm/", views_edit.change_rhythm, name="change_rhythm"),
    path("<pk:pk>/assignments/<pk:assignment_pk>/take-over/", views_edit.take_over, name="take_over"),
]
