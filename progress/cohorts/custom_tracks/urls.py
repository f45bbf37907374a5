from django.urls import path

from progress.cohorts.custom_tracks import views, views_editor, views_upstream

urlpatterns = [
    path("", views.own_tracks, name="own_tracks"),
    path("new/", views.new_own_track, name="new_own_track"),
    path("<slug:slug>/", views.own_track, name="own_track"),
    path("<slug:slug>/compose/", views_editor.compose, name="compose"),
    path("<slug:slug>/sections/add/", views_editor.add_section, name="add_section"),
    path("<slug:slug>/sections/move/", views_editor.move_section, name="move_section"),
    path("<slug:slug>/sections/<slug:section>/edit/", views_editor.edit_section, name="edit_section"),
    path("<slug:slug>/sections/<slug:section>/remove/", views_editor.remove_section, name="remove_section"),
    path("<slug:slug>/topics/add/", views_editor.add_topic, name="add_topic"),
    path("<slug:slug>/topics/remove/", views_editor.remove_topic, name="remove_topic"),
    path("<slug:slug>/topics/move/", views_editor.move_topic, name="move_topic"),
    path("<slug:slug>/topics/move-chosen/", views_editor.move_chosen, name="move_chosen"),
    path("<slug:slug>/topics/required/", views_editor.require_topic, name="require_topic"),
    path("<slug:slug>/changes/", views_upstream.own_track_changes, name="own_track_changes"),
    path("<slug:slug>/authors/", views.own_track_authors, name="own_track_authors"),
    path("<slug:slug>/authors/leave/", views.leave_own_track, name="leave_own_track"),
    path("<slug:slug>/remove/", views.remove_own_track, name="remove_own_track"),
]
