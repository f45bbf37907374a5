"""What is overdue and what is due next. Pure."""

from datetime import date
from types import SimpleNamespace

import pytest

from progress.cohorts.due_dates import due_date, due_dates_by_section, due_soon, next_due, overdue, remaining
from tests.cohorts.test_schedule import outline_of

MONDAY, FRIDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 8)
OUTLINE = outline_of([(1, 10), (2, 10)], [(3, 10), (1, 10), (4, 10, False)])
DUE_DATES = {1: MONDAY, 2: MONDAY, 3: FRIDAY}


def pks(topics):
    return [topic.pk for topic in topics]


@pytest.mark.parametrize(
    ("today", "statuses", "late", "upcoming"),
    [
        (date(2026, 3, 1), {}, [], (MONDAY, [1, 2])),
        (MONDAY, {}, [], (MONDAY, [1, 2])),  # the day itself is still there to be used
        (MONDAY, {1: "done", 2: "done"}, [], (FRIDAY, [3])),
        (date(2026, 3, 3), {}, [1, 2], (FRIDAY, [3])),
        (date(2026, 3, 3), {1: "done", 2: "learning"}, [2], (FRIDAY, [3])),
        (date(2026, 3, 3), {1: "skipped", 2: "done"}, [1], (FRIDAY, [3])),  # skipped is not done
        (date(2026, 3, 7), {}, [1, 2, 3], None),
        (date(2026, 3, 7), {1: "done", 2: "done", 3: "done"}, [], None),
    ],
)
def test_it_tells_what_is_late_and_what_is_next(today, statuses, late, upcoming):
    assert pks(overdue(OUTLINE, DUE_DATES, statuses, today)) == late
    found = next_due(OUTLINE, DUE_DATES, statuses, today)
    assert (found and (found.day, pks(found.topics))) == upcoming


def test_nothing_is_ever_late_without_a_date():
    due_dates = {1: None, 2: None, 3: None}
    assert remaining(OUTLINE, due_dates, {}) == []
    assert overdue(OUTLINE, due_dates, {}, date.max) == []
    assert next_due(OUTLINE, due_dates, {}, MONDAY) is None


TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("due", "extended", "joined", "expected"),
    [
        (MONDAY, None, None, MONDAY),
        (MONDAY, FRIDAY, None, FRIDAY),
        (FRIDAY, MONDAY, None, FRIDAY),  # the date of everyone was moved beyond the extension
        (None, FRIDAY, None, None),  # it is not due at all any more
        (None, None, None, None),
        (FRIDAY, None, MONDAY, FRIDAY),
        (MONDAY, None, TUESDAY, None),  # over before they came
        (MONDAY, FRIDAY, TUESDAY, FRIDAY),
    ],
)
def test_an_extension_only_gives_time_and_nobody_is_late_on_the_first_day(due, extended, joined, expected):
    assert due_date(SimpleNamespace(due=due), extended, joined) == expected


def assignment(starts=None, due=MONDAY, **by_hand):
    return SimpleNamespace(starts=starts, due=due, cohort=SimpleNamespace(starts=None), dates_by_hand=by_hand)


@pytest.mark.parametrize(
    ("given", "extended", "joined", "dates"),
    [
        (assignment(MONDAY, SUNDAY), None, None, [date(2026, 3, 6), SUNDAY]),
        (assignment(MONDAY, SUNDAY, s0=MONDAY), None, None, [MONDAY, SUNDAY]),
        # Who has longer gets the schedule of the longer time, and never an earlier date than everyone.
        (assignment(MONDAY, SUNDAY), date(2026, 3, 15), None, [date(2026, 3, 11), date(2026, 3, 15)]),
        (assignment(MONDAY, SUNDAY, s0=SUNDAY), date(2026, 3, 9), None, [SUNDAY, date(2026, 3, 9)]),
        # Who comes late has the days that are left.
        (assignment(MONDAY, SUNDAY), None, FRIDAY, [date(2026, 3, 7), SUNDAY]),
        (assignment(MONDAY, SUNDAY), None, MONDAY, [date(2026, 3, 6), SUNDAY]),
        (assignment(MONDAY, SUNDAY), None, date(2026, 3, 9), [None, None]),
        (assignment(None, SUNDAY), None, FRIDAY, [SUNDAY, SUNDAY]),
        (assignment(MONDAY, None), FRIDAY, FRIDAY, [None, None]),
    ],
)
def test_each_learner_has_dates_of_their_own(given, extended, joined, dates):
    outline = outline_of([(1, 20), (2, 20)], [(3, 20)])
    assert due_dates_by_section(given, outline, extended, joined) == dates


def plan(due_dates, today=MONDAY):
    return SimpleNamespace(outline=OUTLINE, required_due_dates=due_dates, today=today)


def test_a_topic_that_two_plans_want_is_due_once_on_the_earlier_day():
    one, other = plan({1: SUNDAY, 2: FRIDAY}), plan({1: FRIDAY, 3: date(2026, 4, 1)})
    found = due_soon([one, other], {2: "done"})
    assert [(wanted.topic.pk, wanted.day, wanted.is_late) for wanted in found] == [(1, FRIDAY, False)]
    assert found[0].plans == [other, one]


def test_what_is_late_comes_first_and_what_is_far_away_not_at_all():
    found = due_soon([plan({1: date(2026, 3, 9), 2: date(2026, 3, 10), 3: date(2026, 3, 1)})], {})
    assert [(wanted.topic.pk, wanted.is_late) for wanted in found] == [(3, True), (1, False)]
