"""How a cohort grew against its plan, and what was done in the last days. Nothing here asks the database.

A learner is in it from the day on which there was something to do for them: that of joining, or that on which the
first of their assignments began. So who came late pulls nobody's line down before. What they had done already is
theirs from that first day on. Today everyone is in it, so the last point is what the gradebook says.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate
from operator import itemgetter
from statistics import quantiles
from typing import Literal, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from progress.burn_up_chart import AHEAD, BurnUpChart
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.reports.roster import RosterEntry
from progress.measure import percentage

DAILY_LIMIT = 120  # a history of more days has a point for each week
RECENT_DAYS = 14  # days

# --- One learner --------------------------------------------------------------------------------------


class StepFunction:
    """Whole per cent of ``total`` topics on the evening of any day, from ``{day: number of topics}``."""

    def __init__(self, total: int, topics: Mapping[date, int]) -> None:
        self.days = sorted(topics)
        counts = accumulate((topics[day] for day in self.days), initial=0)
        self.shares = [percentage(count, total) or 0 for count in counts]

    def on(self, day: date) -> int:
        return self.shares[bisect_right(self.days, day)]


class LearnerCurve(NamedTuple):
    """``plan`` is what is due as a StepFunction, or None where nothing of it has a date.

    ``shares`` are whole per cent that are done, on the evening of each day that is shown.
    """

    begins: date
    shares: list[int]
    plan: StepFunction | None


def learner_curves(
    learners: Iterable[RosterEntry], done: Mapping[int, Mapping[int, date]], today: date
) -> tuple[list[date], list[LearnerCurve]]:
    """The days to show, and a LearnerCurve for each learner who has something required to do, the first one first.

    ``done`` is ``{user pk: {topic pk: day}}``. Without such a learner there are no days.
    """
    beginnings = sorted(
        (
            (min(today, max(min(plan.available_from for plan in learner.plans), learner.joined)), learner)
            for learner in learners
            if learner.measured.total
        ),
        key=itemgetter(0),
    )
    days = days_shown(beginnings[0][0], today) if beginnings else []

    @cache
    def number_of(day: date) -> int:
        """Of the first evening that has seen a day. A clock that went wrong puts nothing beyond today."""
        return bisect_left(days, min(day, today))

    @cache
    def shares_of(total: int) -> list[int]:
        return [percentage(count, total) or 0 for count in range(total + 1)]

    plans: dict[tuple[int, ...], tuple[StepFunction | None, frozenset[int]]] = {}
    curves = []
    for begins, learner in beginnings:
        # Most learners share their plans, which are then worked out once.
        key = tuple(map(id, learner.plans))
        if key not in plans:
            due = Counter(due_days(learner.plans).values())
            required = frozenset(learner.curriculum.topic_set.required)
            plans[key] = StepFunction(learner.measured.total, due) if due else None, required
        plan, required = plans[key]
        counts = [0] * len(days)
        for topic, day in done.get(learner.pk, {}).items():
            if topic in required:
                counts[number_of(day)] += 1
        share = shares_of(learner.measured.total)
        curves.append(LearnerCurve(begins, [share[count] for count in accumulate(counts)], plan))
    return days, curves


def due_days(plans: Iterable[LearnerPlan]) -> dict[int, date]:
    """``{topic pk: date}`` of what has a date; what several assignments want is due with the first of them."""
    dates: dict[int, date] = {}
    for plan in plans:
        for topic, day in plan.due_by_topic.items():
            if day:
                dates[topic] = min(day, dates.get(topic, day))
    return dates


# --- Everyone -----------------------------------------------------------------------------------------


class DailyDistribution(NamedTuple):
    """Whole per cent, rounded down, on the evening of a day: of ``learners`` people, or of none on a day to come.

    ``plan`` is the mean share of topics that are due by then, or None where nothing has a date.
    """

    day: date
    learners: int
    minimum: int | None
    lower_quartile: int | None
    median: int | None
    upper_quartile: int | None
    maximum: int | None
    plan: int | None

    @property
    def texts(self) -> list[str]:
        """The cells of its row, as on the screen so in the file."""
        shares = [self.minimum, self.lower_quartile, self.median, self.upper_quartile, self.maximum, self.plan]
        texts = [_("%(share)d %%") % {"share": share} if share is not None else "" for share in shares]
        return [date_format(self.day, "j M Y"), str(self.learners) if self.learners else "", *texts]


class Timeline(NamedTuple):
    """``past`` are the days until today, and ``ahead`` those to come on which something is due.

    ``on_plan`` of the ``planned`` learners, who have dates, have done as much as is due by today.
    """

    past: list[DailyDistribution]
    ahead: list[DailyDistribution]
    planned: int
    on_plan: int

    @property
    def latest(self) -> DailyDistribution:
        return self.past[-1]

    @property
    def rows(self) -> list[list[str]]:
        return [distribution.texts for distribution in [*self.past, *self.ahead]]


def column_heads() -> list[str]:
    """The column heads for the cells of a DailyDistribution."""
    names = [_("Least"), _("A quarter have at most"), _("Half have at most"), _("A quarter have at least"), _("Most")]
    return [_("Day"), _("Learners"), *names, _("Plan")]


def load_timeline(
    learners: Iterable[RosterEntry], done: Mapping[int, Mapping[int, date]], today: date
) -> Timeline | None:
    """The Timeline of some learners, or None where nobody has anything required to do."""
    days, curves = learner_curves(learners, done, today)
    if not curves:
        return None
    beginnings = [curve.begins for curve in curves]
    planned = [(curve.shares[-1], curve.plan) for curve in curves if curve.plan]
    to_come = sorted({day for _share, plan in planned for day in plan.days if day > today})

    @cache
    def sharing(present: int) -> Counter[StepFunction]:
        """How many of the first learners share each plan; most share one, which is then asked once."""
        return Counter(curve.plan for curve in curves[:present] if curve.plan)

    past = []
    for day, shares in zip(days, zip(*(curve.shares for curve in curves), strict=True), strict=True):
        present = bisect_right(beginnings, day)
        past.append(daily_distribution(day, sorted(shares[:present]), planned_share(sharing(present), day)))
    everyone = sharing(len(curves))
    return Timeline(
        past,
        [DailyDistribution(day, 0, None, None, None, None, None, planned_share(everyone, day)) for day in to_come],
        len(planned),
        sum(share >= plan.on(today) for share, plan in planned),
    )


def days_shown(start: date, today: date) -> list[date]:
    """Each day from ``start``, or where that are too many each seventh, so that the last is ``today``."""
    length = (today - start).days
    step = 1 if length <= DAILY_LIMIT else 7
    return [today - timedelta(days=back) for back in range(length - length % step, -1, -step)]


def daily_distribution(day: date, shares: list[int], plan: int | None) -> DailyDistribution:
    lower, middle, upper = map(int, quantiles(shares, n=4, method="inclusive")) if len(shares) > 1 else shares * 3
    return DailyDistribution(day, len(shares), shares[0], lower, middle, upper, shares[-1], plan)


def planned_share(sharing: Counter[StepFunction], day: date) -> int | None:
    return sum(plan.on(day) * count for plan, count in sharing.items()) // sharing.total() if sharing else None


# --- The last days ------------------------------------------------------------------------------------


class RecentActivity(NamedTuple):
    """``active`` of the ``learners`` who were there on a day have ticked something."""

    day: date
    active: int
    learners: int

    @property
    def width(self) -> str:
        return f"{self.active / self.learners:.1%}"


def recent_activity(
    learners: Iterable[RosterEntry], days: Mapping[int, Collection[date]], today: date
) -> list[RecentActivity]:
    """A RecentActivity for each of the last days, today first. ``days`` is ``{user pk: dates with activity}``.

    Who has nothing assigned can tick nothing that is seen here, so they are not counted.
    """
    assigned = [learner for learner in learners if learner.curriculum.topics]
    recent = []
    for day in (today - timedelta(days=back) for back in range(RECENT_DAYS)):
        present = [learner.pk for learner in assigned if learner.joined <= day]
        if present:
            recent.append(RecentActivity(day, sum(day in days.get(pk, ()) for pk in present), len(present)))
    return recent


# --- The drawing --------------------------------------------------------------------------------------

LEAST_AHEAD = timedelta(days=14)

type Share = Literal["minimum", "lower_quartile", "median", "upper_quartile", "maximum"]  # of a Spread


@dataclass(frozen=True, kw_only=True)
class CohortChart(BurnUpChart):
    """``full_range``, ``middle_half``, ``median`` and ``plan`` are paths, all in per cent of what is required."""

    past: list[DailyDistribution]
    ahead: list[DailyDistribution]
    # All of it is a little below the edge, and nothing a little above, so that a line there is seen as a whole.
    top = 50
    bottom = 990

    @property
    def full_range(self) -> str:
        return self._band("minimum", "maximum")

    @property
    def middle_half(self) -> str:
        return self._band("lower_quartile", "upper_quartile")

    @property
    def median(self) -> str:
        return f"M{self._curve(self.past, 'median')}"

    @cached_property
    def plan(self) -> str:
        planned = [
            (distribution.day, distribution.plan)
            for distribution in [*self.past, *self.ahead]
            if distribution.plan is not None
        ]
        if not planned:
            return ""
        points = [(self.x(day), self.y(share)) for day, share in planned]
        # What is due stays so until the next date, so the plan goes in steps.
        return f"M{points[0][0]} {points[0][1]}" + "".join(f"H{x}V{y}" for x, y in points)

    def _curve(self, distributions: list[DailyDistribution], name: Share) -> str:
        return "L".join(
            f"{self.x(distribution.day)} {self.y(getattr(distribution, name))}" for distribution in distributions
        )

    def _band(self, lower: Share, upper: Share) -> str:
        return f"M{self._curve(self.past, upper)}L{self._curve(self.past[::-1], lower)}Z"


def chart(timeline: Timeline) -> CohortChart | None:
    """The chart of a Timeline, or None for one without a day before today."""
    start, today = timeline.past[0].day, timeline.latest.day
    if start == today:
        return None
    farthest = today + max(AHEAD * (today - start), LEAST_AHEAD)
    ahead = [distribution for distribution in timeline.ahead if distribution.day <= farthest]
    end = ahead[-1].day if ahead else today
    return CohortChart(
        start=start, today=today, end=end, done=timeline.latest.median or 0, total=100, past=timeline.past, ahead=ahead
    )
