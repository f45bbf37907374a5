"""What a learner's history says: the days with activity, the streak, the year, and how the done topics grew.

Nothing here asks the database. Functions take events in the order in which they were written, a time zone and a date,
and return values.

All of the history is read in the zone that the learner has now: a day is the day it was there. So the same events
and the same zone always give the same year, and daylight saving needs no rule of its own.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

from progress.burn_up_chart import AHEAD, SIDE, BurnUpChart
from progress.models import NONE, Event, ProgressEvent, Status, StatusChange

# --- What counts ----------------------------------------------------------------------------------

# What the learner did then. A tick of a visit counts at its own time, not at that of the sign-in. Imports, resets and
# topics that were carried over tell of other days, so they count on none.
COUNTED_CAUSES = {ProgressEvent.Cause.TICK, ProgressEvent.Cause.SIGN_IN}


def ticks[E: StatusChange](events: Iterable[E]) -> list[E]:
    """The events that count as activity.

    Taking a tick away counts for nothing, and a tick that was undone counts as little as if it had not been.
    """
    counted: dict[int, E] = {}
    latest: dict[int, int] = {}
    for index, event in enumerate(events):
        if event.cause == ProgressEvent.Cause.UNDO:
            counted.pop(latest.get(event.topic_id, -1), None)
        elif event.cause in COUNTED_CAUSES and event.status != NONE:
            counted[index] = event
        latest[event.topic_id] = index
    return list(counted.values())


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The date that it was at an aware ``moment`` in a time zone."""
    return moment.astimezone(zone).date()


def active_days(events: Iterable[Event], zone: tzinfo) -> Counter[date]:
    """The number of topics for each day with activity."""
    return by_day(ticks(events), zone)


def by_day(ticked: Iterable[Event], zone: tzinfo) -> Counter[date]:
    """The same of events that all count."""
    return Counter(day for day, _ in {(day_of(event.at, zone), event.topic_id) for event in ticked})


# --- The streak -----------------------------------------------------------------------------------


class Streak(NamedTuple):
    """Active days in a row. ``includes_today`` tells whether today is one of them already."""

    current: int
    longest: int
    includes_today: bool


def streak(days: Collection[date], today: date, rest_days: Container[int] = ()) -> Streak:
    """The current and the longest streak.

    ``days`` are dates with activity, ``rest_days`` days of the week (0 is Monday). A rest day never ends a streak,
    and lengthens it when something was done on it. Nor does today end one: the learner has until midnight.
    """

    def continues(last: date, day: date) -> bool:
        between = (last + timedelta(days=number) for number in range(1, (day - last).days))
        return all(missed.weekday() in rest_days for missed in between)

    run, longest = 0, 0
    last: date | None = None
    for day in sorted(days):
        run = run + 1 if last and continues(last, day) else 1
        longest = max(longest, run)
        last = day
    current = run if last and continues(last, today) else 0
    return Streak(current, longest, today in days)


# --- The year -------------------------------------------------------------------------------------

CELL = 14  # a day in the drawing of a month, in units of its own
SIZES = [4, 6, 8, 10, 12]  # of the mark of a day, by level
LEVELS = [1, 2, 4, 7]  # the numbers of topics at which a level begins


def level_of(topics: int) -> int:
    return sum(topics >= least for least in LEVELS)


class Day(NamedTuple):
    date: date
    topics: int
    is_rest: bool
    is_today: bool

    @property
    def level(self) -> int:
        """How much was done, from 0 to 4."""
        return level_of(self.topics)

    @property
    def size(self) -> int:
        return SIZES[self.level]

    @property
    def x(self) -> int:
        return self.date.weekday() * CELL + (CELL - self.size) // 2

    @property
    def y(self) -> int:
        week = (self.date.replace(day=1).weekday() + self.date.day - 1) // 7
        return week * CELL + (CELL - self.size) // 2


class Month(NamedTuple):
    """A month up to today. Equal values look the same, whoever they are of."""

    first: date
    counts: tuple[int, ...]  # the topics of each day
    rest_days: frozenset[int]  # days of the week, 0 is Monday
    is_today: bool  # whether its last day is

    @property
    def days(self) -> list[Day]:
        return [
            Day(
                day := self.first + timedelta(days=number),
                topics,
                day.weekday() in self.rest_days,
                self.is_today and number == len(self.counts) - 1,
            )
            for number, topics in enumerate(self.counts)
        ]

    @property
    def active_days(self) -> int:
        return sum(topics > 0 for topics in self.counts)

    @property
    def topics(self) -> int:
        return sum(self.counts)


class Mark(NamedTuple):
    """An entry of the legend: ``topics`` on a day look like this."""

    topics: str
    size: int

    @property
    def edge(self) -> int:
        return (CELL - self.size) // 2


MARKS = [
    Mark(str(least) if least + 1 == above else f"{least}–{above - 1}" if above else f"{least}+", size)
    for least, above, size in zip(LEVELS, [*LEVELS[1:], 0], SIZES[1:], strict=True)
]


class Year(NamedTuple):
    """Twelve months, the one of today the last, each up to today."""

    months: tuple[Month, ...]

    @property
    def active_days(self) -> int:
        return sum(month.active_days for month in self.months)

    @property
    def has_rest_days(self) -> bool:
        return any(month.rest_days for month in self.months)

    @property
    def marks(self) -> list[Mark]:
        return MARKS


def year(days: Mapping[date, int], today: date, rest_days: Iterable[int] = ()) -> Year:
    """The twelve months up to ``today``. ``days`` maps a date to a number of topics."""
    by_month: defaultdict[tuple[int, int], list[date]] = defaultdict(list)
    for day in days:
        by_month[day.year, day.month].append(day)
    months = []
    for back in reversed(range(12)):
        years, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        first, is_today = date(years, month + 1, 1), back == 0
        counts = [0] * (today.day if is_today else monthrange(years, month + 1)[1])
        for day in by_month[first.year, first.month]:
            if day <= today:
                counts[day.day - 1] = days[day]
        months.append(Month(first, tuple(counts), frozenset(rest_days), is_today))
    return Year(tuple(months))


# --- The burn-up ----------------------------------------------------------------------------------


class BurnUp(NamedTuple):
    """How the done topics grew. ``points`` are (date, done on its evening) for each day that changed the number;
    ``learned`` the days on which topics that are still done were ticked, in order."""

    points: tuple[tuple[date, int], ...]
    learned: tuple[date, ...]


def burn_up(events: Iterable[Event], topics: Container[int], zone: tzinfo) -> BurnUp:
    """The growth that ``events`` tell of, for the topics whose pks are ``topics``. Events of every cause count."""
    changes: Counter[date] = Counter()
    learned: list[date] = []
    for pk, timeline in timelines(events).items():
        if pk not in topics:
            continue
        done: Event | None = None  # the event that made it so
        for event in timeline:
            if (event.status == Status.DONE) == (done is None):
                changes[day_of(event.at, zone)] += 1 if done is None else -1
                done = event if done is None else None
        if done and done.cause in COUNTED_CAUSES:
            learned.append(day_of(done.at, zone))
    points: list[tuple[date, int]] = []
    total = 0
    for day in sorted(changes):
        if changes[day]:
            total += changes[day]
            points.append((day, total))
    return BurnUp(tuple(points), tuple(sorted(learned)))


def timelines(events: Iterable[Event]) -> dict[int, list[Event]]:
    """The events of each topic, by its pk, in the order of their times.

    Ticks of a visit and those carried over are written later than they happened. Such an event holds from its own
    time on, whatever was written before it, so that each timeline ends with the learner's status.
    """
    by_topic: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events:
        timeline = by_topic[event.topic_id]
        while timeline and timeline[-1].at > event.at:
            timeline.pop()
        timeline.append(event)
    return by_topic


# --- The forecast ---------------------------------------------------------------------------------


class Forecast(NamedTuple):
    """Between which days the rest is done, if the learner goes on as in the last weeks."""

    earliest: date
    latest: date


WEEKS = 10  # that the pace is taken from
MIN_WEEKS, MIN_TOPICS = 3, 5  # less says nothing
MAX_FORECAST = 5 * 52  # weeks; what lies beyond is no forecast
EIGHTY_PERCENT = 1.28  # four in five values of a normal distribution are within so many standard deviations


def forecast(learned: Sequence[date], left: int, today: date) -> Forecast | None:
    """A Forecast for ``left`` topics from the days on which others were learned, or None.

    The pace is the topics in each of the last weeks. The range is wider the more these weeks differ, the fewer there
    are, and the longer the way, so that about four learners in five end within it. The first day is left out: it is
    when people tick what they knew before. None when nothing is left, or when there is too little to go on.
    """
    weeks = min(WEEKS, (today - learned[0]).days // 7) if learned else 0
    if not left or weeks < MIN_WEEKS:
        return None
    counts = [0] * weeks
    for day in learned:
        if 0 <= (age := (today - day).days // 7) < weeks:
            counts[age] += 1
    if sum(counts) < MIN_TOPICS:
        return None
    pace = fmean(counts)
    weeks_left = left / pace
    # Weeks differ by chance at least, even if the last few happened to be alike.
    spread = sqrt(max(variance(counts), pace)) / pace
    factor = 1 + EIGHTY_PERCENT * spread * sqrt(1 / weeks_left + 1 / weeks)
    if weeks_left * factor > MAX_FORECAST:
        return None
    return Forecast(today + timedelta(weeks=weeks_left / factor), today + timedelta(weeks=weeks_left * factor))


# --- The chart of the burn-up ---------------------------------------------------------------------

TOP = 120  # where the line of the total is


@dataclass(frozen=True, kw_only=True)
class LearnerChart(BurnUpChart):
    """``line``, ``area`` and ``band`` are paths: what was done, all below that, and the forecast."""

    points: Sequence[tuple[date, int]]
    ahead: Forecast | None
    top = TOP

    @cached_property
    def line(self) -> str:
        steps = "".join(f"H{self.x(day)}V{self.y(number)}" for day, number in self.points)
        return f"M0 {SIDE}{steps}H{self.x(self.today)}"

    @property
    def area(self) -> str:
        return f"{self.line}V{SIDE}Z"

    @property
    def band(self) -> str:
        if not self.ahead:
            return ""
        earliest, latest = self.x(self.ahead.earliest), self.x(self.ahead.latest)
        return f"M{self.x(self.today)} {self.y(self.done)}L{earliest} {TOP}H{latest}Z"


def chart(
    points: Sequence[tuple[date, int]], total: int, today: date, ahead: Forecast | None = None
) -> LearnerChart | None:
    """The chart of a burn-up and its forecast, or None for a history without a day before today."""
    if not points or points[0][0] >= today:
        return None
    start, done = points[0][0], points[-1][1]
    end = min(ahead.latest, today + AHEAD * (today - start)) if ahead else today
    return LearnerChart(start=start, today=today, end=end, done=done, total=total, points=points, ahead=ahead)
