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


def completion_dates(cohort: Cohort, roster: "Roster") -> dict[int, dict[int, date]]:
    """``{user pk: {topic pk: day}}``: since when what is done is done, however it came to be. One query."""
    rows = TopicProgress.objects.filter(
        user__in=cohort.enrolments.current().values("user"), topic__in=roster.curriculum.topic_pks, status=Status.DONE
    )
    dates: dict[int, dict[int, date]] = defaultdict(dict)
    for user, topic, moment in rows.values_list("user_id", "topic_id", "changed_at"):
        dates[user][topic] = day_of(moment, cohort.zone)
    return dates


def activity_since(cohort: Cohort, roster: "Roster", since: datetime) -> "dict[int, list[Event]]":
    """``{user pk: events}``: the ticks since a moment that count as activity, in what each is assigned. One query."""
    events = ProgressEvent.objects.filter(
        user__in=cohort.enrolments.current().values("user"), topic__in=roster.curriculum.topic_pks, at__gte=since
    )
    rows = events.order_by("user", "pk").values_list("user_id", "topic_id", "status", "cause", "at", named=True)
    assigned = {learner.pk: learner.curriculum.topic_pks for learner in roster.learners}
    return {
        user: ticks([event for event in user_events if event.topic_id in assigned.get(user, ())])
        for user, user_events in groupby(rows, attrgetter("user_id"))
    }


def active_dates(cohort: Cohort, roster: "Roster", days: int) -> dict[int, Counter[date]]:
    """``{user pk: {date: number of topics}}`` of the last ``days``, by the rules of the learner's own year. One
    query."""
    first_day = cohort.today - timedelta(days=days - 1)
    events_by_user = activity_since(cohort, roster, datetime.combine(first_day, time(), cohort.zone))
    return {user: by_day(events, cohort.zone) for user, events in events_by_user.items()}


def annotate_last_activity(
    members: QuerySet[Enrolment], plans: Iterable[LearnerPlan]
) -> QuerySet[Enrolment, tuple[Any, ...]]:
    """(user pk, name, address, joined at, last tick or None in the topics of each assignment). One query.

    One for each assignment, because a learner's activity in what is assigned to others is none of the instructor's.
    """
    # What ``activity.ticks`` says of events in memory, asked of the database, which reads each learner's events from
    # the latest on until one counts.
    later = ProgressEvent.objects.filter(user=OuterRef("user"), topic=OuterRef("topic"), pk__gt=OuterRef("pk"))
    counted = (
        ProgressEvent.objects.filter(user=OuterRef("user"), cause__in=COUNTED_CAUSES, status__in=Status.values)
        .annotate(next_cause=Coalesce(Subquery(later.order_by("pk").values("cause")[:1]), Value("")))
        .exclude(next_cause=ProgressEvent.Cause.UNDO)
        .order_by("-at")
        .values("at")
    )
    last_ticks = {
        f"tick_{number}": Subquery(counted.filter(topic__in={topic.pk for topic in plan.outline.topics})[:1])
        for number, plan in enumerate(plans)
    }
    rows = members.annotate(**last_ticks)
    return rows.values_list("user_id", "user__name", "user__email", "joined_at", *last_ticks)
