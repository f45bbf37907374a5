"""Tracks, their sections, and the topics in them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from stages.admin.inlines import fixed_target_form, natural_key_formset
from stages.admin.latest_form import LatestForm
from stages.admin.reorder import ReorderAdmin
from stages.admin.topics import DuplicateMixin, ImmutableSlugMixin
from stages.admin.versioned import VersionedAdmin
from stages.admin.workflow import StateFilter
from stages.editing.duplicate import duplicate_track
from stages.models import Track, TrackSection, TrackTopic

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise, WithAnnotations


class Counts(TypedDict):
    """What the queries of the lists count for a row, each list its own."""

    section_count: int
    topic_count: int | None


class TrackSectionInline(admin.TabularInline):
    model = TrackSection
    form, formset = LatestForm, natural_key_formset("slug")
    fields = ["part", "title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackSection]:
        return super().get_queryset(request).select_related("track")


@admin.register(Track)
class TrackAdmin(DuplicateMixin, ImmutableSlugMixin):
    list_display = ["title", "place", "source", "state_now", "section_count", "topic_count"]
    list_filter = [StateFilter, "source"]
    fields = [
        *("title", "slug", "summary", "audience", "difference"),
        *("place", "follows_stages", "source", "state", "publish_at"),
    ]
    list_select_related = ["source"]
    search_fields = ["title", "slug"]
    autocomplete_fields = ["source"]
    inlines = [TrackSectionInline]
    ordered_children, is_ordered = "sections", True
    duplicate = staticmethod(duplicate_track)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        topics = TrackTopic.objects.filter(section__track=OuterRef("pk")).order_by().values("section__track")
        topic_count = Subquery(topics.annotate(number=Count("topic", distinct=True)).values("number"))
        return super().get_queryset(request).annotate(section_count=Count("sections"), topic_count=topic_count)

    @admin.display(description=gettext_lazy("sections"), ordering="section_count")
    def section_count(self, track: "WithAnnotations[Track, Counts]") -> "int | StrPromise":
        return gettext_lazy("the stages") if track.follows_stages else track.section_count

    @admin.display(description=gettext_lazy("topics"), ordering="topic_count")
    def topic_count(self, track: "WithAnnotations[Track, Counts]") -> "int | StrPromise | None":
        return gettext_lazy("all") if track.follows_stages else track.topic_count


class TrackTopicInline(admin.TabularInline):
    model = TrackTopic
    form, formset = fixed_target_form("topic"), natural_key_formset("topic")
    fields = ["topic", "required"]
    autocomplete_fields = ["topic"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackTopic]:
        return super().get_queryset(request).select_related("section", "topic")


@admin.register(TrackSection)
class TrackSectionAdmin(VersionedAdmin, ReorderAdmin):
    list_display = ["title", "track", "part", "place", "topic_count"]
    list_filter = ["track"]
    list_select_related = ["track"]
    list_per_page = 50
    fields = ["track", "part", "title", "slug", "place"]
    prepopulated_fields = {"slug": ["title"]}
    search_fields = ["title"]
    ordering = ["track__position", "track", "position", "pk"]
    empty_value_display = gettext_lazy("none")
    autocomplete_fields = ["track"]
    inlines = [TrackTopicInline]
    ordered_children, ordered_children_related = "places", ["topic"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackSection]:
        return super().get_queryset(request).annotate(topic_count=Count("places"))

    @admin.display(description=gettext_lazy("topics"), ordering="topic_count")
    def topic_count(self, section: "WithAnnotations[TrackSection, Counts]") -> int | None:
        return section.topic_count or None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Links to a section end with its slug, and its track and slug are what the files know it by."""
        return [*super().get_readonly_fields(request, obj), *(["track", "slug"] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields

    def siblings(self, row: TrackSection) -> QuerySet[TrackSection]:
        return row.track.sections.all()
