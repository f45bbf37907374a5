"""Why a topic comes next: what it opens. Pure, as is counting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from progress.models import Status
from stages.outline import OutlineTopic

SETTLED = {Status.DONE, Status.SKIPPED}


class Recommendation(NamedTuple):
    """``unlocks`` are the topics that wait for this one alone, ``needed_for`` those that wait for others as well."""

    unlocks: list[OutlineTopic]
    needed_for: list[OutlineTopic]


def recommendations(
    chosen: Iterable[OutlineTopic],
    topics: Sequence[OutlineTopic],
    pairs: Iterable[tuple[int, int]],
    statuses: Mapping[int, str],
) -> list[tuple[OutlineTopic, Recommendation]]:
    """A Recommendation for each of ``chosen``.

    ``topics`` is the whole roadmap in order, ``pairs`` are (topic pk, pk of a prerequisite), and ``statuses`` maps a
    pk to a Status. What the reader has done or passed over waits for nothing.
    """
    missing: defaultdict[int, set[int]] = defaultdict(set)
    for pk, prerequisite in pairs:
        if statuses.get(pk) not in SETTLED and statuses.get(prerequisite) not in SETTLED:
            missing[pk].add(prerequisite)

    def reason(topic: OutlineTopic) -> Recommendation:
        waiting = [other for other in topics if topic.pk in missing.get(other.pk, ())]
        unlocks = [other for other in waiting if len(missing[other.pk]) == 1]
        return Recommendation(unlocks, [other for other in waiting if other not in unlocks])

    return [(topic, reason(topic)) for topic in chosen]
