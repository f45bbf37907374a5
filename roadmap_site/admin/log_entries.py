"""The staff log in the admin, for superusers to read."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):
    """What staff has done, for superusers to read. Nobody writes in it."""

    list_display = ["action_time", "user", "kind", "target", "message"]
    list_filter = ["action_time", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "change_message", "user__name", "user__email"]
    date_hierarchy = "action_time"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, entry: LogEntry) -> str | None:
        return capfirst(entry.content_type.name) if entry.content_type else None

    @admin.display(description=_("what"), ordering="object_repr")
    def target(self, entry: LogEntry) -> str:
        return entry.object_repr

    @admin.display(description=_("what was done"))
    def message(self, entry: LogEntry) -> "StrOrPromise":
        return entry.get_change_message() or entry.get_action_flag_display()
