from django.urls import path

from progress.tracking import views, views_reset

urlpatterns = [
    path("topics/<slug:slug>/progress/", views.tick, name="tick"),
    path("stages/<slug:slug>/reset/", views_reset.reset_stage, name="reset_stage"),
    path("tracks/<slug:slug>/reset/", views_reset.reset_track, name="reset_track"),
    path("me/resets/<pk:pk>/undo/", views_reset.undo_reset, name="undo_reset"),
]
