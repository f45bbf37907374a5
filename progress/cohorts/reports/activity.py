"""When the learners of a cohort did what they did, in the days of its time zone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from progress.activity import COUNTED_CAUSES, by_day, day_of, ticks
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Cohort, Enrolment
from progress.models import ProgressEvent, Status, TopicProgress

if TYPE_CHECKING:
    from progress.cohorts.reports.roster import Roster  # which asks this module
    from progress.models import Event


def completion_dates(cohort: Cohort, seen: "Roster") -> dict[int, dict[int, date]]:
    """``{user pk: {topic pk: day}}``: since when what is done is done, however it came to be. One query."""
    rows = TopicProgress.objects.filter(
        user__in=cohort.enrolments.current().values("user"), topic__in=seen.curriculum.pks, status=Status.DONE
    )
    found: dict[int, dict[int, date]] = defaultdict(dict)
    for user, topic, moment in rows.values_list("user_id", "topic_id", "changed_at"):
        found[user][topic] = day_of(moment, cohort.zone)
    return found


def activity_since(cohort: Cohort, seen: "Roster", since: datetime) -> "dict[int, list[Event]]":
    """``{user pk: events}``: the ticks since a moment that count as activity, in what each is assigned. One query."""
    events = ProgressEvent.objects.filter(
        user__in=cohort.enrolments.current().values("user"), topic__in=seen.curriculum.pks, at__gte=since
    )
    rows = events.order_by("user", "pk").values_list("user_id", "topic_id", "status", "cause", "at", named=True)
    assigned = {learner.pk: learner.curriculum.pks for learner in seen.learners}
    return {
        user: ticks([event for event in own if event.topic_id in assigned.get(user, ())])
        for user, own in groupby(rows, attrgetter("user_id"))
    }


def active_dates(cohort: Cohort, seen: "Roster", days: int) -> dict[int, Counter[date]]:
    """``{user pk: {date: number of topics}}`` of the last ``days``, by the rules of the learner's own year. One
    query."""
    first = cohort.today - timedelta(days=days - 1)
    found = activity_since(cohort, seen, datetime.combine(first, time(), cohort.zone))
    return {user: by_day(events, cohort.zone) for user, events in found.items()}


def annotate_last_activity(
    members: QuerySet[Enrolment], assigned: Iterable[LearnerPlan]
) -> QuerySet[Enrolment, tuple[Any, ...]]:
    """(user pk, name, address, joined at, last tick or None in the topics of each assignment). One query.

    One for each assignment, because a learner's activity in what is assigned to others is none of the instructor's.
    """
    # What ``activity.ticks`` says of events in memory, asked of the database, which reads each learner's events from
    # the latest on until one counts.
    later = ProgressEvent.objects.filter(user=OuterRef("user"), topic=OuterRef("topic"), pk__gt=OuterRef("pk"))
    counted = (
        ProgressEvent.objects.filter(user=OuterRef("user"), cause__in=COUNTED_CAUSES, status__in=Status.values)
        .annotate(then=Coalesce(Subquery(later.order_by("pk").values("cause")[:1]), Value("")))
        .exclude(then=ProgressEvent.Cause.UNDO)
        .order_by("-at")
        .values("at")
    )
    lasts = {
        f"tick_{number}": Subquery(counted.filter(topic__in={topic.pk for topic in plan.outline.topics})[:1])
        for number, plan in enumerate(assigned)
    }
    rows = members.annotate(**lasts)
    return rows.values_list("user_id", "user__name", "user__email", "joined_at", *lasts)
