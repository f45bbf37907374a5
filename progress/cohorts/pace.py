"""Where a cohort is stuck, compared with its own pace."""

from statistics import median
from typing import NamedTuple

from django.db.models import F, Min, Q

from progress.activity import COUNTED
from progress.cohorts.seen import by_name
from progress.models import ProgressEvent, Status

STUCK = 6  # topics that are shown
PACE = 5000  # finished topics that say how fast the cohort is: the latest ones


class Stuck(NamedTuple):
    """A topic that people have begun and not finished. ``days`` is the median of those who have, or None."""

    topic: object
    learners: list
    days: float | None
    is_slow: bool  # by a day at least, when compared with all topics


class Pace(NamedTuple):
    """``days`` is the median from learning to done over all topics, or None; ``stuck`` are the Stuck, most first."""

    days: float | None
    stuck: list


def pace(cohort, seen):
    """Where the cohort is stuck, compared with its own pace. One query."""
    durations = {}
    for topic, length in finished(cohort, seen):
        durations.setdefault(topic, []).append(length.total_seconds() / 86400)
    every = [length for took in durations.values() for length in took]
    usual = median(every) if every else None
    learning = {}
    for learner in seen.learners:
        for topic, status in learner.statuses.items():
            if status == Status.LEARNING:
                learning.setdefault(topic, []).append(learner)
    stuck = []
    for topic in seen.curriculum.topics:
        if topic.pk in learning:
            took = durations.get(topic.pk)
            days = median(took) if took else None
            stuck.append(Stuck(topic, sorted(learning[topic.pk], key=by_name), days, bool(took) and days >= usual + 1))
    stuck.sort(key=lambda found: -len(found.learners))
    return Pace(usual, stuck[:STUCK])


def finished(cohort, seen):
    """(topic pk, timedelta from first learning to first done) of those who have said both. One query."""

    def first(status):
        return Min("at", filter=Q(status=status, cause__in=COUNTED))

    rows = (
        ProgressEvent.objects.filter(
            user__in=cohort.enrolments.current().values("user"),
            topic__in={topic.pk for topic in seen.curriculum.topics},
            status__in=[Status.LEARNING, Status.DONE],
        )
        .values("user_id", "topic_id")
        .annotate(begun=first(Status.LEARNING), ended=first(Status.DONE))
        .order_by("-ended")
    )
    pairs = rows.filter(begun__lt=F("ended")).values_list("topic_id", "begun", "ended")[:PACE]
    return [(topic, ended - begun) for topic, begun, ended in pairs]
