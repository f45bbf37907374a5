from django.urls import include, path

urlpatterns = [
    path("", include("progress.tracking.urls")),
    path("", include("progress.annotations.urls")),
    path("", include("progress.dashboard.urls")),
    path("", include("progress.practice.urls")),
    path("", include("progress.sharing.urls")),
    path("", include("progress.transfer.urls")),
    path("", include("progress.maintenance.urls")),
]
