"""The schedule of an assignment. Pure."""

from datetime import date, timedelta

import pytest

from progress.cohorts.schedule import due_dates_by_topic, section_due_dates, with_adjusted_dates
from stages.outline import Outline, OutlineTopic, Section

START = date(2026, 3, 2)


def outline_of(*sections):
    """An outline from lists of (pk, minutes) or (pk, minutes, required)."""
    made = []
    for number, topics in enumerate(sections):
        rows = [
            OutlineTopic(pk, f"t{pk}", f"T{pk}", "", "beginner", "lesson", minutes, minutes, all(required))
            for pk, minutes, *required in topics
        ]
        made.append(Section(f"s{number}", f"S{number}", tuple(rows)))
    return Outline(tuple(made))


@pytest.mark.parametrize(
    ("sections", "length", "offsets"),
    [
        # Equal minutes: equal parts.
        ([[(1, 10)], [(2, 10)]], 10, [4, 9]),
        # By minutes, not by topics.
        ([[(1, 30)], [(2, 5), (3, 5)]], 8, [5, 7]),
        # Nothing takes less than a day, and several short ones may share one.
        ([[(1, 1)], [(2, 1)], [(3, 998)]], 10, [0, 0, 9]),
        # Without minutes anywhere each topic is as long as another.
        ([[(1, 0)], [(2, 0), (3, 0), (4, 0)]], 8, [1, 7]),
        # Without minutes here, a topic is as long as elsewhere in the track: 10 + 20 + 10.
        ([[(1, 10)], [(2, 0), (3, 0)], [(4, 10)]], 8, [1, 5, 7]),
        # Optional topics take no time of their own, but a section of nothing else is not skipped.
        ([[(1, 10), (2, 90, False)], [(3, 10)]], 4, [1, 3]),
        ([[(1, 10)], [(2, 50, False)]], 4, [1, 3]),
        # A single day holds everything.
        ([[(1, 10)], [(2, 10)]], 1, [0, 0]),
        # A section without topics takes no time, and is never due before the start.
        ([[], [(1, 10)], []], 4, [0, 3, 3]),
        ([], 4, []),
        ([[]], 4, [3]),
    ],
)
def test_it_shares_the_days_out(sections, length, offsets):
    due = START + timedelta(days=length - 1)
    found = section_due_dates(outline_of(*sections), START, due)
    assert [(day - START).days for day in found] == offsets


@pytest.mark.parametrize(
    ("starts", "due", "dates"),
    [
        (None, date(2026, 3, 9), [date(2026, 3, 9)] * 2),
        (START, None, [None] * 2),
        (None, None, [None] * 2),
        (date(2026, 4, 1), date(2026, 3, 9), [date(2026, 3, 9)] * 2),  # the cohort begins after it is due
    ],
)
def test_it_needs_a_start_and_an_end(starts, due, dates):
    assert section_due_dates(outline_of([(1, 10)], [(2, 10)]), starts, due) == dates


@pytest.mark.parametrize("length", [1, 2, 7, 30, 31, 365])
def test_it_goes_forward_and_ends_on_the_due_date(length):
    outline = outline_of(*[[(number, number * 7 % 13)] for number in range(1, 24)])
    due = START + timedelta(days=length - 1)
    found = section_due_dates(outline, START, due)
    assert found == sorted(found)
    assert found[0] >= START
    assert found[-1] == due
    assert len(found) == 23


def test_a_topic_in_two_sections_is_due_with_the_first_that_requires_it():
    outline = outline_of([(1, 10), (2, 10, False)], [(1, 10), (2, 10), (3, 10, False)])
    dates = first, second = section_due_dates(outline, START, date(2026, 3, 9))
    assert due_dates_by_topic(outline, dates) == {1: first, 2: second}


@pytest.mark.parametrize(
    ("dates", "by_hand", "expected"),
    [
        ([4, 9], {}, [4, 9]),
        ([4, 9], {"s0": 6}, [6, 9]),
        ([4, 9], {"s0": 2, "s1": 8}, [2, 8]),
        ([4, 9], {"s0": 12}, [9, 9]),  # the end was moved before a date that was set by hand
        ([4, 9], {"gone": 1}, [4, 9]),  # a section that is no more
        ([None, None], {"s0": 6}, [None, None]),
    ],
)
def test_dates_set_by_hand_win_and_never_pass_the_end(dates, by_hand, expected):
    def day(number):
        return number and START + timedelta(days=number)

    outline = outline_of([(1, 10)], [(2, 10)])
    found = with_adjusted_dates(
        outline, list(map(day, dates)), {slug: day(number) for slug, number in by_hand.items()}
    )
    assert found == list(map(day, expected))
