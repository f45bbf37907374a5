"""Stages, their topics, and resources."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.admin.filters import (
    ResourceAttentionFilter,
    SourceMentionFilter,
    StageAttentionFilter,
    TopicAttentionFilter,
    TopicLinksFilter,
)
from stages.admin.inlines import ReadOnlyInline, fixed_target_form, natural_key_formset
from stages.admin.markdown_widget import LargeTextMixin, MarkdownPreviewMixin
from stages.admin.reorder import ReorderAdmin
from stages.admin.workflow import PublishableAdmin, StateFilter
from stages.editing.duplicate import copy_title, duplicate_stage
from stages.editing.ordering import next_position
from stages.editing.validators import (
    find_cycle_with,
    find_duplicate,
    find_replacement_cycle_with,
    find_slug_twin,
)
from stages.fixture_io import content_rows
from stages.models import Resource, Revision, Stage, State, Topic, TopicResource, Track
from stages.requests import AuthedRequest
from stages.revisions.edit_conflicts import SEEN_REVISION

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Counts(TypedDict):
    """What the queries of the lists count for a row, each list its own."""

    topic_count: int
    draft_count: int
    link_count: int


class SlugForm(forms.ModelForm):
    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if twin := find_slug_twin(slug, self._meta.model._default_manager.all()):
            message = _("There is “{slug}” already. Choose one that differs in more than upper and lower case.")
            raise forms.ValidationError(message.format(slug=twin))
        return slug


class ImmutableSlugMixin(LargeTextMixin, PublishableAdmin, ReorderAdmin):
    """The slug is filled in from the title once, and is fixed from then on: ticks and links hang on it."""

    form = SlugForm
    prepopulated_fields = {"slug": ["title"]}
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields


class DuplicateMixin(admin.ModelAdmin):
    """Has a button that makes a draft of the same: ``duplicate`` says how."""

    duplicate: Callable[[Any], Any]

    def get_urls(self) -> list[URLPattern]:
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view(self.duplicate_view)
        return [path("<pk:pk>/duplicate/", view, name=f"{name}_duplicate"), *super().get_urls()]

    def duplicate_view(self, request: AuthedRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        row = get_object_or_404(content_rows(self.model), pk=pk)
        copy = self.existing_copy(request, row)
        if copy is None:
            copy = self.duplicate(row)
            self.log_addition(request, copy, _("Copied from “{row}”.").format(row=row))
        message = _("This is a draft with everything of “{row}”. Nobody sees it yet, and “{row}” is as it was.")
        messages.success(request, message.format(row=row))
        return HttpResponseRedirect(reverse(f"admin:stages_{self.opts.model_name}_change", args=[copy.pk]))

    def existing_copy(self, request: AuthedRequest, row: Stage | Track) -> Any:
        """The copy that the same button has made already, when it was pressed twice."""
        seen = request.POST.get(SEEN_REVISION, "")
        additions = Revision.objects.filter(
            model=self.opts.label_lower, before__isnull=True, by=request.user, title=copy_title(row)
        )
        addition = additions.filter(pk__gt=int(seen)).first() if seen.isdecimal() else None
        return addition and self.model.objects.filter(pk=addition.object_id).first()


# --- Stages -------------------------------------------------------------------------------------------


class StageForm(SlugForm):
    def clean_state(self) -> str:
        state = self.cleaned_data["state"]
        newly_published = state == State.PUBLISHED and (not self.instance.pk or "state" in self.changed_data)
        if newly_published and not (self.instance.pk and self.instance.topics.filter(state=State.PUBLISHED).exists()):
            raise forms.ValidationError(
                _("A stage without a published topic is empty for learners. Keep it a draft until it has one.")
            )
        return state


class TopicInline(ReadOnlyInline):
    model = Topic
    fields = ["level", "kind", "required", "state"]
    ordering = ["position", "pk"]


@admin.register(Stage)
class StageAdmin(DuplicateMixin, MarkdownPreviewMixin, ImmutableSlugMixin):
    form = StageForm
    list_display = ["title", "place", "level", "state_now", "topic_count", "draft_count"]
    list_filter = [StageAttentionFilter, StateFilter, "level"]
    search_fields = ["title", "slug", "summary"]
    inlines = [TopicInline]
    ordered_children, is_ordered = "topics", True
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        ("Place", {"fields": ["place", "level", "state", "publish_at"]}),
        ("At its beginning", {"fields": ["gain", "reason"]}),
        ("At its end", {"fields": ["checklist", "project_title", "project"]}),
    ]
    duplicate = staticmethod(duplicate_stage)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stage]:
        published = Count("topics", Q(topics__state=State.PUBLISHED))
        drafts = Count("topics", Q(topics__state=State.DRAFT))
        return super().get_queryset(request).annotate(topic_count=published, draft_count=drafts)

    @admin.display(description=gettext_lazy("topics"), ordering="topic_count")
    def topic_count(self, stage: "WithAnnotations[Stage, Counts]") -> int:
        return stage.topic_count

    @admin.display(description=gettext_lazy("drafts"), ordering="draft_count")
    def draft_count(self, stage: "WithAnnotations[Stage, Counts]") -> int | None:
        return stage.draft_count or None


# --- Topics -------------------------------------------------------------------------------------------


class TopicForm(SlugForm):
    retire_replaced = forms.BooleanField(
        label=gettext_lazy("retire the topics that it replaces"),
        required=False,
        help_text=gettext_lazy(
            "As soon as this one is published. Their ticks come along, and their addresses lead here."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Ticked, unless somebody has kept both.
        kept_both = self.instance.pk and self.instance.is_published() and live_replaced(self.instance).exists()
        self.initial.setdefault("retire_replaced", not kept_both)

    def clean_prerequisites(self) -> QuerySet[Topic]:
        prerequisites = self.cleaned_data["prerequisites"]
        if self.instance.pk and prerequisites:
            cycle = find_cycle_with(self.instance.slug, [topic.slug for topic in prerequisites])
            if cycle:
                titles = dict(Topic.objects.filter(slug__in=cycle).values_list("slug", "title"))
                raise forms.ValidationError(
                    _("These topics would need each other in a circle: {circle}.").format(
                        circle=" → ".join(titles[slug] for slug in cycle)
                    )
                )
        return prerequisites

    def clean_replaces(self) -> list[str]:
        replaces, slug = self.cleaned_data["replaces"], self.instance.slug or self.cleaned_data.get("slug")
        if slug in replaces:
            raise forms.ValidationError(_("A topic cannot replace itself."))
        known = {*self.instance.replaces, *Topic.objects.filter(slug__in=replaces).values_list("slug", flat=True)}
        if unknown := [replaced for replaced in replaces if replaced not in known]:
            raise forms.ValidationError(_("There is no topic “{slug}”.").format(slug=unknown[0]))
        if slug and (cycle := find_replacement_cycle_with(slug, replaces)):
            message = _("These topics would replace each other in a circle: {circle}.")
            raise forms.ValidationError(message.format(circle=" → ".join(cycle)))
        return replaces


def live_replaced(topic: Topic) -> QuerySet[Topic]:
    """The topics that learners go on seeing although ``topic`` replaces them."""
    return Topic.objects.published().filter(slug__in=topic.replaces) if topic.replaces else Topic.objects.none()


class TopicResourceInline(LargeTextMixin, admin.TabularInline):
    model = TopicResource
    form, formset = fixed_target_form("resource"), natural_key_formset("resource")
    fields = ["resource", "why"]
    autocomplete_fields = ["resource"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[TopicResource]:
        return super().get_queryset(request).select_related("topic", "resource")


@admin.register(Topic)
class TopicAdmin(ImmutableSlugMixin):
    form = TopicForm
    list_display = ["title", "stage", "place", "level", "state_now", "link_count"]
    list_filter = [
        TopicAttentionFilter,
        TopicLinksFilter,
        StateFilter,
        SourceMentionFilter,
        "level",
        "kind",
        "required",
        "stage",
    ]
    list_select_related = ["stage"]
    search_fields = ["title", "slug", "summary", "body"]
    search_help_text = gettext_lazy("Titles, slugs, summaries and lessons.")
    ordering = ["stage__position", "stage", "position", "pk"]
    autocomplete_fields = ["stage", "prerequisites"]
    inlines = [TopicResourceInline]
    ordered_children, ordered_children_related = "links", ["resource"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        ("Lesson", {"fields": ["outcomes", ("minutes_min", "minutes_max"), "body", "disagreement"]}),
        ("Place", {"fields": ["stage", "place", "level", "kind", "required", "state", "publish_at"]}),
        ("Ties", {"fields": ["prerequisites", "replaces", "retire_replaced"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reorder_exercises)
        return [path("<pk:pk>/arrange-exercises/", view, name="stages_topic_arrange_exercises"), *super().get_urls()]

    def reorder_exercises(self, request: AuthedRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("stages.change_exercise"):
            raise PermissionDenied
        return self.reorder_below(request, pk, "exercises")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(link_count=Count("links"))

    def get_fieldsets(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        """Whoever only looks has no box to tick."""
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return super().get_fieldsets(request, obj)
        return [*self.fieldsets[:-1], ("Ties", {"fields": ["prerequisites", "replaces"]})]

    @admin.display(description=gettext_lazy("resources"), ordering="link_count")
    def link_count(self, topic: "WithAnnotations[Topic, Counts]") -> int | None:
        return topic.link_count or None

    def save_model(self, request: HttpRequest, obj: Topic, form: forms.ModelForm, change: bool) -> None:
        if change and "stage" in form.changed_data:
            obj.position = next_position(obj.stage.topics)  # where it stood is no place in the other stage
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet], change: bool
    ) -> None:
        if form.cleaned_data.get("retire_replaced") and form.instance.is_published():
            self.retire_topics(request, live_replaced(form.instance), form.instance)
        super().save_related(request, form, formsets, change)

    def retire_topics(self, request: HttpRequest, topics: QuerySet[Topic], successor: Topic) -> None:
        for replaced in topics:
            replaced.state = State.RETIRED
            replaced.save(update_fields=["state"])
            self.log_change(request, replaced, [{"changed": {"fields": ["state"]}}])
            message = _("“{replaced}” is retired, for “{topic}” takes its place.")
            messages.success(request, message.format(replaced=replaced, topic=successor))

    def siblings(self, row: Topic) -> QuerySet[Topic]:
        return row.stage.topics.all()


# --- Resources ----------------------------------------------------------------------------------------


class ResourceForm(forms.ModelForm):
    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        twin = find_duplicate(url, Resource.objects.exclude(pk=self.instance.pk).exclude(url=url))
        if twin:
            form = reverse("admin:stages_resource_change", args=[twin.pk])
            message = _("{resource} leads to the same page already, as {url}.")
            link = format_html('<a href="{}">{}</a>', form, twin)
            raise forms.ValidationError(format_html(message, resource=link, url=twin.url))
        return url


@admin.register(Resource)
class ResourceAdmin(LargeTextMixin, PublishableAdmin):
    form = ResourceForm
    list_display = ["title", "kind", "publisher", "free", "language", "state_now", "topic_count", "page"]
    list_filter = [ResourceAttentionFilter, StateFilter, "kind", "free", "language"]
    list_per_page = 50
    search_fields = ["title", "url", "publisher"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).annotate(topic_count=Count("links"))

    @admin.display(description=gettext_lazy("topics"), ordering="topic_count")
    def topic_count(self, resource: "WithAnnotations[Resource, Counts]") -> int | None:
        return resource.topic_count or None

    @admin.display(description=gettext_lazy("address"), ordering="url")
    def page(self, resource: Resource) -> SafeString:
        return format_html('<a href="{}" rel="external">{}</a>', resource.url, resource.url)

    def view_on_site(self, row: Resource) -> str:
        return row.url
