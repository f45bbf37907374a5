"""What an instructor's weekly mail says of a cohort: who finished, where people are stuck, and who is quiet.

The numbers and the words are those of the cohort's page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, QuerySet

from progress.cohorts.models import Cohort, Enrolment, Override
from progress.cohorts.notifications.digests.period import Week
from progress.cohorts.overrides import active_overrides
from progress.cohorts.reports.activity import activity_since
from progress.cohorts.reports.bottlenecks import load_bottlenecks
from progress.cohorts.reports.gradebook import Summary, summarize
from progress.cohorts.reports.roster import Roster, entries_by_name, load_roster
from progress.cohorts.track_updates import outdated_assignments
from progress.models import Status, TopicProgress
from stages.models import Track
from stages.outline import OutlineTopic


class InactiveLearner(NamedTuple):
    name: str
    phrases: str
    is_new: bool  # since the last mail


class StuckTopic(NamedTuple):
    topic: OutlineTopic
    names: list[str]


@dataclass(frozen=True)
class CohortWeek:
    """A cohort's week, with names and nothing heavier, so that many may be kept for the next instructor."""

    cohort: Cohort
    week: Week
    summary: Summary
    active_learners: int  # learners who ticked something that they are assigned
    finished_topics: int  # that these finished, each learner's counted
    joined: list[str]
    finished: list[str]  # who did everything
    finished_tracks: list[tuple[Track, list[str]]]  # who did one, where that was not everything
    stuck: list[StuckTopic]
    inactive: list[InactiveLearner]  # the longest silence first
    disputes: list[Override]
    updated_tracks: list[tuple[Track, str]]  # what changed in it since the cohort took it over, in a line

    def __bool__(self) -> bool:
        """Whether anything has changed. That people are stuck, late or quiet as a week ago is not news,
        nor is that a track waits to be taken over."""
        news = self.active_learners or self.joined or self.finished or self.finished_tracks
        newly_inactive = any(learner.is_new for learner in self.inactive)
        return bool(
            news or newly_inactive or any(self.week.contains(dispute.disputed_at) for dispute in self.disputes)
        )


def cohort_week(cohort: Cohort, week: Week) -> CohortWeek:
    """The CohortWeek of a cohort. A fixed number of queries, whatever its size."""
    roster = load_roster(cohort)
    members = cohort.enrolments.current()
    names = {learner.pk: learner.name for learner in roster.learners}
    finished, finished_tracks = finishers(roster, members, week)
    active_learners, finished_topics = count_activity(cohort, roster, week)
    joined = members.filter(joined_at__gte=week.begins, joined_at__lt=week.ends).values_list("user", flat=True)
    inactive = [(days, learner) for learner in roster.learners if (days := learner.inactive_days) is not None]
    inactive.sort(key=lambda pair: (-pair[0], entries_by_name(pair[1])))
    return CohortWeek(
        cohort,
        week,
        summarize(roster.learners),
        active_learners,
        finished_topics,
        sorted((names[pk] for pk in joined if pk in names), key=str.casefold),
        finished,
        finished_tracks,
        [
            StuckTopic(stuck.topic, [learner.name for learner in stuck.learners])
            for stuck in load_bottlenecks(roster, roster.learners).stuck
        ],
        [InactiveLearner(learner.name, "; ".join(learner.behind), is_new(days, cohort)) for days, learner in inactive],
        list(
            active_overrides()
            .filter(cohort=cohort, learner__in=members.values("user"))
            .exclude(disputed_at=None)
            .select_related("topic", "by", "learner")
        ),
        updated_tracks(roster),
    )


def updated_tracks(roster: Roster) -> list[tuple[Track, str]]:
    changed = outdated_assignments([plan.assignment for plan in roster.plans], roster.roadmap)
    return [(plan.track, changed[plan.assignment.pk]) for plan in roster.plans if plan.assignment.pk in changed]


def is_new(inactive_days: int, cohort: Cohort) -> bool:
    """Whether a learner who is silent for so many days was not yet called so a week ago."""
    return inactive_days - max(cohort.quiet_days, 1) < 7


def finishers(
    roster: Roster, members: QuerySet[Enrolment], week: Week
) -> tuple[list[str], list[tuple[Track, list[str]]]]:
    """The names of those who did everything in the week, and by track of those who did that. One query.

    Whoever has nothing left finished when the last required topic became done.
    """
    required = [{topic.pk for topic in plan.outline.topics if topic.required} for plan in roster.plans]
    last_done = {f"last_{number}": Max("changed_at", filter=Q(topic__in=pks)) for number, pks in enumerate(required)}
    rows = TopicProgress.objects.filter(
        user__in=members.values("user"), status=Status.DONE, topic__in=roster.curriculum.topic_pks
    )
    by_user = rows.values("user").annotate(**last_done).values_list("user", *last_done)
    moments_by_user: dict[int, list[datetime | None]] = (
        {user: moments for user, *moments in by_user} if last_done else {}
    )
    number_of = {plan.assignment.pk: number for number, plan in enumerate(roster.plans)}
    everything: list[str] = []
    by_track: dict[Track, list[str]] = {}
    for learner in sorted(roster.learners, key=entries_by_name):
        moments = moments_by_user.get(learner.pk)
        if not moments:
            continue
        numbers = [number_of[plan.assignment.pk] for plan in learner.plans]
        if learner.measured.is_complete:
            if week.contains(max(moment for number in numbers if (moment := moments[number]))):
                everything.append(learner.name)
            continue
        for plan, number in zip(learner.plans, numbers, strict=True):
            if week.contains(moments[number]) and learner.measure(plan.outline.topics).is_complete:
                by_track.setdefault(plan.track, []).append(learner.name)
    return everything, list(by_track.items())


def count_activity(cohort: Cohort, roster: Roster, week: Week) -> tuple[int, int]:
    """How many learners ticked something, and how many topics became done, in the week. One query."""
    events_by_user = activity_since(cohort, roster, week.begins)
    done_now = {learner.pk: learner.statuses.done for learner in roster.learners}
    ticked = [(user, event) for user, events in events_by_user.items() for event in events if event.at < week.ends]
    done = {(user, event.topic_id) for user, event in ticked if event.status == Status.DONE}
    still_done = [(user, topic) for user, topic in done if done_now[user] >> topic & 1]
    return len({user for user, _event in ticked}), len(still_done)
