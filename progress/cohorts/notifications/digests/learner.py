"""What a learner's weekly mail says: what they did and what comes next. It compares with nobody and scolds nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.activity import day_of, ticks
from progress.cohorts.audience import load_audiences
from progress.cohorts.learner_plans import FIRST_MIDNIGHT, LearnerPlan, due_sort_key, late_join_date
from progress.cohorts.models import Assignment, Enrolment, Extension, Override
from progress.cohorts.notifications.digests.period import Week
from progress.cohorts.overrides import active_overrides
from progress.cohorts.queries import statuses_by_user
from progress.cohorts.track_snapshot import outline_from_snapshot
from progress.measure import StatusBits
from progress.models import ProgressEvent, Status
from stages.content import outline_of_stages
from stages.outline import Outline, OutlineTopic

if TYPE_CHECKING:
    from progress.models import Event


class UpcomingDue(NamedTuple):
    plan: LearnerPlan
    day: date
    topics: list[OutlineTopic]


@dataclass(frozen=True)
class LearnerWeek:
    """A learner's week. ``done`` and ``started`` are topics that they ticked in it and that are so still."""

    week: Week
    done: list[OutlineTopic]
    started: list[OutlineTopic]
    upcoming: list[UpcomingDue]  # the soonest first
    starting: list[tuple[LearnerPlan, date]]  # that begin in the week of the mail
    overrides: list[Override]  # in the week, as far as they hold

    def __bool__(self) -> bool:
        """Whether there is anything to be said. What is due after the coming week alone is no reason to write."""
        soon = any(due.day <= self.week.horizon for due in self.upcoming)
        return bool(self.done or self.started or self.starting or self.overrides or soon)

    def subject(self, site: str) -> str:
        """What the mail is about, from the site that calls itself so."""
        if self.done:
            text = ngettext("Your week: %(number)d topic done", "Your week: %(number)d topics done", len(self.done))
            return text % {"number": len(self.done)}
        text = _("Your week on %(site)s") if self.started or self.overrides else _("What comes next on %(site)s")
        return text % {"site": site}


def learner_week(
    week: Week,
    topics: Mapping[int, OutlineTopic],
    events: Iterable["Event"],
    statuses: Mapping[int, str],
    plans: Collection[LearnerPlan],
    overrides: Iterable[Override] = (),
) -> LearnerWeek:
    """The LearnerWeek of one learner; pure.

    ``topics`` are those of the roadmap by pk, ``events`` the learner's since the week began, as they were written.
    """
    ticked = {event.topic_id: event.status for event in ticks(events) if week.contains(event.at)}

    def still(status: Status) -> list[OutlineTopic]:
        return [topics[pk] for pk in ticked if pk in topics and ticked[pk] == statuses.get(pk) == status]

    next_dues = [(plan, plan.next_due(statuses)) for plan in plans]
    first_days = [
        (plan, replace(plan, joined=None).available_from) for plan in plans
    ]  # not the day on which the learner came
    return LearnerWeek(
        week,
        done=still(Status.DONE),
        started=still(Status.LEARNING),
        upcoming=sorted(
            (UpcomingDue(plan, *due) for plan, due in next_dues if due), key=lambda upcoming: upcoming.day
        ),
        starting=[(plan, day) for plan, day in first_days if week.ends.date() <= day <= week.horizon],
        overrides=[override for override in overrides if week.contains(override.at)],
    )


def learner_weeks(weeks: Mapping[int, Week]) -> dict[int, LearnerWeek]:
    """What to tell each of some users. A fixed number of queries, for any number of people."""
    roadmap = outline_of_stages()
    topics = {topic.pk: topic for topic in roadmap.topics}
    plans = plans_by_user(weeks, roadmap)
    statuses = statuses_by_user(Enrolment.objects.current().filter(user__in=weeks), topics)
    since = min(week.begins for week in weeks.values())
    events: dict[int, list[Event]] = defaultdict(list)
    overrides: dict[int, list[Override]] = defaultdict(list)
    rows = ProgressEvent.objects.filter(user__in=weeks, at__gte=since).order_by("pk")
    for row in rows.values_list("user_id", "topic_id", "status", "cause", "at", named=True):
        events[row.user_id].append(row)
    for override in active_overrides().filter(learner__in=weeks, at__gte=since):
        overrides[override.learner_id].append(override)
    return {
        pk: learner_week(week, topics, events[pk], statuses.get(pk, StatusBits()).to_dict(), plans[pk], overrides[pk])
        for pk, week in weeks.items()
    }


def plans_by_user(users: Collection[int], roadmap: Outline) -> dict[int, list[LearnerPlan]]:
    """For each of some users the same as ``plans_for`` gives. Four queries at most."""
    enrolments = Enrolment.objects.current().filter(user__in=users, cohort__archived_at=None)
    members = list(enrolments.values_list("user_id", "cohort_id", "joined_at"))
    rows = (
        Assignment.objects.visible(timezone.localdate(timezone=FIRST_MIDNIGHT))
        .filter(cohort__in={cohort for _user, cohort, _joined in members})
        .select_related("cohort", "track")
    )
    shown = [row for row in rows if row.visible_from is None or row.visible_from <= row.cohort.today]
    audience = load_audiences(*{row.cohort for row in shown})
    extensions = {
        (user, assignment): due
        for user, assignment, due in Extension.objects.filter(user__in=users, assignment__in=shown).values_list(
            "user", "assignment", "due"
        )
    }
    plan_by_assignment = {
        row.pk: LearnerPlan(row, outline_from_snapshot(row.track_snapshot, roadmap)) for row in shown
    }
    plans_by_cohort: dict[int, list[LearnerPlan]] = defaultdict(list)
    for plan in plan_by_assignment.values():
        plans_by_cohort[plan.cohort.pk].append(plan)

    @cache
    def plan_of(pk: int, extended: date | None, joined: date | None) -> LearnerPlan:
        """Most learners share one, and with it the dates that are worked out only once."""
        return replace(plan_by_assignment[pk], extended=extended, joined=joined)

    plans: dict[int, list[LearnerPlan]] = {user: [] for user in users}
    for user, cohort, joined_at in members:
        for plan in plans_by_cohort[cohort]:
            pk = plan.assignment.pk
            if audience.includes(plan.assignment, user):
                joined = late_join_date(plan, day_of(joined_at, plan.cohort.zone))
                plans[user].append(plan_of(pk, extensions.get((user, pk)), joined))
    for user_plans in plans.values():
        user_plans.sort(key=due_sort_key)
    return plans
