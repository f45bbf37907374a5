"""The documents that the roadmap was merged from, and what each of them names."""

from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from stages.admin.versioned import VersionedAdmin
from stages.models import Entry, Source

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, WithAnnotations


class Counts(TypedDict):
    entry_count: int


@admin.register(Source)
class SourceAdmin(VersionedAdmin):
    list_display = ["title", "key", "form", "position", "entry_count"]
    search_fields = ["title", "key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(entry_count=Count("entries"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key"] if obj else []

    @admin.display(description=gettext_lazy("entries"), ordering="entry_count")
    def entry_count(self, source: "WithAnnotations[Source, Counts]") -> int:
        return source.entry_count


class EntryTargetFilter(admin.SimpleListFilter):
    """Where an entry went: one that leads nowhere is one that was forgotten."""

    title = gettext_lazy("where it went")
    parameter_name = "went"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, "StrOrPromise"]]:
        return [("nowhere", gettext_lazy("nowhere"))]

    def queryset(self, request: HttpRequest, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        if self.value() == "nowhere":
            return entries.filter(stages=None, topics=None, resources=None).exclude(kind=Entry.Kind.FRAME)
        return entries


@admin.register(Entry)
class EntryAdmin(VersionedAdmin):
    list_display = ["ref", "words", "section", "kind", "source"]
    list_filter = [EntryTargetFilter, "source", "kind"]
    list_select_related = ["source"]
    list_per_page = 50
    search_fields = ["ref", "label", "paraphrase", "section"]
    autocomplete_fields = ["cites", "stages", "topics", "resources"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What the document says, and where, is not for us to change."""
        return ["ref", "source", "line"] if obj else []
