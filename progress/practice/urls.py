from django.urls import path

from progress.practice import views

urlpatterns = [
    path("practice/<slug:slug>/attempt/", views.attempt, name="attempt"),
    path("practice/<slug:slug>/pass/", views.bring_pass, name="bring_pass"),
]
