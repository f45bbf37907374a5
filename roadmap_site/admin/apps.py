from django.contrib.admin.apps import AdminConfig


class WaymarkAdminConfig(AdminConfig):
    """Django's admin with our site in the place of its own; every ``@admin.register`` finds it."""

    default_site = "roadmap_site.admin.site.WaymarkAdminSite"

    def ready(self) -> None:
        super().ready()
        from roadmap_site.admin import log_entries  # noqa: F401 - registers them, when all models are there
