"""What is overdue and what is due next. Pure."""

from datetime import date
from types import SimpleNamespace

import pytest

from progress.cohorts.plan import due_of, due_soon, dues_of, left, next_due, overdue
from tests.cohorts.test_rhythm import outline_of

MONDAY, FRIDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 8)
OUTLINE = outline_of([(1, 10), (2, 10)], [(3, 10), (1, 10), (4, 10, False)])
DUES = {1: MONDAY, 2: MONDAY, 3: FRIDAY}


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
    assert pks(overdue(OUTLINE, DUES, statuses, today)) == late
    found = next_due(OUTLINE, DUES, statuses, today)
    assert (found and (found.day, pks(found.topics))) == upcoming


def test_nothing_is_ever_late_without_a_date():
    dues = {1: None, 2: None, 3: None}
    assert left(OUTLINE, dues, {}) == []
    assert overdue(OUTLINE, dues, {}, date.max) == []
    assert next_due(OUTLINE, dues, {}, MONDAY) is None


@pytest.mark.parametrize(
    ("due", "extended", "own"),
    [
        (MONDAY, None, MONDAY),
        (MONDAY, FRIDAY, FRIDAY),
        (FRIDAY, MONDAY, FRIDAY),  # the date of everyone was moved beyond the extension
        (None, FRIDAY, None),  # it is not due at all any more
        (None, None, None),
    ],
)
def test_an_extension_only_gives_time(due, extended, own):
    assert due_of(SimpleNamespace(due=due), extended) == own


@pytest.mark.parametrize(("required", "dues"), [(True, {1: FRIDAY, 2: FRIDAY, 3: FRIDAY}), (False, {})])
def test_what_is_optional_is_never_due(required, dues):
    assignment = SimpleNamespace(starts=None, due=MONDAY, required=required, cohort=SimpleNamespace(starts=None))
    assert dues_of(assignment, OUTLINE, FRIDAY) == dues


def plan(dues, today=MONDAY):
    return SimpleNamespace(outline=OUTLINE, dues=dues, today=today)


def test_a_topic_that_two_plans_want_is_due_once_on_the_earlier_day():
    one, other = plan({1: SUNDAY, 2: FRIDAY}), plan({1: FRIDAY, 3: date(2026, 4, 1)})
    found = due_soon([one, other], {2: "done"})
    assert [(wanted.topic.pk, wanted.day, wanted.is_late) for wanted in found] == [(1, FRIDAY, False)]
    assert found[0].by == [other, one]


def test_what_is_late_comes_first_and_what_is_far_away_not_at_all():
    found = due_soon([plan({1: date(2026, 3, 9), 2: date(2026, 3, 10), 3: date(2026, 3, 1)})], {})
    assert [(wanted.topic.pk, wanted.is_late) for wanted in found] == [(3, True), (1, False)]
