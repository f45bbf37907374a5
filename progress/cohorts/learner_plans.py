"""Assignments as a learner has them, each with the learner's own dates. Learner and instructor read the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from progress.activity import day_of
from progress.cohorts.due_dates import NextDue, due_date, due_dates_by_section, next_due, overdue, start_date
from progress.cohorts.models import Assignment, Cohort, Enrolment
from progress.cohorts.schedule import due_dates_by_topic
from progress.cohorts.track_snapshot import outline_from_snapshot
from progress.measure import bits_of
from progress.reader_progress import ReaderProgress
from stages.content import outline_of_stages
from stages.models import Track
from stages.outline import Outline, OutlineTopic, Section
from stages.prepared_query import PreparedQuery

FIRST_MIDNIGHT = ZoneInfo("Pacific/Kiritimati")  # nowhere does a day begin earlier


@dataclass(frozen=True)
class LearnerPlan:
    """An assignment as one learner has it, or without a learner's dates as everyone has.

    ``extended`` is the date of the learner's extension, or None, and ``joined`` the day on which the learner came.
    """

    assignment: Assignment
    outline: Outline
    extended: date | None = None
    joined: date | None = None

    @property
    def cohort(self) -> Cohort:
        return self.assignment.cohort

    @property
    def track(self) -> Track:
        return self.assignment.track

    @cached_property
    def today(self) -> date:
        return self.cohort.today

    @cached_property
    def available_from(self) -> date:
        """The first day on which there is something to do; ``date.min`` when that was always so."""
        return max(filter(None, [self.assignment.visible_from, self.starts]), default=date.min)

    @property
    def starts(self) -> date | None:
        return start_date(self.assignment, self.joined)

    @property
    def due(self) -> date | None:
        return due_date(self.assignment, self.extended, self.joined)

    @property
    def is_extended(self) -> bool:
        return self.due is not None and self.due != self.assignment.due

    @cached_property
    def section_due_dates(self) -> list[date | None]:
        """One for each section of the track."""
        return due_dates_by_section(self.assignment, self.outline, self.extended, self.joined)

    @property
    def schedule(self) -> list[tuple[Section, date | None]]:
        """Each section of the track with its date."""
        return list(zip(self.outline.sections, self.section_due_dates, strict=True))

    @property
    def has_schedule(self) -> bool:
        """Whether the dates differ from section to section; a list of equal ones says nothing."""
        return len(set(self.section_due_dates)) > 1

    @cached_property
    def due_by_topic(self) -> dict[int, date | None]:
        """{topic pk: date} for its required topics, also where the assignment itself is optional."""
        return due_dates_by_topic(self.outline, self.section_due_dates)

    @property
    def required_due_dates(self) -> dict[int, date | None]:
        """{topic pk: date} for what a learner has to do; empty for an assignment that is optional."""
        return self.due_by_topic if self.assignment.required else {}

    @cached_property
    def past_due_topics(self) -> int:
        """The topics whose date is over, done or not, as bits (``progress.measure.StatusBits``)."""
        return bits_of(topic for topic, day in self.required_due_dates.items() if day and day < self.today)

    def overdue(self, statuses: Mapping[int, str]) -> list[OutlineTopic]:
        return overdue(self.outline, self.required_due_dates, statuses, self.today)

    def next_due(self, statuses: Mapping[int, str]) -> NextDue | None:
        return next_due(self.outline, self.required_due_dates, statuses, self.today)


def plans_for(user: User) -> list[LearnerPlan]:
    """What a learner has been assigned, the first due first. One query for who is in no cohort, else two or three."""
    if not ENROLMENTS.rows(user.pk):
        return []  # as for most, and on every topic they read: the query below costs ten times as much to make
    rows = Assignment.objects.for_learner(user, timezone.localdate(timezone=FIRST_MIDNIGHT)).with_extension_of(user)
    visible = [row for row in rows if row.visible_from is None or row.visible_from <= row.cohort.today]
    if not visible:
        return []
    roadmap = outline_of_stages()
    plans = [
        LearnerPlan(
            row,
            outline_from_snapshot(row.track_snapshot, roadmap),
            row.extended,
            day_of(row.joined_at, row.cohort.zone),
        )
        for row in visible
    ]
    return sorted(plans, key=due_sort_key)


def enrolments_query(user: int) -> QuerySet[Enrolment, Any]:
    return Enrolment.objects.current().filter(user=user).values_list("pk")[:1]


ENROLMENTS = PreparedQuery(enrolments_query, parameters=1)


def due_sort_key(plan: LearnerPlan) -> tuple[bool, date, int]:
    """What to sort plans by, also where several have no date."""
    return plan.due is None, plan.due or date.max, plan.assignment.pk


def plan_cards(plans: Iterable[LearnerPlan], progress: ReaderProgress) -> list[dict[str, Any]]:
    """What ``includes/assignment_cards.html`` says of each; ``progress`` is the learner's."""
    statuses = progress.statuses
    return [
        {
            "plan": plan,
            "summary": progress.measure(plan.outline.topics),
            "overdue": plan.overdue(statuses),
            "next": plan.next_due(statuses),
            "sections": [(section, day, progress.measure(section.topics)) for section, day in plan.schedule],
        }
        for plan in plans
    ]


def late_join_date(plan: LearnerPlan, joined: date) -> date | None:
    """The day of joining where it makes a difference to the dates; most learners then share one LearnerPlan."""
    starts = plan.starts
    return joined if (starts and joined > starts) or (plan.due and joined > plan.due) else None
