from django.urls import path

from stages.roadmap import views

urlpatterns = [
    path("", views.roadmap, name="roadmap"),
    path("dictionary", views.roadmap_dictionary, name="roadmap_dictionary"),
    path("stages/<slug:slug>/", views.stage, name="stage"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("tracks/", views.track_list, name="tracks"),
    path("tracks/<slug:slug>/", views.track, name="track"),
    path("sources/", views.source_list, name="sources"),
    path("sources/<slug:key>/", views.source, name="source"),
]
