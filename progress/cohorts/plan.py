"""What is overdue and what is due next. Pure: nothing here asks the database or the clock.

``dues`` is {topic pk: date or None} as ``rhythm.by_topic`` gives it, ``statuses`` maps a pk to a Status, and ``today``
is the day in the time zone of the cohort. As everywhere a skipped topic is not done, so it stays among what is due.
"""

from datetime import timedelta
from typing import NamedTuple

from progress.cohorts.rhythm import adjusted, rhythm
from progress.models import Status

SOON = 7  # days


def starts_of(assignment, joined=None):
    """The day on which the work begins: that of the assignment, else that of its cohort, else None.

    For a learner who came later it is the day of joining, so that nobody is late on the first day.
    """
    starts = assignment.starts or assignment.cohort.starts
    return max(starts, joined) if starts and joined else starts


def due_of(assignment, extended=None, joined=None):
    """The day on which it is due for a learner whose extension, if any, is until ``extended``; or None.

    An extension only ever gives more time, also after the date of everyone was moved beyond it. What was over
    before a learner ``joined`` is not due for them.
    """
    due = max(filter(None, [assignment.due, extended])) if assignment.due else None
    return None if due and joined and joined > due else due


def dates_of(assignment, outline, extended=None, joined=None):
    """A date, or None, for each section: by the rhythm and by hand, and later for who has longer or came later."""
    starts, due = starts_of(assignment), due_of(assignment)
    dates = adjusted(outline, rhythm(outline, starts, due), assignment.dates_by_hand)
    own_starts, own_due = starts_of(assignment, joined), due_of(assignment, extended, joined)
    if (own_starts, own_due) == (starts, due):
        return dates
    own = rhythm(outline, own_starts, own_due)
    return [mine and max(mine, everyones) for mine, everyones in zip(own, dates, strict=True)]


def left(outline, dues, statuses):
    """The topics that have a date and are not done, each once, in the order of the track."""
    topics = {topic.pk: topic for topic in outline.topics if dues.get(topic.pk)}
    return [topic for pk, topic in topics.items() if statuses.get(pk) != Status.DONE]


def overdue(outline, dues, statuses, today):
    """The topics that should have been done before ``today``. On its due date a topic is not overdue yet."""
    return [topic for topic in left(outline, dues, statuses) if dues[topic.pk] < today]


class Next(NamedTuple):
    day: object
    topics: list


def next_due(outline, dues, statuses, today):
    """The first date from ``today`` on by which something is left to do, and what; or None."""
    ahead = [topic for topic in left(outline, dues, statuses) if dues[topic.pk] >= today]
    if not ahead:
        return None
    day = min(dues[topic.pk] for topic in ahead)
    return Next(day, [topic for topic in ahead if dues[topic.pk] == day])


class Wanted(NamedTuple):
    """A topic that is due, on the earliest of its dates; ``by`` are those who want it, the earliest first."""

    topic: object
    day: object
    is_late: bool
    by: list


def due_soon(plans, statuses, within=SOON):
    """A Wanted for each topic that is overdue or due in the next days: once, however many plans want it.

    ``plans`` is anything with ``outline``, ``dues`` and ``today``.
    """
    wanted = {}
    for plan in plans:
        for topic in left(plan.outline, plan.dues, statuses):
            day = plan.dues[topic.pk]
            if day <= plan.today + timedelta(days=within):
                wanted.setdefault(topic.pk, []).append((day, topic, plan))
    found = []
    for claims in wanted.values():
        claims.sort(key=lambda claim: claim[0])
        day, topic, plan = claims[0]
        found.append(Wanted(topic, day, day < plan.today, [plan for _, _, plan in claims]))
    return sorted(found, key=lambda thing: thing.day)
