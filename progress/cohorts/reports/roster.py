"""What an instructor sees of a cohort: what it is to learn, who learns, and where each of them is.

A fixed number of queries whatever the size of the cohort: the standings of everyone come as one aggregate, and are
measured by the one way of counting, in the assignments as each learner has them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

from accounts.models import User
from progress.activity import day_of
from progress.cohorts import formatting
from progress.cohorts.audience import Audience, load_audiences
from progress.cohorts.learner_plans import LearnerPlan, late_join_date
from progress.cohorts.models import Cohort
from progress.cohorts.queries import extensions_by_user, overridden_by_user, statuses_by_user
from progress.cohorts.reports.activity import annotate_last_activity
from progress.cohorts.track_snapshot import outline_from_snapshot
from progress.measure import ProgressSummary, TopicSet
from progress.models import NONE, Status
from stages.outline import Outline, OutlineTopic, Section, outline_of_stages

# --- What is to be learned ----------------------------------------------------------------------------


@dataclass(frozen=True)
class AssignedCurriculum:
    """The stages of the roadmap with the topics of some assignments only, each once."""

    sections: tuple[Section, ...]

    @cached_property
    def topics(self) -> list[OutlineTopic]:
        return [topic for section in self.sections for topic in section.topics]

    @cached_property
    def counted(self) -> TopicSet:
        return TopicSet.of(self.topics)

    @cached_property
    def by_stage(self) -> dict[str, TopicSet]:
        """The topics of each stage by its slug."""
        return {section.slug: TopicSet.of(section.topics) for section in self.sections}

    @cached_property
    def pks(self) -> set[int]:
        return {topic.pk for topic in self.topics}


def load_curriculum(roadmap: Outline, outlines: Iterable[Outline]) -> AssignedCurriculum:
    """What is in these outlines, by the stages of the roadmap; required if it is so in any of them."""
    required: dict[int, bool] = {}
    for outline in outlines:
        for topic in outline.topics:
            required[topic.pk] = topic.required or required.get(topic.pk, False)
    sections = [
        replace(
            section,
            topics=tuple(
                topic._replace(required=required[topic.pk]) for topic in section.topics if topic.pk in required
            ),
        )
        for section in roadmap.sections
    ]
    return AssignedCurriculum(tuple(section for section in sections if section.topics))


# --- Who learns, and where they are -------------------------------------------------------------------


@dataclass(frozen=True)
class RosterEntry:
    """A current member as the instructors see them: in what they are assigned here and in nothing else."""

    pk: int
    name: str
    joined: date
    curriculum: AssignedCurriculum
    plans: tuple[LearnerPlan, ...]
    statuses: dict[int, str]  # of assigned topics only
    overridden: set[int]  # those topics that an instructor marked as done
    disputes: bool  # whether they say that one of these marks, of this cohort, is wrong
    measured: ProgressSummary
    last_day: date | None  # of the last tick
    silent: int | None  # days, where there are enough of them to speak of
    overdue: int  # required topics, each once
    overdue_from: int  # the number from which on it is said

    @property
    def behind(self) -> list[str]:
        overdue = self.overdue if self.overdue >= self.overdue_from else 0
        return formatting.behind_phrases(self.silent, self.last_day is not None, overdue)

    def of(self, topic: OutlineTopic) -> str | None:
        """The learner's Status in a topic, or None for one that is not assigned to them."""
        return self.statuses.get(topic.pk, NONE) if topic.pk in self.curriculum.pks else None

    def measure(self, topics: Iterable[OutlineTopic]) -> ProgressSummary:
        return ProgressSummary.of(topics, self.statuses)

    def measure_stage(self, slug: str) -> ProgressSummary | None:
        """How far they are in what they are assigned of a stage, or None when that is nothing."""
        counted = self.curriculum.by_stage.get(slug)
        return counted and counted.measure(self.statuses)


def entries_by_name(learner: RosterEntry) -> tuple[tuple[str, str], int]:
    return formatting.name_sort_key(learner.name), learner.pk


class Roster(NamedTuple):
    """What an instructor sees of a cohort. ``assigned`` are the assignments as for everyone."""

    assigned: list[LearnerPlan]
    curriculum: AssignedCurriculum
    learners: list[RosterEntry]
    roadmap: Outline
    whom: Audience


def load_roster(cohort: Cohort, only: int | None = None) -> Roster:
    """A cohort's current learners, or ``only`` the one with this pk. Eight queries at most."""
    assignments = list(cohort.assignments.visible(cohort.today).select_related("track"))
    roadmap = outline_of_stages()
    assigned = []
    for assignment in assignments:
        assignment.cohort = cohort
        assigned.append(LearnerPlan(assignment, outline_from_snapshot(assignment.track_snapshot, roadmap)))
    every = load_curriculum(roadmap, [plan.outline for plan in assigned])
    members = cohort.enrolments.current() if only is None else cohort.enrolments.current().filter(user=only)
    whom = load_audiences(cohort)
    statuses = statuses_by_user(members, every.pks)
    longer = extensions_by_user(cohort, members)
    marked = overridden_by_user(cohort, members)

    @cache
    def curriculum_of(mine: tuple[int, ...]) -> AssignedCurriculum:
        """What those learn who have just these assignments, by their place in ``assigned``."""
        return every if len(mine) == len(assigned) else load_curriculum(roadmap, [assigned[n].outline for n in mine])

    @cache
    def plan_of(number: int, extended: date | None, joined: date | None) -> LearnerPlan:
        return replace(assigned[number], extended=extended, joined=joined)

    learners = []
    for pk, name, email, joined_at, *ticks in annotate_last_activity(members, assigned):
        mine = tuple(number for number, assignment in enumerate(assignments) if whom.includes(assignment, pk))
        learned, joined = curriculum_of(mine), day_of(joined_at, cohort.zone)
        plans = tuple(
            plan_of(number, longer.get((pk, assignments[number].pk)), late_join_date(assigned[number], joined))
            for number in mine
        )
        own = {topic: status for topic, status in statuses.get(pk, {}).items() if topic in learned.pks}
        measured = learned.counted.measure(own)
        done = {topic for topic, status in own.items() if status == Status.DONE}
        last_tick = max(filter(None, [ticks[number] for number in mine]), default=None)
        last_day = last_tick and day_of(last_tick, cohort.zone)
        begins = max(min(plan.available_from for plan in plans), joined) if plans else None
        learners.append(
            RosterEntry(
                pk,
                str(User(name=name, email=email)),
                joined,
                learned,
                plans,
                own,
                marked.get(pk, {}).keys() & learned.pks,
                any(marked.get(pk, {}).values()),
                measured,
                last_day,
                formatting.inactive_days(measured, cohort.today, last_day, begins, cohort.quiet_days),
                len(set().union(*(plan.past_due_topic_ids for plan in plans)) - done),
                cohort.overdue_topics,
            )
        )
    return Roster(assigned, every, learners, roadmap, whom)
