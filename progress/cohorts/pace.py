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


def pace(seen, everyone):
    """Where the Learners of ``seen`` are stuck, compared with the pace of ``everyone`` in the cohort. One query."""
    durations = {}
    for topic, length in finished(everyone, seen.curriculum.pks):
        durations.setdefault(topic, []).append(length.total_seconds() / 86400)
    every = [length for took in durations.values() for length in took]
    usual = median(every) if every else None
    learning = {}
    for learner in sorted(seen.learners, key=by_name):
        for topic, status in learner.statuses.items():
            if status == Status.LEARNING:
                learning.setdefault(topic, []).append(learner)
    stuck = []
    for topic in seen.curriculum.topics:
        if topic.pk in learning:
            took = durations.get(topic.pk)
            days = median(took) if took else None
            stuck.append(Stuck(topic, learning[topic.pk], days, bool(took) and days >= usual + 1))
    stuck.sort(key=lambda found: -len(found.learners))
    return Pace(usual, stuck[:STUCK])


def finished(learners, topics):
    """(topic pk, timedelta from first learning to first done) of those who have said both. One query."""

    def first(status):
        return Min("at", filter=Q(status=status))

    rows = (
        ProgressEvent.objects.filter(
            # By name: where PostgreSQL has to find out first who they are, it reads the events of all people.
            user__in=[learner.pk for learner in learners],
            topic__in=topics,
            status__in=[Status.LEARNING, Status.DONE],
            cause__in=COUNTED,
        )
        .values("user_id", "topic_id")
        .annotate(begun=first(Status.LEARNING), ended=first(Status.DONE))
        .order_by("-ended")
    )
    pairs = rows.filter(begun__lt=F("ended")).values_list("topic_id", "begun", "ended")[:PACE]
    return [(topic, ended - begun) for topic, begun, ended in pairs]
