from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from roadmap_site import metrics, speculation, views

urlpatterns = [
    path("", include("stages.urls")),
    path("", include("progress.urls")),
    path("cohorts/", include("progress.cohorts.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/stages/files/", include("stages.admin.sync_page")),
    path("admin/", admin.site.urls),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz", views.readyz, name="healthz"),  # what it was called before there were two
    path("metrics", metrics.metrics, name="metrics"),
    path("speculation-rules.json", speculation.rules, name="speculation_rules"),
]
handler500 = views.server_error

if settings.DEBUG:
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()
