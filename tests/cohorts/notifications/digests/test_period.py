"""When a weekly mail comes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from progress.cohorts.notifications.digests.period import Week, reported_week
from tests.cohorts.notifications.digests.weekly import MONDAY, NOW, WEEK


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [
        ("2026-03-09T06:59", "UTC", None),
        ("2026-03-09T07:00", "UTC", "2026-03-02"),
        ("2026-03-11T23:59", "UTC", "2026-03-02"),
        ("2026-03-12T00:00", "UTC", None),
        ("2026-03-15T12:00", "UTC", None),
        ("2026-03-08T17:00", "Pacific/Kiritimati", "2026-03-02"),  # there it is Monday, 7:00
        ("2026-03-08T16:59", "Pacific/Kiritimati", None),
        ("2026-03-09T16:59", "Pacific/Pago_Pago", None),
        ("2026-03-09T18:00", "Pacific/Pago_Pago", "2026-03-02"),
        ("2026-03-30T05:00", "Europe/Berlin", "2026-03-23"),  # the first morning of summer time
        ("2026-03-30T04:59", "Europe/Berlin", None),
    ],
)
def test_it_comes_on_monday_morning_where_its_reader_is(now, zone, monday):
    found = reported_week(datetime.fromisoformat(f"{now}Z"), ZoneInfo(zone))
    assert (str(found.monday) if found else None) == monday


def test_a_week_by_name_is_told_of_once_it_is_over():
    assert reported_week(NOW, UTC, MONDAY) == WEEK
    assert reported_week(NOW + timedelta(days=5), UTC, MONDAY) == WEEK
    assert reported_week(WEEK.ends - timedelta(seconds=1), UTC, MONDAY) is None


def test_weeks_follow_each_other_without_a_gap():
    """Also over the change to summer time, where a week has an hour less."""
    zone = ZoneInfo("Europe/Berlin")
    weeks = [Week.of(MONDAY + timedelta(weeks=number), zone) for number in range(30)]
    assert all(week.ends == after.begins for week, after in pairwise(weeks))
    starts = [week.begins.astimezone(UTC) for week in weeks]
    lengths = {after - before for before, after in pairwise(starts)}
    assert lengths == {timedelta(days=7), timedelta(days=6, hours=23)}
