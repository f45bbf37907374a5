"""What is said beside a name and in a cell."""

from datetime import date, timedelta

import pytest

from progress.cohorts import formatting
from progress.measure import ProgressSummary
from progress.models import STATUSES

TODAY = date(2026, 3, 30)  # the day after Europe's clocks went forward
HALF, ALL, NOTHING = ProgressSummary(total=4, done=2), ProgressSummary(total=4, done=4), ProgressSummary()
OPTIONAL = ProgressSummary(optional=3, optional_done=1)


def ago(days):
    return None if days is None else TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("measured", "last_tick", "begins", "quiet_days", "silent"),
    [
        (HALF, 9, 40, 7, 9),
        (HALF, 7, 40, 7, 7),
        (HALF, 6, 40, 7, None),
        (HALF, 0, 40, 7, None),
        (HALF, 9, 40, 10, None),
        (HALF, 0, 40, 0, None),  # with a threshold of none, today's tick is no silence
        (HALF, 1, 40, 0, 1),
        (HALF, None, 9, 7, 9),  # nothing ticked yet
        (HALF, None, 6, 7, None),
        (HALF, 90, 9, 7, 9),  # ticked long before joining: silent since joining
        (HALF, 90, 2, 7, None),
        (HALF, None, None, 7, None),  # nothing is assigned
        (HALF, None, -3, 7, None),  # it begins in three days
        (HALF, 20, -3, 7, None),
        (HALF, -1, 40, 7, None),  # a tick of tomorrow, as by a clock that is wrong
        (ALL, 30, 40, 7, None),
        (NOTHING, 30, 40, 7, None),
        (OPTIONAL, 30, 40, 7, None),  # nothing is required, so nothing is left
        (ProgressSummary(total=4, done=3, skipped=1), 30, 40, 7, 30),  # what was skipped is not done
    ],
)
def test_it_knows_who_is_silent(measured, last_tick, begins, quiet_days, silent):
    assert formatting.inactive_days(measured, TODAY, ago(last_tick), ago(begins), quiet_days) == silent


@pytest.mark.parametrize(
    ("silent", "has_ticked", "overdue", "said"),
    [
        (None, True, 0, []),
        (9, True, 0, ["nothing ticked for 9 days"]),
        (1, True, 0, ["nothing ticked for 1 day"]),
        (9, False, 0, ["nothing ticked in the first 9 days"]),
        (1, False, 0, ["nothing ticked in the first day"]),
        (None, True, 1, ["1 topic overdue"]),
        (None, False, 3, ["3 topics overdue"]),
        (9, True, 3, ["nothing ticked for 9 days", "3 topics overdue"]),
    ],
)
def test_it_says_how_somebody_falls_behind(silent, has_ticked, overdue, said):
    assert formatting.behind_phrases(silent, has_ticked, overdue) == said


@pytest.mark.parametrize(
    ("measured", "text", "warmth"),
    [
        (ProgressSummary(total=14, done=12), "12 of 14", 3),
        (ProgressSummary(total=14), "0 of 14", 0),
        (ProgressSummary(total=14, learning=2), "0 of 14", 0),
        (ProgressSummary(total=300, done=1), "1 of 300", 1),
        (ProgressSummary(total=300, done=99), "99 of 300", 1),
        (ProgressSummary(total=300, done=100), "100 of 300", 2),
        (ProgressSummary(total=300, done=299), "299 of 300", 3),
        (ProgressSummary(total=300, done=300), "300 of 300", 4),
        (ProgressSummary(total=3, done=3, optional=2), "3 of 3", 4),
        (OPTIONAL, "1 of 3 optional", 2),
        (NOTHING, "nothing to do", 0),
    ],
)
def test_a_cell_says_and_shows_how_far_somebody_is(measured, text, warmth):
    assert (formatting.cell_text(measured), formatting.heat_level(measured)) == (text, warmth)


def test_every_standing_has_a_word_of_its_own():
    assert [formatting.status_text(status) for status in STATUSES] == ["not started", "skipped", "learning", "done"]


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "under a day"), (0.99, "under a day"), (1, "1 day"), (1.4, "1 day"), (6.5, "6 days"), (7.6, "8 days")],
)
def test_a_pace_is_said_in_days(days, said):
    assert formatting.day_count(days) == said


def test_names_stand_in_order_whatever_their_accents():
    names = ["Zoë", "anna", "Élodie", "Eva", "Farid", "Ödön", "ليلى"]
    assert sorted(names, key=formatting.name_sort_key) == ["anna", "Élodie", "Eva", "Farid", "Ödön", "Zoë", "ليلى"]
