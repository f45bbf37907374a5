from django.urls import path

from stages.search import views

urlpatterns = [
    path("", views.search, name="search"),
    path("palette/", views.palette, name="palette"),
]
