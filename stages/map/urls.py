from django.urls import path

from stages.map import views

urlpatterns = [
    path("map.css", views.map_style, name="map-style"),
    path("tracks/<slug:slug>/map.css", views.map_style, name="map-style"),
    path("topics/<slug:slug>/beside/", views.topic_panel, name="beside"),
]
