from django.urls import path

from progress.annotations import views, views_reports

urlpatterns = [
    path("topics/<slug:slug>/star/", views.star, name="star"),
    path("topics/<slug:slug>/note/", views.note, name="note"),
    path("topics/<slug:slug>/report/", views_reports.report, name="report"),
    path("resources/<pk:pk>/tick/", views.tick_resource, name="tick_resource"),
    path("me/notes/", views.notes, name="notes"),
]
