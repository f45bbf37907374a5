from django.urls import path

from progress.transfer import views, views_export

urlpatterns = [
    path("me/data/", views.data, name="data"),
    path("me/data/waymark.json", views.data_as_json, name="data_as_json"),
    path("me/data/progress.csv", views.progress_as_csv, name="progress_as_csv"),
    path("me/data/import/", views.import_list, name="import_list"),
    path("roadmap/checklist.md", views_export.checklist, name="checklist"),
    path("roadmap/print/", views_export.printed, name="print"),
    path("roadmap/roadmap.json", views_export.track_json, name="data_of_way"),
    path("tracks/<slug:track>/checklist.md", views_export.checklist, name="checklist"),
    path("tracks/<slug:track>/print/", views_export.printed, name="print"),
    path("tracks/<slug:track>/track.json", views_export.track_json, name="data_of_way"),
    path("stages/<slug:stage>/checklist.md", views_export.checklist, name="checklist"),
    path("stages/<slug:stage>/print/", views_export.printed, name="print"),
]
