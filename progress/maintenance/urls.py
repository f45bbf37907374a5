from django.urls import path

from progress.maintenance import views_preview

urlpatterns = [
    path("as-learner/", views_preview.roadmap, name="roadmap_as_learner"),
    path("stages/<slug:slug>/as-learner/", views_preview.stage, name="stage_as_learner"),
    path("topics/<slug:slug>/as-learner/", views_preview.topic, name="topic_as_learner"),
    path("practice/<slug:slug>/as-learner/", views_preview.exercise, name="exercise_as_learner"),
    path("tracks/<slug:slug>/as-learner/", views_preview.track, name="track_as_learner"),
    path("tracks/<slug:slug>/as-learner/map.css", views_preview.track_map, name="track_map_as_learner"),
]
