from django.urls import include, path

from stages import views_display

urlpatterns = [
    path("", include("stages.roadmap.urls")),
    path("", include("stages.map.urls")),
    path("practice/", include("stages.practice.urls")),
    path("search/", include("stages.search.urls")),
    path("shortcuts/", views_display.shortcuts, name="shortcuts"),
    path("display/", views_display.display, name="display"),
]
