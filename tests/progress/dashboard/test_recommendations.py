"""Why a topic comes next, by itself."""

from collections import namedtuple

import pytest

from progress.dashboard.recommendations import recommendations

Item = namedtuple("Item", "pk")
TOPICS = [Item(pk) for pk in range(1, 7)]
PAIRS = [(2, 1), (3, 1), (3, 2), (4, 1), (4, 5)]  # 3 rests on 1 and 2, and 4 on 1 and 5


@pytest.mark.parametrize(
    ("pk", "statuses", "unlocks", "needed_for"),
    [
        (1, {}, [2], [3, 4]),
        (1, {5: "done"}, [2, 4], [3]),
        (1, {5: "skipped"}, [2, 4], [3]),  # what is passed over holds nothing up
        (1, {5: "learning"}, [2], [3, 4]),
        (1, {2: "done"}, [3], [4]),  # out of order: 2 is done, and needs nothing any more
        (1, {2: "done", 3: "skipped"}, [], [4]),
        (2, {1: "done"}, [3], []),
        (6, {}, [], []),
    ],
)
def test_it_says_what_a_topic_opens(pk, statuses, unlocks, needed_for):
    [(topic, reason)] = recommendations([Item(pk)], TOPICS, PAIRS, statuses)
    assert topic.pk == pk
    assert [other.pk for other in reason.unlocks] == unlocks
    assert [other.pk for other in reason.needed_for] == needed_for
