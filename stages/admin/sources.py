"""The documents that the roadmap was merged from, and what each of them names."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy

from stages.admin.history import Kept
from stages.models import Entry, Source


@admin.register(Source)
class SourceAdmin(Kept):
    list_display = ["title", "key", "form", "position", "entry_count"]
    search_fields = ["title", "key"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(entry_count=Count("entries"))

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []

    @admin.display(description=gettext_lazy("entries"), ordering="entry_count")
    def entry_count(self, source):
        return source.entry_count


class WentFilter(admin.SimpleListFilter):
    """Where an entry went: one that leads nowhere is one that was forgotten."""

    title = gettext_lazy("where it went")
    parameter_name = "went"

    def lookups(self, request, model_admin):
        return [("nowhere", gettext_lazy("nowhere"))]

    def queryset(self, request, entries):
        if self.value() == "nowhere":
            return entries.filter(stage=None, topics=None, resources=None).exclude(kind=Entry.Kind.FRAME)
        return entries


@admin.register(Entry)
class EntryAdmin(Kept):
    list_display = ["ref", "label", "section", "kind", "source"]
    list_filter = [WentFilter, "source", "kind"]
    list_select_related = ["source"]
    list_per_page = 50
    search_fields = ["ref", "label", "section"]
    autocomplete_fields = ["stage", "topics", "resources"]

    def get_readonly_fields(self, request, obj=None):
        """What the document says, and where, is not for us to change."""
        return ["ref", "source", "line"] if obj else []
