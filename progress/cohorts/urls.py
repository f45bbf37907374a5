from django.urls import include, path

from progress.cohorts.members.views_people import cohorts

urlpatterns = [
    path("", cohorts, name="cohorts"),
    path("tracks/", include("progress.cohorts.custom_tracks.urls")),
    path("", include("progress.cohorts.members.urls")),
    path("", include("progress.cohorts.notifications.urls")),
    path("", include("progress.cohorts.invitations.urls")),
    path("", include("progress.cohorts.reports.urls")),
    path("", include("progress.cohorts.assignments.urls")),
]
