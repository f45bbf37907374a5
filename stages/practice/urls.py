from django.urls import path

from stages.practice import views

urlpatterns = [
    path("", views.exercises, name="exercises"),
    path("frames/django/", views.django_frame, name="practice_frame"),
    path("frames/page/", views.page_frame, name="practice_page"),
    path("<slug:slug>/", views.exercise, name="exercise"),
]
