"""The one way of counting, by itself."""

from collections import namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.measure import ProgressSummary, StatusBits, TopicSet, bits_of
from progress.models import Status
from progress.reader_progress import ReaderProgress

Item = namedtuple("Item", "pk required")


def items(count, optional=0):
    return [Item(pk, True) for pk in range(count)] + [Item(1000 + pk, False) for pk in range(optional)]


@pytest.mark.parametrize(
    ("total", "done", "percentage"),
    [(3, 1, 33), (3, 2, 66), (3, 3, 100), (200, 199, 99), (1000, 999, 99), (1000, 1, 0), (1, 0, 0), (7, 7, 100)],
)
def test_it_rounds_down_and_says_100_only_when_nothing_is_left(total, done, percentage):
    measured = ProgressSummary.of(items(total), dict.fromkeys(range(done), "done"))
    assert measured.percentage == percentage
    assert measured.is_complete == (measured.left == 0) == (percentage == 100)


def test_an_empty_list_is_nothing_to_do():
    measured = ProgressSummary.of([], {1: "done"})
    assert measured.percentage is None
    assert not measured.is_complete


def test_skipped_counts_apart_and_is_never_done():
    measured = ProgressSummary.of(items(4), {0: "done", 1: "skipped", 2: "learning"})
    assert (measured.done, measured.skipped, measured.learning, measured.left) == (1, 1, 1, 3)
    assert measured.percentage == 25


def test_optional_topics_are_counted_apart_and_never_needed():
    measured = ProgressSummary.of(items(2, optional=3), {0: "done", 1: "done", 1000: "done", 1001: "skipped"})
    assert measured.percentage == 100
    assert (measured.total, measured.optional, measured.optional_done) == (2, 3, 1)


def test_a_list_of_optional_topics_has_no_percentage():
    assert ProgressSummary.of(items(0, optional=2), {1000: "done"}).percentage is None


def test_a_topic_that_stands_twice_counts_once():
    measured = ProgressSummary.of([Item(1, False), Item(2, True), Item(1, True)], {1: "done"})
    assert (measured.total, measured.done, measured.optional) == (2, 1, 0)


PKS = st.integers(0, 40)


@given(st.lists(st.builds(Item, PKS, st.booleans())), st.dictionaries(PKS, st.sampled_from(Status.values)))
def test_bits_count_as_everything_else_does(topics, statuses):
    bits = StatusBits(*(bits_of(pk for pk in statuses if statuses[pk] == status) for status in StatusBits._fields))
    topic_set = TopicSet.of(topics)
    assert topic_set.measure_bits(bits) == topic_set.measure(statuses) == ProgressSummary.of(topics, statuses)
    assert bits.to_dict() == statuses
    assert {pk: bits.status_of(pk) for pk in range(41)} == {pk: statuses.get(pk, "none") for pk in range(41)}
    listed = {topic.pk for topic in topics}
    assert bits.among(bits_of(listed)).to_dict() == {pk: statuses[pk] for pk in statuses if pk in listed}


def test_there_is_a_number_for_each_status():
    assert set(StatusBits._fields) == set(Status.values)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({}, 0),
        ({0: "done"}, 1),
        ({77: "done"}, 0),  # ticks elsewhere are no reason to begin in the middle
        ({2: "done"}, 3),  # out of order: on from where the reader is
        ({0: "done", 4: "done"}, 1),  # the end is reached: back to the first gap
        ({2: "done", 3: "skipped"}, 4),  # what was skipped is passed over
        ({3: "learning", 0: "done"}, 3),  # what was begun comes first
        ({1: "learning", 3: "learning"}, 3),  # the latest of them
        (dict.fromkeys(range(5), "done"), None),  # an optional topic is left, and is not pressed on anyone
    ],
)
def test_continue_leads_to_the_right_topic(statuses, expected):
    found = ReaderProgress(statuses).next_topic(items(5, optional=1))
    assert (found and found.pk) == expected
