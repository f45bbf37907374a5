"""What is overdue and what is due next. Pure: nothing here asks the database or the clock.

``due_dates`` is {topic pk: date or None} as ``schedule.due_dates_by_topic`` gives it, ``statuses`` maps a pk to a
Status, and ``today`` is the day in the time zone of the cohort. As everywhere a skipped topic is not done, so it stays
among what is due.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from progress.cohorts.models import Assignment
from progress.cohorts.schedule import section_due_dates, with_adjusted_dates
from progress.models import Status
from stages.outline import Outline, OutlineTopic

SOON_DAYS = 7


def start_date(assignment: Assignment, joined: date | None = None) -> date | None:
    """The day on which the work begins: that of the assignment, else that of its cohort, else None.

    For a learner who came later it is the day of joining, so that nobody is late on the first day.
    """
    starts = assignment.starts or assignment.cohort.starts
    return max(starts, joined) if starts and joined else starts


def due_date(assignment: Assignment, extended: date | None = None, joined: date | None = None) -> date | None:
    """The day on which it is due for a learner whose extension, if any, is until ``extended``; or None.

    An extension only ever gives more time, also after the date of everyone was moved beyond it. What was over
    before a learner ``joined`` is not due for them.
    """
    due = max(filter(None, [assignment.due, extended])) if assignment.due else None
    return None if due and joined and joined > due else due


def due_dates_by_section(
    assignment: Assignment, outline: Outline, extended: date | None = None, joined: date | None = None
) -> list[date | None]:
    """A date, or None, for each section: by the schedule or by hand, and later for who has longer or came later."""
    starts, due = start_date(assignment), due_date(assignment)
    dates = with_adjusted_dates(outline, section_due_dates(outline, starts, due), assignment.dates_by_hand)
    learner_starts, learner_due = start_date(assignment, joined), due_date(assignment, extended, joined)
    if (learner_starts, learner_due) == (starts, due):
        return dates
    learner_dates = section_due_dates(outline, learner_starts, learner_due)
    return [
        max(learner_date, common_date) if learner_date and common_date else None
        for learner_date, common_date in zip(learner_dates, dates, strict=True)
    ]


def remaining(
    outline: Outline, due_dates: Mapping[int, date | None], statuses: Mapping[int, str]
) -> list[OutlineTopic]:
    """The topics that have a date and are not done, each once, in the order of the track."""
    return [topic for topic, _day in remaining_with_dates(outline, due_dates, statuses)]


def remaining_with_dates(
    outline: Outline, due_dates: Mapping[int, date | None], statuses: Mapping[int, str]
) -> list[tuple[OutlineTopic, date]]:
    dated = {topic.pk: (topic, day) for topic in outline.topics if (day := due_dates.get(topic.pk))}
    return [pair for pk, pair in dated.items() if statuses.get(pk) != Status.DONE]


def overdue(
    outline: Outline, due_dates: Mapping[int, date | None], statuses: Mapping[int, str], today: date
) -> list[OutlineTopic]:
    """The topics that should have been done before ``today``. On its due date a topic is not overdue yet."""
    return [topic for topic, day in remaining_with_dates(outline, due_dates, statuses) if day < today]


class NextDue(NamedTuple):
    day: date
    topics: list[OutlineTopic]


def next_due(
    outline: Outline, due_dates: Mapping[int, date | None], statuses: Mapping[int, str], today: date
) -> NextDue | None:
    """The first date from ``today`` on by which something is left to do, and what; or None."""
    ahead = [(topic, day) for topic, day in remaining_with_dates(outline, due_dates, statuses) if day >= today]
    if not ahead:
        return None
    first = min(day for _topic, day in ahead)
    return NextDue(first, [topic for topic, day in ahead if day == first])


class Plan(Protocol):
    """What wants topics of a learner by certain days, such as an assignment as the learner has it."""

    @property
    def outline(self) -> Outline: ...

    @property
    def required_due_dates(self) -> Mapping[int, date | None]: ...

    @property
    def today(self) -> date: ...


class DueTopic(NamedTuple):
    """A topic that is due, on the earliest of its dates; ``plans`` are those that want it, the earliest first."""

    topic: OutlineTopic
    day: date
    is_late: bool
    plans: list[Plan]


def due_soon(plans: Iterable[Plan], statuses: Mapping[int, str], days: int = SOON_DAYS) -> list[DueTopic]:
    """A DueTopic for each topic that is overdue or due in the next days: once, however many plans want it."""
    claims_by_topic: dict[int, list[tuple[date, OutlineTopic, Plan]]] = {}
    for plan in plans:
        for topic, day in remaining_with_dates(plan.outline, plan.required_due_dates, statuses):
            if day <= plan.today + timedelta(days=days):
                claims_by_topic.setdefault(topic.pk, []).append((day, topic, plan))
    due_topics = []
    for claims in claims_by_topic.values():
        claims.sort(key=lambda claim: claim[0])
        day, topic, plan = claims[0]
        due_topics.append(DueTopic(topic, day, day < plan.today, [plan for _, _, plan in claims]))
    return sorted(due_topics, key=lambda due_topic: due_topic.day)
