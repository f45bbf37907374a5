from django.urls import path

from progress import views

urlpatterns = [
    path("topics/<slug:slug>/progress/", views.tick, name="tick"),
    path("topics/<slug:slug>/star/", views.star, name="star"),
    path("topics/<slug:slug>/note/", views.note, name="note"),
    path("topics/<slug:slug>/report/", views.report, name="report"),
    path("resources/<int:pk>/tick/", views.tick_resource, name="tick_resource"),
    path("stages/<slug:slug>/reset/", views.reset_stage, name="reset_stage"),
    path("tracks/<slug:slug>/reset/", views.reset_track, name="reset_track"),
    path("me/", views.me, name="me"),
    path("me/notes/", views.notes, name="notes"),
    path("me/resets/<int:pk>/undo/", views.undo_reset, name="undo_reset"),
]
