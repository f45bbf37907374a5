"""Where a cohort is stuck, compared with its own pace."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import chain
from statistics import median
from typing import NamedTuple

from django.db.models import F, Min, OuterRef, Subquery

from progress.activity import COUNTED_CAUSES
from progress.cohorts.reports.roster import Roster, RosterEntry
from progress.measure import topics_of
from progress.models import ProgressEvent, Status
from stages.outline import OutlineTopic

SHOWN_TOPICS = 6  # topics that are shown
SAMPLE_SIZE = 5000  # finished topics that say how fast the cohort is: the latest ones


class StuckTopic(NamedTuple):
    """A topic that people have begun and not finished. ``median_days`` is the median of those who have, or None."""

    topic: OutlineTopic
    learners: list[RosterEntry]
    median_days: float | None
    is_slow: bool  # by a day at least, when compared with all topics


class Bottlenecks(NamedTuple):
    """``median_days`` from learning to done are over all topics; ``stuck`` are those with most people first."""

    median_days: float | None
    stuck: list[StuckTopic]


def load_bottlenecks(roster: Roster, everyone: Iterable[RosterEntry]) -> Bottlenecks:
    """Where the learners of ``roster`` are stuck, compared with the pace of ``everyone`` in the cohort. One query."""
    durations: dict[int, list[float]] = {}
    for pk, length in finished_topics(everyone, roster.curriculum.topic_pks):
        durations.setdefault(pk, []).append(length.total_seconds() / 86400)
    all_lengths = [length for lengths in durations.values() for length in lengths]
    usual = median(all_lengths) if all_lengths else None
    learning = Counter(chain.from_iterable(topics_of(learner.statuses.learning) for learner in roster.learners))
    most_first = sorted(roster.curriculum.topics, key=lambda topic: -learning[topic.pk])
    stuck = []
    for topic in most_first[:SHOWN_TOPICS]:
        if topic.pk in learning:
            lengths = durations.get(topic.pk)
            median_days = median(lengths) if lengths else None
            is_slow = median_days is not None and usual is not None and median_days >= usual + 1
            learners = [learner for learner in roster.learners if learner.statuses.learning >> topic.pk & 1]
            stuck.append(StuckTopic(topic, learners, median_days, is_slow))
    return Bottlenecks(usual, stuck)


def finished_topics(learners: Iterable[RosterEntry], topics: Collection[int]) -> list[tuple[int, timedelta]]:
    """(topic pk, timedelta from first learning to first done) of those who have said both. One query."""
    counted = ProgressEvent.objects.filter(cause__in=COUNTED_CAUSES)
    done = counted.filter(user=OuterRef("user"), topic=OuterRef("topic"), status=Status.DONE)
    begun_before = (
        counted.filter(
            # By name: where PostgreSQL has to find out first who they are, it reads the events of all people.
            user__in=[learner.pk for learner in learners],
            topic__in=topics,
            status=Status.LEARNING,
        )
        .alias(first_done=Subquery(done.values("topic").annotate(first=Min("at")).values("first")))
        .filter(at__lt=F("first_done"))
    )
    pairs = begun_before.values("user_id", "topic_id").annotate(begun=Min("at"), ended=Min("first_done"))
    latest = pairs.order_by("-ended").values_list("topic_id", "begun", "ended")[:SAMPLE_SIZE]
    return [(topic, ended - begun) for topic, begun, ended in latest]
