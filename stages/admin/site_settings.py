"""What the site calls itself."""

from django.contrib import admin
from django.http import HttpRequest

from stages.admin.markdown_widget import LargeTextMixin
from stages.admin.versioned import VersionedAdmin
from stages.models import SiteSettings


@admin.register(SiteSettings)
class SiteSettingsAdmin(LargeTextMixin, VersionedAdmin):
    list_display = ["name", "subject", "lead"]

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """What the menu offers, which is on every page of the admin and asks nothing for this: the list alone."""
        return {"add": False, "change": self.has_change_permission(request), "view": self.has_view_permission(request)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()
