"""Filters that answer what a maintainer asks: what is missing, what is old, which document wanted it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.models import Exercise, Resource, Source, State, Topic

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


type Option = tuple["StrOrPromise", Callable[[QuerySet[Any]], QuerySet[Any]]]  # its label, and the rows that it keeps


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose options are conditions, as ``{value in the query: Option}``."""

    options: ClassVar[dict[str, Option]] = {}

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, "StrOrPromise"]]:
        return [(value, label) for value, (label, _condition) in self.options.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return self.options[value][1](rows) if value in self.options else rows


HAS_EXAMPLE = Q(body__contains="```") | Q(body__contains="~~~")
OUTDATED = Resource.objects.published().exclude(outdated="")
UNVERIFIED = Resource.objects.published().exclude(unverified="")


class TopicAttentionFilter(ChoiceFilter):
    title = gettext_lazy("what is missing")
    parameter_name = "wants"
    options = {
        "lesson": (gettext_lazy("no lesson"), lambda topics: topics.filter(body="")),
        "example": (gettext_lazy("no example"), lambda topics: topics.exclude(HAS_EXAMPLE)),
        "resources": (
            gettext_lazy("no resources"),
            lambda topics: topics.exclude(
                pk__in=Topic.objects.filter(resources__state=State.PUBLISHED).order_by().values("pk")
            ),
        ),
        "outcomes": (gettext_lazy("no outcomes"), lambda topics: topics.filter(outcomes=[])),
        "exercises": (
            gettext_lazy("no exercise"),
            lambda topics: topics.exclude(
                pk__in=Exercise.objects.filter(state=State.PUBLISHED).order_by().values("topic")
            ),
        ),
    }


class TopicLinksFilter(ChoiceFilter):
    title = gettext_lazy("its resources")
    parameter_name = "links"
    options = {
        "old": (
            gettext_lazy("one is outdated"),
            lambda topics: topics.filter(pk__in=Topic.objects.filter(resources__in=OUTDATED).order_by().values("pk")),
        ),
        "unchecked": (
            gettext_lazy("one was never checked"),
            lambda topics: topics.filter(
                pk__in=Topic.objects.filter(resources__in=UNVERIFIED).order_by().values("pk")
            ),
        ),
    }


class SourceMentionFilter(admin.SimpleListFilter):
    """Which of the documents names a topic."""

    title = gettext_lazy("named by")
    parameter_name = "named_by"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [*Source.objects.values_list("key", "title"), ("nobody", _("none of the documents"))]

    def queryset(self, request: HttpRequest, topics: QuerySet[Topic]) -> QuerySet[Topic]:
        match self.value():
            case None:
                return topics
            case "nobody":
                return topics.filter(entries=None)
        mentioned = Topic.objects.filter(entries__source__key=self.value())
        return topics.filter(pk__in=mentioned.order_by().values("pk"))


class StageAttentionFilter(ChoiceFilter):
    title = gettext_lazy("what is missing")
    parameter_name = "wants"
    options = {
        "topics": (
            gettext_lazy("no published topics"),
            lambda stages: stages.exclude(
                pk__in=Topic.objects.filter(state=State.PUBLISHED).order_by().values("stage")
            ),
        ),
        "project": (gettext_lazy("no project"), lambda stages: stages.filter(project="")),
        "checklist": (gettext_lazy("no check-list"), lambda stages: stages.filter(checklist=[])),
    }


class ResourceAttentionFilter(ChoiceFilter):
    title = gettext_lazy("what to look at")
    parameter_name = "wants"
    options = {
        "topics": (gettext_lazy("no topic has it"), lambda resources: resources.filter(links=None)),
        "outdated": (gettext_lazy("outdated"), lambda resources: resources.exclude(outdated="")),
        "unchecked": (gettext_lazy("never checked"), lambda resources: resources.exclude(unverified="")),
    }
