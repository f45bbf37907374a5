from django.urls import path

from stages.practice import views

urlpatterns = [
    path("", views.exercises, name="exercises"),
    path("frame/", views.frame, name="practice_frame"),
    path("<slug:slug>/", views.exercise, name="exercise"),
]
