from django.urls import path

from progress import views

urlpatterns = [
    path("topics/<slug:slug>/progress/", views.tick, name="tick"),
    path("me/", views.me, name="me"),
    path("me/data/", views.data, name="data"),
    path("me/data/waymark.json", views.data_as_json, name="data_as_json"),
    path("me/data/progress.csv", views.progress_as_csv, name="progress_as_csv"),
    path("me/data/import/", views.import_list, name="import_list"),
    path("roadmap/checklist.md", views.checklist, name="checklist"),
    path("roadmap/print/", views.printed, name="print"),
    path("roadmap/roadmap.json", views.data_of_way, name="data_of_way"),
    path("tracks/<slug:track>/checklist.md", views.checklist, name="checklist"),
    path("tracks/<slug:track>/print/", views.printed, name="print"),
    path("tracks/<slug:track>/track.json", views.data_of_way, name="data_of_way"),
    path("stages/<slug:stage>/checklist.md", views.checklist, name="checklist"),
    path("stages/<slug:stage>/print/", views.printed, name="print"),
]
