"""Assignments as a learner has them, each with the learner's own dates. Learner and instructor read the same."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from progress.activity import day_of
from progress.cohorts.agreed import outline_as_agreed
from progress.cohorts.models import Assignment
from progress.cohorts.plan import dates_of, due_of, next_due, overdue, starts_of
from progress.cohorts.rhythm import by_topic
from stages.outline import Outline, outline_of_stages

FIRST_MIDNIGHT = ZoneInfo("Pacific/Kiritimati")  # nowhere does a day begin earlier


@dataclass(frozen=True)
class Assigned:
    """An assignment as one learner has it, or without a learner's dates as everyone has.

    ``extended`` is the date of the learner's extension, or None, and ``joined`` the day on which the learner came.
    """

    assignment: Assignment
    outline: Outline
    extended: date | None = None
    joined: date | None = None

    @property
    def cohort(self):
        return self.assignment.cohort

    @property
    def track(self):
        return self.assignment.track

    @cached_property
    def today(self):
        return self.cohort.today

    @property
    def begins(self):
        """The first day on which there is something to do; ``date.min`` when that was always so."""
        return max(filter(None, [self.assignment.visible_from, self.starts]), default=date.min)

    @property
    def starts(self):
        return starts_of(self.assignment, self.joined)

    @property
    def due(self):
        return due_of(self.assignment, self.extended, self.joined)

    @property
    def is_extended(self):
        return self.due is not None and self.due != self.assignment.due

    @cached_property
    def dates(self):
        """A date, or None, for each section of the track."""
        return dates_of(self.assignment, self.outline, self.extended, self.joined)

    @property
    def rhythm(self):
        """(section, date) for each section of the track."""
        return list(zip(self.outline.sections, self.dates, strict=True))

    @property
    def has_rhythm(self):
        """Whether the dates differ from section to section; a list of equal ones says nothing."""
        return len(set(self.dates)) > 1

    @cached_property
    def days(self):
        """{topic pk: date} for its required topics, also where the assignment itself is optional."""
        return by_topic(self.outline, self.dates)

    @property
    def dues(self):
        """{topic pk: date} for what a learner has to do; empty for an assignment that is optional."""
        return self.days if self.assignment.required else {}

    @cached_property
    def past(self):
        """The pks of the topics whose date is over, done or not."""
        return {topic for topic, day in self.dues.items() if day and day < self.today}

    def overdue(self, statuses):
        return overdue(self.outline, self.dues, statuses, self.today)

    def next_due(self, statuses):
        return next_due(self.outline, self.dues, statuses, self.today)


def assigned_to(user):
    """What a learner has been assigned, the first due first. One query for who is in no cohort, else two or three."""
    if not user.enrolments.current().exists():
        return []  # as for most, and on every topic they read: the query below costs ten times as much to make
    rows = (
        Assignment.objects.for_learner(user, timezone.localdate(timezone=FIRST_MIDNIGHT))
        .annotate(own=FilteredRelation("extensions", condition=Q(extensions__user=user)))
        .annotate(extended=F("own__due"))
    )
    shown = [row for row in rows if row.visible_from is None or row.visible_from <= row.cohort.today]
    roadmap = outline_of_stages() if shown else None
    assigned = [
        Assigned(
            row,
            outline_as_agreed(row.form, roadmap),
            row.extended,
            day_of(row.joined_at, row.cohort.zone),
        )
        for row in shown
    ]
    return sorted(assigned, key=first_due)


def first_due(plan):
    """What to sort plans by, also where several have no date."""
    return plan.due is None, plan.due, plan.assignment.pk


def described(plans, progress):
    """What ``includes/assignment_cards.html`` says of each; ``progress`` are the Standings of the learner."""
    statuses = progress.statuses
    return [
        {
            "plan": plan,
            "measured": progress.measure(plan.outline.topics),
            "overdue": plan.overdue(statuses),
            "next": plan.next_due(statuses),
            "sections": [(section, day, progress.measure(section.topics)) for section, day in plan.rhythm],
        }
        for plan in plans
    ]
