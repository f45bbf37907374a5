"""What a history says, by itself: no database, only events, zones and dates."""

from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from progress.activity import (
    MAX_FORECAST,
    SIDE,
    TOP,
    active_days,
    burn_up,
    chart,
    forecast,
    streak,
    ticks,
    year,
)

Event = namedtuple("Event", "topic_id status cause at")
LISBON, BERLIN, NEW_YORK = (ZoneInfo(f"{name}") for name in ("Europe/Lisbon", "Europe/Berlin", "America/New_York"))
KIRITIMATI, MIDWAY = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Midway")  # UTC+14 and UTC-11
WEEKEND = [5, 6]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event(topic, when, status="done", cause="tick"):
    return Event(topic, status, cause, at(when) if isinstance(when, str) else when)


def days(text):
    """ "2027-03-01 03 05" as dates; each further word is a day of the same month, or a whole date."""
    found, month = [], ""
    for word in text.split():
        month = word[:8] or month if len(word) == 10 else month
        found.append(date.fromisoformat(word if len(word) == 10 else month + word))
    return found


# --- What counts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "counts"),
    [("tick", 1), ("sign-in", 1), ("import", 0), ("carry-over", 0), ("reset", 0), ("undo", 0)],
)
def test_a_day_counts_for_what_was_done_on_it(cause, counts):
    assert len(active_days([event(1, "2027-03-01T12:00", cause=cause)], UTC)) == counts


@pytest.mark.parametrize("status", ["done", "learning", "skipped"])
def test_every_standing_that_is_stated_counts(status):
    assert ticks([event(1, "2027-03-01T12:00", status)])


def test_taking_a_tick_away_counts_for_nothing():
    assert ticks([event(1, "2027-03-01T12:00", "none")]) == []


def test_an_undone_tick_never_was():
    tick, other = event(1, "2027-03-01T12:00"), event(2, "2027-03-01T12:00")
    assert ticks([tick, other, event(1, "2027-03-01T12:00:08", "none", "undo")]) == [other]


def test_undoing_the_second_step_leaves_the_first():
    first, second = event(1, "2027-03-01T12:00", "learning"), event(1, "2027-03-02T12:00")
    assert ticks([first, second, event(1, "2027-03-02T12:00:05", "learning", "undo")]) == [first]


def test_undoing_a_reset_takes_no_tick_back():
    tick = event(1, "2027-03-01T12:00")
    reset = event(1, "2027-05-01T12:00", "none", "reset")
    assert ticks([tick, reset, event(1, "2027-05-01T12:01", "done", "undo")]) == [tick]


def test_a_topic_counts_once_a_day():
    found = [event(1, "2027-03-01T10:00", "learning"), event(1, "2027-03-01T12:00"), event(2, "2027-03-01T12:00")]
    assert active_days(found, UTC) == {date(2027, 3, 1): 2}


# --- Whose day ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2027-03-01T23:59:59", UTC, "2027-03-01"),
        ("2027-03-02T00:00:00", UTC, "2027-03-02"),
        ("2027-03-01T09:59:59", KIRITIMATI, "2027-03-01"),
        ("2027-03-01T10:00:00", KIRITIMATI, "2027-03-02"),  # its midnight is ours at ten in the morning
        ("2027-03-01T10:59:59", MIDWAY, "2027-02-28"),
        ("2027-03-01T11:00:00", MIDWAY, "2027-03-01"),
        ("2027-12-31T23:30:00", BERLIN, "2028-01-01"),  # the year ends earlier there
        ("2028-02-28T23:30:00", BERLIN, "2028-02-29"),  # a leap day
        ("2027-03-27T23:30:00", BERLIN, "2027-03-28"),  # the day of 23 hours begins
        ("2027-03-28T21:59:59", BERLIN, "2027-03-28"),
        ("2027-03-28T22:00:00", BERLIN, "2027-03-29"),  # and ends an hour earlier
        ("2027-10-30T22:00:00", BERLIN, "2027-10-31"),  # the day of 25 hours
        ("2027-10-31T22:59:59", BERLIN, "2027-10-31"),
        ("2027-10-31T23:00:00", BERLIN, "2027-11-01"),
        ("2027-11-07T04:30:00", NEW_YORK, "2027-11-07"),  # half past midnight
        ("2027-11-08T04:30:00", NEW_YORK, "2027-11-07"),  # 23:30 of the same day, 24 hours later
    ],
)
def test_a_day_is_the_learners_own(moment, zone, day):
    assert list(active_days([event(1, moment)], zone)) == [date.fromisoformat(day)]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LISBON, KIRITIMATI, MIDWAY])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
@pytest.mark.parametrize("first", [date(2027, 3, 8), date(2027, 10, 25)])
def test_clocks_that_change_end_no_streak(zone, hour, first):
    """A learner who ticks at the same hour of each local day, through the change of the clocks."""
    found = [
        event(number, datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone).astimezone(UTC))
        for number, day in enumerate(first + timedelta(days=number) for number in range(30))
    ]
    assert streak(active_days(found, zone), first + timedelta(days=29)).current == 30


def test_who_moves_reads_the_same_history_in_another_zone():
    """Ticks on three evenings in Lisbon are ticks on three mornings in Auckland, a day later by its calendar."""
    found = [event(number, f"2027-01-{number:02}T22:00") for number in (4, 5, 6)]
    auckland = ZoneInfo("Pacific/Auckland")
    assert sorted(active_days(found, LISBON)) == days("2027-01-04 05 06")
    assert sorted(active_days(found, auckland)) == days("2027-01-05 06 07")
    assert streak(active_days(found, LISBON), date(2027, 1, 6)).current == 3
    assert streak(active_days(found, auckland), date(2027, 1, 7)).current == 3


@pytest.mark.parametrize(
    ("zone", "ticked", "now", "current"),
    [
        (KIRITIMATI, ("2027-03-01T09:00", "2027-03-02T09:00"), "2027-03-03T09:59", 2),  # 23:59 there
        (KIRITIMATI, ("2027-03-01T09:00", "2027-03-02T09:00"), "2027-03-03T10:00", 0),  # midnight, and nothing done
        (MIDWAY, ("2027-03-02T10:30", "2027-03-03T10:30"), "2027-03-04T10:59", 2),
        (MIDWAY, ("2027-03-02T10:30", "2027-03-03T10:30"), "2027-03-04T11:00", 0),
        (NEW_YORK, ("2027-11-06T12:00", "2027-11-06T23:00"), "2027-11-08T04:59", 1),  # a day of 25 hours
        (NEW_YORK, ("2027-11-06T12:00", "2027-11-06T23:00"), "2027-11-08T05:00", 0),
    ],
)
def test_a_streak_lasts_until_the_learners_own_midnight(zone, ticked, now, current):
    found = [event(number, moment) for number, moment in enumerate(ticked)]
    assert streak(active_days(found, zone), at(now).astimezone(zone).date()).current == current


# --- The streak -----------------------------------------------------------------------------------

# 1 March 2027 is a Monday.
STREAKS = [
    ("an empty history", "", "2027-03-05", [], 0, 0),
    ("today alone", "2027-03-05", "2027-03-05", [], 1, 1),
    ("today not yet", "2027-03-03 04", "2027-03-05", [], 2, 2),
    ("today too", "2027-03-03 04 05", "2027-03-05", [], 3, 3),
    ("a day missed", "2027-03-02 03", "2027-03-05", [], 0, 2),
    ("a day missed and begun again", "2027-03-01 02 03 05", "2027-03-05", [], 1, 3),
    ("the longest was long ago", "2026-07-01 02 03 04 2027-03-04 05", "2027-03-05", [], 2, 4),
    ("a weekend without rest days", "2027-03-01 02 03 04 05", "2027-03-08", [], 0, 5),
    ("Monday morning after a weekend of rest", "2027-03-01 02 03 04 05", "2027-03-08", WEEKEND, 5, 5),
    ("Monday done after a weekend of rest", "2027-03-01 02 03 04 05 08", "2027-03-08", WEEKEND, 6, 6),
    ("Tuesday, and Monday was missed", "2027-03-01 02 03 04 05", "2027-03-09", WEEKEND, 0, 5),
    ("done on a rest day", "2027-03-01 02 03 04 05 06", "2027-03-06", WEEKEND, 6, 6),
    ("the day after that, resting", "2027-03-01 02 03 04 05 06", "2027-03-07", WEEKEND, 6, 6),
    ("resting today", "2027-03-04 05", "2027-03-06", WEEKEND, 2, 2),
    ("rest days alone", "2027-03-06 07 13", "2027-03-13", WEEKEND, 1, 2),
    ("a run of six rest days", "2027-03-01 08 15", "2027-03-21", [1, 2, 3, 4, 5, 6], 3, 3),
    ("a run of six rest days, and the seventh missed", "2027-03-01 08", "2027-03-16", [1, 2, 3, 4, 5, 6], 0, 2),
    ("nothing but rest days", "2020-03-01 2027-03-01", "2027-03-05", [0, 1, 2, 3, 4, 5, 6], 2, 2),
    ("the end of a year", "2026-12-30 31 2027-01-01", "2027-01-02", [], 3, 3),
    ("a leap day done", "2028-02-28 29 2028-03-01", "2028-03-01", [], 3, 3),
    ("a leap day missed", "2028-02-28 2028-03-01", "2028-03-01", [], 1, 1),
    ("no leap day this year", "2027-02-28 2027-03-01", "2027-03-01", [], 2, 2),
    ("a zone where it is still yesterday", "2027-03-04 05 06", "2027-03-05", [], 3, 3),
    ("rest days that are no days", "2027-03-01 02", "2027-03-02", ["x", None, 9], 2, 2),
]


@pytest.mark.parametrize(
    ("active", "today", "rest", "current", "longest"),
    [case[1:] for case in STREAKS],
    ids=[case[0] for case in STREAKS],
)
def test_a_streak_is_right(active, today, rest, current, longest):
    found = streak(days(active), date.fromisoformat(today), rest)
    assert (found.current, found.longest) == (current, longest)
    assert found.includes_today == (date.fromisoformat(today) in days(active))


# --- The year -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "first", "number"),
    [
        ("2027-03-15", "2026-04-01", 349),
        ("2027-12-31", "2027-01-01", 365),
        ("2028-12-31", "2028-01-01", 366),
        ("2028-02-29", "2027-03-01", 366),
        ("2027-01-01", "2026-02-01", 335),
    ],
)
def test_a_year_is_twelve_months_up_to_today(today, first, number):
    shown = year({}, date.fromisoformat(today))
    dates = [day.date for month in shown.months for day in month.days]
    assert len(shown.months) == 12
    assert str(dates[0]) == first
    assert str(dates[-1]) == today
    assert dates == [dates[0] + timedelta(days=count) for count in range(number)]
    assert [day.date for month in shown.months for day in month.days if day.is_today] == [dates[-1]]


def test_its_months_add_up():
    active = {date(2027, 3, 1): 2, date(2027, 3, 15): 1, date(2026, 12, 31): 9, date(2020, 1, 1): 5}
    shown = year(active, date(2027, 3, 20), WEEKEND)
    assert shown.active_days == 3
    assert [(month.first.month, month.active_days, month.topics) for month in shown.months if month.active_days] == [
        (12, 1, 9),
        (3, 2, 3),
    ]
    assert [day.date.day for day in shown.months[-1].days if day.is_rest] == [6, 7, 13, 14, 20]


def test_marks_grow_with_the_day_and_never_overlap():
    shown = year({date(2027, 5, day): day for day in range(1, 32)}, date(2027, 5, 31)).months[-1]
    assert [day.level for day in shown.days[:8]] == [1, 2, 2, 3, 3, 3, 4, 4]
    assert [day.size for day in shown.days] == sorted(day.size for day in shown.days)
    spots = {(day.x // 14, day.y // 14) for day in shown.days}
    assert len(spots) == 31
    assert all(min(day.x, day.y) >= 0 for day in shown.days)
    assert all(day.x + day.size <= 98 and day.y + day.size <= 84 for day in shown.days)


# --- The burn-up ----------------------------------------------------------------------------------


def test_it_grows_with_every_topic_that_is_done():
    found = [event(1, "2027-03-01T12:00"), event(2, "2027-03-01T13:00"), event(3, "2027-03-04T12:00")]
    assert burn_up(found, {1, 2, 3}, UTC).points == ((date(2027, 3, 1), 2), (date(2027, 3, 4), 3))


def test_it_falls_where_a_topic_is_reopened_and_counts_nothing_twice():
    found = [
        event(1, "2027-03-01T12:00"),
        event(1, "2027-03-02T12:00"),
        event(1, "2027-03-03T12:00", "learning"),
        event(1, "2027-03-05T12:00"),
    ]
    grown = burn_up(found, {1}, UTC)
    assert [done for _, done in grown.points] == [1, 0, 1]
    assert grown.learned == (date(2027, 3, 5),)


def test_it_knows_the_topics_of_the_roadmap_only():
    assert burn_up([event(9, "2027-03-01T12:00")], {1}, UTC).points == ()


@pytest.mark.parametrize("before", [["learning"], ["done", "none"], ["done", "learning", "skipped"]])
def test_what_was_written_later_holds_from_its_own_time_on(before):
    """A visit's tick of the 1st is brought along after the account had said other things from the 5th on."""
    found = [event(1, f"2027-03-{day:02}T12:00", status) for day, status in enumerate(before, start=5)]
    found.append(event(1, "2027-03-01T12:00", "done", "sign-in"))
    assert burn_up(found, {1}, UTC).points == ((date(2027, 3, 1), 1),)


def test_imports_grow_it_and_say_nothing_about_the_pace():
    grown = burn_up([event(1, "2027-03-01T12:00", cause="import")], {1}, UTC)
    assert grown.points == ((date(2027, 3, 1), 1),)
    assert grown.learned == ()


def test_a_reset_and_its_undoing_are_seen():
    found = [
        event(1, "2027-03-01T12:00"),
        event(1, "2027-04-01T12:00", "none", "reset"),
        event(1, "2027-04-03T12:00", "done", "undo"),
    ]
    assert [done for _, done in burn_up(found, {1}, UTC).points] == [1, 0, 1]


# --- The forecast ---------------------------------------------------------------------------------

TODAY = date(2027, 3, 1)


def learned(*a_week):
    """The days on which topics were learned: a first day long ago, then so many in each week, the latest last."""
    found = [TODAY - timedelta(days=7 * len(a_week) + 1)]
    for back, number in enumerate(reversed(a_week)):
        found += [TODAY - timedelta(days=7 * back + place % 7) for place in range(number)]
    return tuple(sorted(found))


@pytest.mark.parametrize(
    ("case", "left"),
    [
        ((), 50),  # nothing done yet
        (learned(9, 9), 50),  # two weeks are too few
        (learned(1, 1, 1, 1), 50),  # four topics too
        (learned(*[3] * 10, *[0] * 10), 50),  # a pause: there is no pace of the last weeks
        (learned(1, 0, 1, 0, 1, 0, 1, 1, 0, 1), 5000),  # farther than anyone can see
        (learned(*[3] * 8), 0),  # all is done
        ((TODAY,) * 90, 50),  # everything that was known before, ticked today
    ],
)
def test_there_is_no_forecast_without_enough_to_go_on(case, left):
    assert forecast(case, left, TODAY) is None


def test_it_is_a_range_around_the_own_pace():
    found = forecast(learned(*[3] * 10), 60, TODAY)
    middle = TODAY + timedelta(weeks=20)
    assert TODAY < found.earliest < middle < found.latest < TODAY + timedelta(weeks=MAX_FORECAST)
    assert found.latest - found.earliest > timedelta(weeks=4)


def test_it_is_wider_for_who_learns_by_fits_and_starts():
    steady, uneven = (forecast(weeks, 60, TODAY) for weeks in (learned(*[3] * 10), learned(*[0, 6] * 5)))
    assert uneven.earliest < steady.earliest
    assert uneven.latest > steady.latest


def test_what_was_ticked_on_the_first_day_is_no_pace():
    plain = learned(*[3] * 6)
    assert forecast((plain[0],) * 80 + plain, 60, TODAY) == forecast(plain, 60, TODAY)


def test_about_four_learners_in_five_end_within_it():
    """Learners whose weeks differ by chance, watched for ten weeks and then to their end."""
    chance, within = Random(7), []
    for _ in range(400):
        pace = chance.choice([1, 2, 4, 7])

        def week(pace=pace):
            return sum(chance.random() < pace / 20 for _ in range(20))

        found = forecast(learned(*(week() for _ in range(10))), 60, TODAY)
        if found:
            left, weeks = 60, 0
            while left > 0:
                left, weeks = left - week(), weeks + 1
            within.append(found.earliest <= TODAY + timedelta(weeks=weeks) <= found.latest + timedelta(weeks=1))
    assert len(within) > 300
    assert 0.75 <= sum(within) / len(within) <= 0.92


# --- The drawing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [(), ((TODAY, 3),)])
def test_nothing_is_drawn_before_there_is_a_past(points):
    assert chart(points, 10, TODAY) is None


def test_the_line_climbs_in_steps_to_today():
    drawn = chart(((date(2027, 2, 19), 5), (date(2027, 2, 24), 10)), 10, TODAY)
    assert drawn.line == f"M0 {SIDE}H0V560H500V{TOP}H{SIDE}"
    assert (drawn.start, drawn.end, drawn.now, drawn.height) == (date(2027, 2, 19), TODAY, "100.0%", "12.0%")
    assert drawn.band == ""


def test_the_forecast_fans_out_from_today():
    ahead = forecast(learned(*[3] * 10), 30, TODAY)
    drawn = chart(((TODAY - timedelta(weeks=10), 1), (TODAY, 30)), 60, TODAY, ahead)
    assert drawn.end == ahead.latest
    assert drawn.band.startswith("M")
    assert drawn.band.endswith(f"H{SIDE}Z")


def test_a_far_forecast_does_not_press_the_past_into_a_corner():
    ahead = forecast(learned(*[1] * 10), 100, TODAY)
    drawn = chart(((TODAY - timedelta(weeks=10), 1),), 240, TODAY, ahead)
    assert drawn.now == "25.0%"
    assert drawn.end < ahead.latest
