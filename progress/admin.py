"""Admin of reports, and of topics as far as learners come into it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import F, Model, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from progress.maintenance import admin_link_checks  # noqa: F401 - registers resources
from progress.models import CarryOver, Report
from progress.models.annotations import ReportQuerySet
from stages.admin import TopicAdmin
from stages.admin.filters import ChoiceFilter
from stages.admin.link_actions import LINK_ACTIONS, LinkActions, link_state, suggestion
from stages.models import Resource, Topic

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

admin.site.unregister(Topic)


class ReportedFilter(ChoiceFilter):
    title = _("reported by learners")
    parameter_name = "reported"
    answers = {
        "open": (_("with an open report"), lambda topics: topics.filter(pk__in=Report.objects.open().values("topic"))),
        "ever": (_("ever reported"), lambda topics: topics.filter(pk__in=Report.objects.values("topic"))),
    }


@admin.register(Topic)
class TickedTopicAdmin(TopicAdmin):
    """The topic's admin, where a merge or split takes the learners' ticks along as ``load_roadmap`` does."""

    list_filter = [*TopicAdmin.list_filter[:2], ReportedFilter, *TopicAdmin.list_filter[2:]]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if carried := CarryOver.objects.apply_pending():
            self.message_user(request, f"Standings carried over from the topics it replaces: {carried}.")


class HandledFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "handled"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, "StrPromise"]]:
        return [("no", _("open")), ("yes", _("handled"))]

    def queryset(  # type: ignore[override]  # the rows of this admin are reports
        self, request: HttpRequest, reports: ReportQuerySet
    ) -> ReportQuerySet:
        match self.value():
            case "no":
                return reports.open()
            case "yes":
                return reports.exclude(handled_at=None)
        return reports


@admin.register(Report)
class ReportAdmin(LinkActions):
    """The queue of reported problems and flagged links, open ones first, with what may be done about each.

    Nobody rewrites what a reader said; it can be handled.
    """

    list_display = ["problem", "topic_link", "resource_link", "suggestion", "reporter", "at", "handled_at"]
    list_filter = [HandledFilter, "kind", "at"]
    list_select_related = ["topic", "resource__link_check", "user"]
    search_fields = ["text", "topic__title", "resource__title", "resource__url"]
    ordering = [F("handled_at").desc(nulls_first=True), "-at", "-pk"]
    date_hierarchy = "at"
    actions = [*LINK_ACTIONS, "mark_as_handled", "open_again"]
    readonly_fields = ["problem_in_full", "topic_link", "resource_link", "suggestion", "reporter", "at"]
    fields = [*readonly_fields, "handled_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        shown_in = Prefetch("resource__topics", Topic.objects.published(), to_attr="shown_in")
        return super().get_queryset(request).prefetch_related(shown_in)

    @admin.display(description=_("problem"))
    def problem(self, report: Report) -> str:
        return Truncator(": ".join(filter(None, [report.get_kind_display(), report.text]))).chars(90)

    @admin.display(description=_("problem"))
    def problem_in_full(self, report: Report) -> SafeString:
        return format_html("<strong>{}</strong><br>{}", report.get_kind_display(), report.text)

    @admin.display(description=_("topic"), ordering="topic__title")
    def topic_link(self, report: Report) -> str:
        # A flag of check_links is about the link, wherever it is recommended.
        resource: Any = report.resource  # there when no topic is, and with what get_queryset() has fetched
        topics = [report.topic] if report.topic else resource.shown_in
        links = ([self.row_and_page(topic, topic.get_absolute_url())] for topic in topics)
        return format_html_join(", ", "{}", links) or "—"

    @admin.display(description=_("resource"), ordering="resource__title")
    def resource_link(self, report: Report) -> str:
        """The resource, and what is known about its link."""
        if not report.resource:
            return "—"
        resource = self.row_and_page(report.resource, report.resource.url)
        return format_html("{}<br>{}", resource, link_state(report.resource))

    def row_and_page(self, row: Model, page: str) -> SafeString:
        """To the form where it can be mended, and to the page as readers see it."""
        form = reverse(f"admin:stages_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a> (<a href="{}">{}</a>)', form, row, page, _("see it"))

    @admin.display(description=_("reported by"))
    def reporter(self, report: Report) -> "User | StrPromise":
        return report.user or (_("check_links") if report.kind == Report.Kind.FLAGGED else _("a visitor"))

    @admin.display(description=_("suggestion"))
    def suggestion(self, report: Report) -> "StrOrPromise":
        return (report.resource and suggestion(report.resource)) or "—"

    def resources_of(self, reports: QuerySet[Report]) -> QuerySet[Resource]:
        """The resources of chosen reports, once each."""
        return Resource.objects.filter(pk__in=reports.values("resource")).select_related("link_check")

    def after_change(self, request: HttpRequest, chosen: QuerySet[Report], changed: Sequence[Resource]) -> None:
        """What was said about the link is handled with it, by whomever it was said."""
        reports = Report.objects.filter(resource__in=changed)
        number = reports.filter(Q(pk__in=list(chosen.values_list("pk", flat=True))) | Report.ABOUT_LINKS).handle()
        self.message_user(request, ngettext("%d report handled.", "%d reports handled.", number) % number)

    @admin.action(description=_("Mark as handled"), permissions=["change"])
    def mark_as_handled(self, request: HttpRequest, reports: ReportQuerySet) -> None:
        number = reports.handle()
        self.message_user(request, ngettext("%d report handled.", "%d reports handled.", number) % number)

    @admin.action(description=_("Open again"), permissions=["change"])
    def open_again(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        number = reports.exclude(handled_at=None).update(handled_at=None)
        self.message_user(request, ngettext("%d report open.", "%d reports open.", number) % number)
