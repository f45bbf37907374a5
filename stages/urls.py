from django.urls import path

from stages import map_views, views

urlpatterns = [
    path("", views.roadmap, name="roadmap"),
    path("map.css", map_views.map_style, name="map-style"),
    path("stages/<slug:slug>/", views.stage, name="stage"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/beside/", map_views.beside, name="beside"),
    path("tracks/", views.track_list, name="tracks"),
    path("tracks/<slug:slug>/", views.track, name="track"),
    path("tracks/<slug:slug>/map.css", map_views.map_style, name="map-style"),
    path("sources/", views.source_list, name="sources"),
    path("sources/<slug:key>/", views.source, name="source"),
    path("search/", views.search, name="search"),
    path("search/palette/", views.palette, name="palette"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("display/", views.display, name="display"),
]
