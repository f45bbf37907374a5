"""Deletion guard: how many people a piece of content concerns, so that nobody deletes what they did.

See stages/admin/protected_delete.py.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import ngettext

from progress.hooks import TopicReference, topic_references
from progress.models import Attempt, Certificate, Note, ProgressEvent, Report, ResourceTick, Star, TopicProgress
from stages.models import Exercise, Resource, Stage, Topic, Track

# What a learner leaves at a topic.
TOPIC_REFERENCES = [
    TopicReference(TopicProgress, "user"),
    TopicReference(ProgressEvent, "user"),
    TopicReference(Star, "user"),
    TopicReference(Note, "user"),
    TopicReference(Report, "user"),
]


def deletion_blockers(model: type[Model], pks: Collection[int]) -> Iterator[str]:
    """A line for each kind of people whom these rows concern."""
    if model is Topic or model is Stage:
        lookup = "topic" if model is Topic else "topic__stage"
        yield from count_people(
            [(rows._default_manager.filter(**{f"{lookup}__in": pks}), owner) for rows, owner in topic_references]
        )
        yield from count_reports(Report.objects.filter(**{f"{lookup}__in": pks}))
    elif model is Resource:
        reports = Report.objects.filter(resource__in=pks)
        yield from count_people([(ResourceTick.objects.filter(resource__in=pks), "user"), (reports, "user")])
        yield from count_reports(reports)
    elif model is Exercise:
        number = Attempt.objects.filter(exercise__in=pks).order_by().values("user").distinct().count()
        if number:
            yield ngettext("%(count)d person has files there.", "%(count)d people have files there.", number) % {
                "count": number
            }
    elif model is Track:
        number = Certificate.objects.filter(track__in=pks).count()
        if number:
            yield ngettext("%(count)d certificate names it.", "%(count)d certificates name it.", number) % {
                "count": number
            }


def count_people(querysets: Sequence[tuple[QuerySet[Any], str]]) -> Iterator[str]:
    """How many there are in all, each once however much they did."""
    owners = [rows.exclude(**{owner: None}).order_by().values_list(owner) for rows, owner in querysets]
    number = owners[0].union(*owners[1:]).count()
    if number:
        yield ngettext(
            "%(count)d person has progress, notes, stars or reports there.",
            "%(count)d people have progress, notes, stars or reports there.",
            number,
        ) % {"count": number}


def count_reports(reports: QuerySet[Report]) -> Iterator[str]:
    """What visitors reported, or check_links found, is nobody's, and waits for a maintainer all the same."""
    number = reports.filter(user=None).count()
    if number:
        text = ngettext(
            "%(count)d report without a name is about it.", "%(count)d reports without a name are about it.", number
        )
        yield text % {"count": number}
