"""The assignments of one learner, each with the learner's own due date and rhythm."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from progress.cohorts.models import Assignment
from progress.cohorts.plan import due_of, dues_of, next_due, overdue, starts_of
from progress.cohorts.rhythm import days, rhythm
from stages.outline import Outline, outlines

FIRST_MIDNIGHT = ZoneInfo("Pacific/Kiritimati")  # nowhere does a day begin earlier


def today_of(cohort):
    """The day that it is where the cohort is: a due date ends at midnight there."""
    return timezone.localdate(timezone=ZoneInfo(cohort.time_zone))


@dataclass(frozen=True)
class Assigned:
    """An assignment as one learner has it. ``extended`` is the date of the learner's extension, or None."""

    assignment: Assignment
    outline: Outline
    extended: object = None

    @property
    def cohort(self):
        return self.assignment.cohort

    @property
    def track(self):
        return self.assignment.track

    @cached_property
    def today(self):
        return today_of(self.cohort)

    @property
    def starts(self):
        return starts_of(self.assignment)

    @property
    def due(self):
        return due_of(self.assignment, self.extended)

    @property
    def is_extended(self):
        return self.due != self.assignment.due

    @cached_property
    def rhythm(self):
        """(section, date) for each section of the track."""
        return list(zip(self.outline.sections, rhythm(self.outline, self.starts, self.due), strict=True))

    @property
    def has_rhythm(self):
        """Whether the dates differ from section to section; a list of equal ones says nothing."""
        return len({day for _, day in self.rhythm}) > 1

    @cached_property
    def days(self):
        """{topic pk: date} for its required topics, also where the assignment itself is optional."""
        return days(self.outline, self.starts, self.due)

    @cached_property
    def dues(self):
        return dues_of(self.assignment, self.outline, self.extended)

    def overdue(self, statuses):
        return overdue(self.outline, self.dues, statuses, self.today)

    def next_due(self, statuses):
        return next_due(self.outline, self.dues, statuses, self.today)


def assigned_to(user):
    """What a learner has been assigned, the first due first. One query without any, four at most with."""
    rows = (
        Assignment.objects.for_learner(user, timezone.localdate(timezone=FIRST_MIDNIGHT))
        .annotate(own=FilteredRelation("extensions", condition=Q(extensions__user=user)))
        .annotate(extended=F("own__due"))
    )
    shown = [row for row in rows if row.visible_from is None or row.visible_from <= today_of(row.cohort)]
    found = outlines(list({row.track_id: row.track for row in shown}.values()))
    assigned = [Assigned(row, found[row.track_id], row.extended) for row in shown]
    return sorted(assigned, key=lambda one: (one.due is None, one.due, one.assignment.pk))
