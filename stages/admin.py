from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Count

from stages.admin_history import Kept
from stages.admin_revisions import RevisionAdmin  # noqa: F401 - registers itself
from stages.models import (
    Entry,
    Resource,
    Source,
    Stage,
    Topic,
    TopicResource,
    Track,
    TrackSection,
    TrackTopic,
)

# How many lines a box needs for what is usually in it.
ROWS = {
    **dict.fromkeys(["summary", "why", "outdated", "unverified"], 2),
    **dict.fromkeys(["gain", "reason", "audience", "difference", "disagreement", "outcomes", "checklist"], 5),
    "replaces": 2,
    "project": 16,
    "body": 32,
}
MARKDOWN = ["body", "disagreement", "project"]


class WideTexts(admin.options.BaseModelAdmin):
    """Texts get a box in which they can be read as a whole, and Markdown one in which code lines up."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in ROWS:
            markdown = {"class": "vLargeTextField markdown", "spellcheck": "true"}
            attributes = {"rows": ROWS[db_field.name], **(markdown if db_field.name in MARKDOWN else {})}
            kwargs["widget"] = AdminTextareaWidget(attrs=attributes)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SlugIsForever(WideTexts, Kept):
    """The slug is filled in from the title once, and is fixed from then on: ticks and links hang on it."""

    prepopulated_fields = {"slug": ["title"]}

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else [])]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields


class TopicResourceInline(WideTexts, admin.TabularInline):
    model = TopicResource
    autocomplete_fields = ["resource"]
    extra = 0


@admin.register(Stage)
class StageAdmin(SlugIsForever):
    list_display = ["title", "position", "level", "state", "topic_count"]
    list_filter = ["level", "state"]
    search_fields = ["title", "slug"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        ("Place", {"fields": ["position", "level", "state"]}),
        ("At its beginning", {"fields": ["gain", "reason"]}),
        ("At its end", {"fields": ["checklist", "project_title", "project"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(topic_count=Count("topics"))

    @admin.display(description="topics", ordering="topic_count")
    def topic_count(self, stage):
        return stage.topic_count


@admin.register(Topic)
class TopicAdmin(SlugIsForever):
    list_display = ["title", "stage", "position", "level", "required", "state"]
    list_editable = ["position"]
    list_filter = ["stage", "level", "kind", "required", "state", ("body", admin.EmptyFieldListFilter)]
    list_select_related = ["stage"]
    search_fields = ["title", "slug", "summary", "body"]
    ordering = ["stage__position", "stage", "position", "pk"]
    autocomplete_fields = ["stage", "prerequisites"]
    inlines = [TopicResourceInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        ("Lesson", {"fields": ["outcomes", ("minutes_min", "minutes_max"), "body", "disagreement"]}),
        ("Place", {"fields": ["stage", "position", "level", "kind", "required", "state"]}),
        ("Ties", {"fields": ["prerequisites", "replaces"]}),
    ]


@admin.register(Resource)
class ResourceAdmin(WideTexts, Kept):
    list_display = ["title", "kind", "publisher", "free", "language", "state", "url"]
    list_filter = ["kind", "free", "language", ("outdated", admin.EmptyFieldListFilter), "state"]
    search_fields = ["title", "url", "publisher"]


class TrackSectionInline(admin.TabularInline):
    model = TrackSection
    fields = ["position", "part", "title", "slug"]
    extra = 0
    show_change_link = True


@admin.register(Track)
class TrackAdmin(SlugIsForever):
    list_display = ["title", "position", "source", "state"]
    fields = [
        *("title", "slug", "summary", "audience", "difference"),
        *("position", "follows_stages", "source", "state"),
    ]
    list_select_related = ["source"]
    search_fields = ["title", "slug"]
    inlines = [TrackSectionInline]


class TrackTopicInline(admin.TabularInline):
    model = TrackTopic
    autocomplete_fields = ["topic"]
    extra = 0


@admin.register(TrackSection)
class TrackSectionAdmin(Kept):
    list_display = ["title", "track", "part", "position"]
    list_filter = ["track"]
    list_select_related = ["track"]
    search_fields = ["title"]
    inlines = [TrackTopicInline]


@admin.register(Source)
class SourceAdmin(Kept):
    list_display = ["title", "key", "form", "position"]
    search_fields = ["title", "key"]


@admin.register(Entry)
class EntryAdmin(Kept):
    list_display = ["ref", "label", "section", "kind", "source"]
    list_filter = ["source", "kind"]
    list_select_related = ["source"]
    search_fields = ["ref", "label", "section"]
    autocomplete_fields = ["stage", "topics", "resources"]
