from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from progress.models import CarryOver, Report
from stages.admin import TopicAdmin
from stages.admin.filters import Question
from stages.models import Topic

admin.site.unregister(Topic)


class ReportedFilter(Question):
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

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if carried := CarryOver.objects.settle():
            self.message_user(request, f"Standings carried over from the topics it replaces: {carried}.")


class HandledFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "handled"

    def lookups(self, request, model_admin):
        return [("no", _("open")), ("yes", _("handled"))]

    def queryset(self, request, reports):
        match self.value():
            case "no":
                return reports.open()
            case "yes":
                return reports.exclude(handled_at=None)
        return reports


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """The queue of reported problems, open ones first. Nobody rewrites what a reader said; it can be handled."""

    list_display = ["problem", "topic_link", "resource_link", "reporter", "at", "handled_at"]
    list_filter = [HandledFilter, "kind", "at"]
    list_select_related = ["topic", "resource", "user"]
    search_fields = ["text", "topic__title", "resource__title", "resource__url"]
    ordering = [F("handled_at").desc(nulls_first=True), "-at", "-pk"]
    date_hierarchy = "at"
    actions = ["mark_as_handled", "open_again"]
    fields = ["problem_in_full", "topic_link", "resource_link", "reporter", "at", "handled_at"]
    readonly_fields = ["problem_in_full", "topic_link", "resource_link", "reporter", "at"]

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("problem"))
    def problem(self, report):
        return Truncator(": ".join(filter(None, [report.get_kind_display(), report.text]))).chars(90)

    @admin.display(description=_("problem"))
    def problem_in_full(self, report):
        return format_html("<strong>{}</strong><br>{}", report.get_kind_display(), report.text)

    @admin.display(description=_("topic"), ordering="topic__title")
    def topic_link(self, report):
        return self.link("topic", report.topic, report.topic.get_absolute_url())

    @admin.display(description=_("resource"), ordering="resource__title")
    def resource_link(self, report):
        return self.link("resource", report.resource, report.resource.url) if report.resource else "—"

    def link(self, model, row, page):
        """To the form where it can be mended, and to the page as readers see it."""
        form = reverse(f"admin:stages_{model}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a> (<a href="{}">{}</a>)', form, row, page, _("see it"))

    @admin.display(description=_("reported by"))
    def reporter(self, report):
        return report.user or _("a visitor")

    @admin.action(description=_("Mark as handled"), permissions=["change"])
    def mark_as_handled(self, request, reports):
        number = reports.filter(handled_at=None).update(handled_at=timezone.now())
        self.message_user(request, ngettext("%d report handled.", "%d reports handled.", number) % number)

    @admin.action(description=_("Open again"), permissions=["change"])
    def open_again(self, request, reports):
        number = reports.exclude(handled_at=None).update(handled_at=None)
        self.message_user(request, ngettext("%d report open.", "%d reports open.", number) % number)
