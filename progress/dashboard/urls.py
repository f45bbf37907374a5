from django.urls import path

from progress.dashboard import views

urlpatterns = [path("me/", views.me, name="me")]
