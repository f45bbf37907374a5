"""What an instructor sees of a cohort: what it is to learn, who learns, and where each of them is.

A fixed number of queries whatever the size of the cohort: the statuses of everyone come as one aggregate, and are
measured by the one way of counting, in the assignments as each learner has them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, reduce
from operator import or_
from typing import NamedTuple

from accounts.models import display_name
from progress.activity import day_of
from progress.cohorts import formatting
from progress.cohorts.audience import Audience, load_audiences
from progress.cohorts.learner_plans import LearnerPlan, late_join_date
from progress.cohorts.models import Cohort
from progress.cohorts.queries import extensions_by_user, overridden_by_user, statuses_by_user
from progress.cohorts.reports.activity import annotate_last_activity
from progress.cohorts.track_snapshot import outline_from_snapshot
from progress.measure import ProgressSummary, StatusBits, TopicSet
from stages.content import outline_of_stages
from stages.outline import Outline, OutlineTopic, Section

# --- What is to be learned ----------------------------------------------------------------------------


@dataclass(frozen=True)
class AssignedCurriculum:
    """The stages of the roadmap with the topics of some assignments only, each once."""

    sections: tuple[Section, ...]

    @cached_property
    def topics(self) -> list[OutlineTopic]:
        return [topic for section in self.sections for topic in section.topics]

    @cached_property
    def topic_set(self) -> TopicSet:
        return TopicSet.of(self.topics)

    @cached_property
    def topic_sets_by_stage(self) -> dict[str, TopicSet]:
        """The topics of each stage by its slug."""
        return {section.slug: TopicSet.of(section.topics) for section in self.sections}

    @cached_property
    def topic_bits(self) -> int:
        """All topics as bits, for StatusBits."""
        return sum(self.topic_set.bits)

    @cached_property
    def topic_pks(self) -> set[int]:
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
    statuses: StatusBits  # of assigned topics only
    overridden: set[int]  # those topics that an instructor marked as done
    has_disputes: bool  # whether they say that one of these marks, of this cohort, is wrong
    measured: ProgressSummary
    last_active: date | None  # of the last tick
    inactive_days: int | None  # days, where there are enough of them to speak of
    overdue: int  # required topics, each once
    overdue_threshold: int  # the number from which on it is said

    @property
    def lag(self) -> tuple[int | None, bool, int]:
        """What ``formatting.behind_phrases`` takes."""
        overdue = self.overdue if self.overdue >= self.overdue_threshold else 0
        return self.inactive_days, self.last_active is not None, overdue

    @property
    def behind(self) -> list[str]:
        return formatting.behind_phrases(*self.lag)

    def status_of(self, topic: OutlineTopic) -> str | None:
        """The learner's Status in a topic, or None for one that is not assigned to them."""
        return self.statuses.status_of(topic.pk) if topic.pk in self.curriculum.topic_pks else None

    def measure(self, topics: Iterable[OutlineTopic]) -> ProgressSummary:
        return TopicSet.of(topics).measure_bits(self.statuses)

    def measure_stage(self, slug: str) -> ProgressSummary | None:
        """How far they are in what they are assigned of a stage, or None when that is nothing."""
        topic_set = self.curriculum.topic_sets_by_stage.get(slug)
        return topic_set.measure_bits(self.statuses) if topic_set else None


def entries_by_name(entry: RosterEntry) -> tuple[tuple[str, str], int]:
    return formatting.name_sort_key(entry.name), entry.pk


class Roster(NamedTuple):
    """What an instructor sees of a cohort. ``plans`` are the assignments as for everyone; ``learners`` are by name."""

    plans: list[LearnerPlan]
    curriculum: AssignedCurriculum
    learners: list[RosterEntry]
    roadmap: Outline
    audience: Audience


def load_roster(cohort: Cohort, learner: int | None = None) -> Roster:
    """A cohort's current learners, or only the one whose pk ``learner`` is. Eight queries at most."""
    assignments = list(cohort.assignments.visible(cohort.today).select_related("track"))
    roadmap = outline_of_stages()
    cohort_plans = []
    for assignment in assignments:
        assignment.cohort = cohort
        cohort_plans.append(LearnerPlan(assignment, outline_from_snapshot(assignment.track_snapshot, roadmap)))
    everything = load_curriculum(roadmap, [plan.outline for plan in cohort_plans])
    members = cohort.enrolments.current() if learner is None else cohort.enrolments.current().filter(user=learner)
    audience = load_audiences(cohort)
    statuses = statuses_by_user(members, everything.topic_pks)
    extensions = extensions_by_user(cohort, members)
    overridden = overridden_by_user(cohort, members)

    @cache
    def curriculum_of(numbers: tuple[int, ...]) -> AssignedCurriculum:
        """What those learn who have just these assignments, by their index in ``cohort_plans``."""
        return (
            everything
            if len(numbers) == len(cohort_plans)
            else load_curriculum(roadmap, [cohort_plans[number].outline for number in numbers])
        )

    @cache
    def plan_with(number: int, extended: date | None, late_join: date | None) -> LearnerPlan:
        return replace(cohort_plans[number], extended=extended, joined=late_join)

    @cache
    def plan_of(number: int, extended: date | None, joined: date) -> LearnerPlan:
        """The plan of those with these dates; where the date makes no difference the very same."""
        return plan_with(number, extended, late_join_date(cohort_plans[number], joined))

    zone, today = cohort.zone, cohort.today
    learners = []
    for pk, name, email, joined_at, *ticks in annotate_last_activity(members, cohort_plans):
        numbers = tuple(number for number, assignment in enumerate(assignments) if audience.includes(assignment, pk))
        curriculum, joined = curriculum_of(numbers), day_of(joined_at, zone)
        plans = tuple(plan_of(number, extensions.get((pk, assignments[number].pk)), joined) for number in numbers)
        user_statuses = statuses.get(pk, StatusBits()).among(curriculum.topic_bits)
        measured = curriculum.topic_set.measure_bits(user_statuses)
        past_due = reduce(or_, (plan.past_due_topics for plan in plans), 0)
        last_tick = max(filter(None, [ticks[number] for number in numbers]), default=None)
        last_active = last_tick and day_of(last_tick, zone)
        begins = max(min(plan.available_from for plan in plans), joined) if plans else None
        learners.append(
            RosterEntry(
                pk,
                display_name(name, email),
                joined,
                curriculum,
                plans,
                user_statuses,
                overridden.get(pk, {}).keys() & curriculum.topic_pks,
                any(overridden.get(pk, {}).values()),
                measured,
                last_active,
                formatting.inactive_days(measured, today, last_active, begins, cohort.quiet_days),
                (past_due & ~user_statuses.done).bit_count(),
                cohort.overdue_topics,
            )
        )
    return Roster(cohort_plans, everything, sorted(learners, key=entries_by_name), roadmap, audience)
