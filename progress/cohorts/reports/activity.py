"""When the learners of a cohort did what they did, in the days of its time zone."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from progress.activity import COUNTED_CAUSES, day_of, ticks
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Cohort, Enrolment
from progress.cohorts.queries import as_text
from progress.models import ProgressEvent, Status, TopicProgress

if TYPE_CHECKING:
    from progress.cohorts.reports.roster import Roster  # which asks this module
    from progress.models import Event, StatusChange


class QuarterHour(Func):
    """The number of the quarter of an hour that a moment lies in, from the first of 1970 in UTC on.

    Every zone's days begin with one. A number is read in a fraction of the time that a moment takes.
    """

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(strftime('%%%%s', %(expressions)s) / 900)", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "floor(extract(epoch FROM %(expressions)s) / 900)::integer"
        return self.as_sql(compiler, connection, template=template, **context)


def day_of_quarter(zone: tzinfo) -> Callable[[int | str], date]:
    """What gives the date of a QuarterHour in a zone, each worked out once."""
    return cache(lambda quarter: day_of(datetime.fromtimestamp(int(quarter) * 900, UTC), zone))


def completion_dates(cohort: Cohort, roster: "Roster") -> dict[int, dict[int, date]]:
    """``{user pk: {topic pk: day}}``: since when what is done is done, however it came to be. One query."""
    rows = TopicProgress.objects.filter(
        user__in=cohort.enrolments.current().values("user"), topic__in=roster.curriculum.topic_pks, status=Status.DONE
    ).values_list("user_id")
    texts = rows.annotate(topics=as_text("topic_id"), quarters=as_text(QuarterHour("changed_at")))
    day = day_of_quarter(cohort.zone)
    return {
        user: dict(zip(map(int, topics.split(",")), map(day, quarters.split(",")), strict=True))
        for user, topics, quarters in texts
    }


class DatedChange(NamedTuple):
    pk: int
    topic_id: int
    status: str
    cause: str
    day: date


def activity_since(cohort: Cohort, roster: "Roster", since: datetime) -> "dict[int, list[Event]]":
    """``{user pk: events}``: the ticks since a moment that count as activity, in what each is assigned. One query."""
    events = events_since(roster, since).order_by("user", "pk")
    rows = events.values_list("user_id", "topic_id", "status", "cause", "at", named=True)
    return assigned_ticks(roster, groupby(rows, attrgetter("user_id")))


def active_dates(cohort: Cohort, roster: "Roster", days: int) -> dict[int, set[date]]:
    """``{user pk: dates}`` with activity in the last ``days``, by the rules of the learner's own year. One query."""
    midnight = datetime.combine(cohort.today - timedelta(days=days - 1), time(), cohort.zone)
    columns = {f"{name}_texts": as_text(name) for name in ("pk", "topic_id", "status", "cause")}
    texts = events_since(roster, midnight).values_list("user_id").annotate(**columns, days=as_text(QuarterHour("at")))
    day = day_of_quarter(cohort.zone)
    rows = ((user, [text.split(",") for text in user_texts]) for user, *user_texts in texts)
    changes = (
        (user, sorted(map(DatedChange, map(int, pks), map(int, topics), statuses, causes, map(day, quarters))))
        for user, (pks, topics, statuses, causes, quarters) in rows
    )
    return {user: {change.day for change in ticked} for user, ticked in assigned_ticks(roster, changes).items()}


def events_since(roster: "Roster", since: datetime) -> QuerySet[ProgressEvent]:
    # By name: where PostgreSQL has to find out first who they are, it reads the events of all people.
    learners = [learner.pk for learner in roster.learners]
    return ProgressEvent.objects.filter(user__in=learners, topic__in=roster.curriculum.topic_pks, at__gte=since)


def assigned_ticks[E: StatusChange](
    roster: "Roster", changes_by_user: Iterable[tuple[int, Iterable[E]]]
) -> dict[int, list[E]]:
    """``{user pk: changes}`` that count as activity; those of a user come in the order in which they were written."""
    assigned = {learner.pk: learner.curriculum.topic_pks for learner in roster.learners}
    return {
        user: ticks([change for change in changes if change.topic_id in assigned[user]])
        for user, changes in changes_by_user
    }


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
