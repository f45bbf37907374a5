from django.urls import path

from progress import views

urlpatterns = [
    path("topics/<slug:slug>/progress/", views.tick, name="tick"),
    path("me/", views.me, name="me"),
]
