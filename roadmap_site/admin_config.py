from django.contrib.admin.apps import AdminConfig


class WaymarkAdminConfig(AdminConfig):
    """Django's admin with our site in the place of its own; every ``@admin.register`` finds it."""

    default_site = "roadmap_site.admin_site.WaymarkAdminSite"
