"""Everyone's standing at a glance: what a cohort is assigned, where its learners are, and the table of both.

A fixed number of queries whatever the size of the cohort: the standings of everyone come as one aggregate, and are
measured by the one way of counting.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from statistics import median
from typing import NamedTuple

from django.db.models import F, Max, Min, Q, StringAgg, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.zones import first_known
from progress.activity import COUNTED, day_of
from progress.cohorts import words
from progress.cohorts.models import Extension
from progress.measure import Measure
from progress.models import NONE, ProgressEvent, Status, TopicProgress
from stages.outline import outline_of_stages, outlines

# --- What the cohort is to learn ----------------------------------------------------------------------


@dataclass(frozen=True)
class Assigned:
    """What a cohort is to learn, as of a day. ``tracks`` are (assignment, its outline)."""

    tracks: list
    sections: tuple  # the stages of the roadmap that have assigned topics, with those topics only

    @cached_property
    def topics(self):
        return [topic for section in self.sections for topic in section.topics]

    @cached_property
    def begins(self):
        """The first day on which there is something to do, or None."""
        return min((begin_of(assignment) for assignment, _outline in self.tracks), default=None)

    def due_topics(self, today, longer):
        """The topics of the assignments whose due date has passed, those of optional assignments left out.

        ``longer`` is {assignment pk: the learner's own due date}.
        """
        return [
            topic
            for assignment, outline in self.tracks
            if assignment.required and is_past(longer.get(assignment.pk, assignment.due), today)
            for topic in outline.topics
        ]


def begin_of(assignment):
    return max(filter(None, [assignment.visible_from, assignment.starts]), default=date.min)


def is_past(due, today):
    return due is not None and due < today


def assigned_to(cohort, today):
    """What the learners of a cohort see as assigned on a day. Four queries at most."""
    assignments = list(cohort.assignments.visible(today).select_related("track"))
    roadmap = outline_of_stages()
    own = outlines([found.track for found in assignments if not found.track.follows_stages])
    tracks = [(found, own.get(found.track_id, roadmap)) for found in assignments]
    return Assigned(tracks, by_stage(roadmap, [topic for _found, outline in tracks for topic in outline.topics]))


def by_stage(roadmap, topics):
    """The stages of the roadmap with these topics only, each once, and required if it is so in any assignment."""
    required = {}
    for topic in topics:
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
    return tuple(section for section in sections if section.topics)


# --- Who learns, and where they are -------------------------------------------------------------------


@dataclass(frozen=True)
class Learner:
    """A current member as the instructors see them: in the assigned topics and in nothing else."""

    pk: int
    name: str
    statuses: dict  # {topic pk: Status}, of assigned topics only
    measured: Measure
    last_day: date | None  # of the last tick
    silent: int | None  # days, where there are enough of them to speak of
    overdue: int  # required topics

    @property
    def behind(self):
        return words.behind(self.silent, self.last_day is not None, self.overdue)

    def of(self, topic):
        return self.statuses.get(topic.pk, NONE)

    def measure(self, topics):
        return Measure.of(topics, self.statuses)


class Seen(NamedTuple):
    """What an instructor sees of a cohort."""

    assigned: Assigned
    learners: list
    longer: dict  # {user pk: {assignment pk: due}}, of those with an extension


def see(cohort, only=None):
    """A cohort's current learners, or ``only`` the one with this pk. Eight queries at most."""
    zone = first_known(cohort.time_zone)
    today = timezone.localdate(timezone=zone)
    assigned = assigned_to(cohort, today)
    topics = {topic.pk for topic in assigned.topics}
    members = cohort.enrolments.current() if only is None else cohort.enrolments.current().filter(user=only)
    ticks = Q(
        user__progress_events__topic__in=topics,
        user__progress_events__cause__in=COUNTED,
        user__progress_events__status__in=Status.values,
    )
    people = members.annotate(last_tick=Max("user__progress_events__at", filter=ticks)).values_list(
        "user_id", "user__name", "user__email", "joined_at", "last_tick"
    )
    statuses = standings(members, topics)
    longer = extensions(cohort, members)
    learners = []
    for pk, name, email, joined_at, last_tick in people:
        mine = statuses.get(pk, {})
        measured = Measure.of(assigned.topics, mine)
        last_day = last_tick and day_of(last_tick, zone)
        begins = assigned.begins and max(assigned.begins, day_of(joined_at, zone))
        learners.append(
            Learner(
                pk,
                str(User(name=name, email=email)),
                mine,
                measured,
                last_day,
                words.silence(measured, today, last_day, begins, cohort.quiet_days),
                Measure.of(assigned.due_topics(today, longer.get(pk, {})), mine).left,
            )
        )
    return Seen(assigned, learners, longer)


def standings(members, topics):
    """``{user pk: {topic pk: Status}}``. One query, whose rows are a person, a status, and the topics as one text."""
    rows = (
        TopicProgress.objects.filter(user__in=members.values("user"), topic__in=topics)
        .values_list("user_id", "status")
        .annotate(topics=StringAgg(Cast("topic_id", TextField()), delimiter=Value(",")))
    )
    found = {}
    for user, status, pks in rows:
        found.setdefault(user, {}).update(dict.fromkeys(map(int, pks.split(",")), Status(status)))
    return found


def extensions(cohort, members):
    """``{user pk: {assignment pk: due}}`` for those who have longer. One query."""
    rows = Extension.objects.filter(assignment__cohort=cohort, user__in=members.values("user"))
    found = {}
    for user, assignment, due in rows.values_list("user_id", "assignment_id", "due"):
        found.setdefault(user, {})[assignment] = due
    return found


# --- Sorted and filtered ------------------------------------------------------------------------------


def by_name(learner):
    return learner.name.casefold(), learner.pk


SORTS = {
    "name": by_name,
    "progress": lambda learner: (learner.measured.percentage is not None, learner.measured.percentage or 0),
    "activity": lambda learner: learner.last_day or date.min,
    "overdue": lambda learner: learner.overdue,
}
SHOWN = {
    "all": lambda learner: True,
    "quiet": lambda learner: learner.silent is not None,
    "done": lambda learner: learner.measured.is_complete,
}


def chosen(learners, show, sort):
    """The learners to show, in order; ``sort`` is a key of SORTS, with a minus before it for the other way round."""
    found = sorted(filter(SHOWN[show], learners), key=by_name)
    return sorted(found, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


class Summary(NamedTuple):
    """A cohort in a few numbers. ``percentage`` is the median of those who have something required to do, or None."""

    learners: int
    percentage: int | None
    quiet: int
    overdue: int
    done: int


def summary(learners):
    percentages = [found.measured.percentage for found in learners if found.measured.total]
    return Summary(
        len(learners),
        int(median(percentages)) if percentages else None,
        sum(found.silent is not None for found in learners),
        sum(found.overdue > 0 for found in learners),
        sum(found.measured.is_complete for found in learners),
    )


# --- The table ----------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """``text`` is what it says, on the screen as in the file; ``mark`` is what it is drawn by."""

    text: str
    mark: str
    name: str  # of the stage or the topic, which is where it leads to on the learner's page


class Row(NamedTuple):
    learner: Learner
    behind: str
    progress: Cell
    last_day: str
    overdue: str
    cells: list

    @property
    def texts(self):
        cells = [cell.text for cell in self.cells]
        return [self.learner.name, self.behind, self.progress.text, self.last_day, self.overdue, *cells]


def rows(learners, assigned, stage=None):
    """A Row for each learner: a cell for each stage, or for each topic of one stage."""
    return [
        Row(
            learner,
            "; ".join(learner.behind),
            measured_cell(learner.measured, "total"),
            date_format(learner.last_day, "j M Y") if learner.last_day else _("never"),
            str(learner.overdue) if learner.overdue else _("none"),
            [status_cell(learner.of(topic), stage.slug) for topic in stage.topics]
            if stage
            else [measured_cell(learner.measure(section.topics), section.slug) for section in assigned.sections],
        )
        for learner in learners
    ]


def measured_cell(measured, name):
    return Cell(words.cell(measured), str(words.warmth(measured)), name)


def status_cell(status, name):
    return Cell(words.status(status), str(status), name)


def heads(assigned, stage=None):
    """What stands above the columns of a Row, as texts."""
    columns = stage.topics if stage else assigned.sections
    fixed = [_("Learner"), _("Falling behind"), _("Progress"), _("Last tick"), _("Overdue")]
    return fixed + [column.title for column in columns]


# --- Where the cohort is stuck ------------------------------------------------------------------------

STUCK = 6  # topics that are shown
PACE = 5000  # finished topics that say how fast the cohort is: the latest ones


class Stuck(NamedTuple):
    """A topic that people have begun and not finished. ``days`` is the median of those who have, or None."""

    topic: object
    learners: list
    days: float | None
    is_slow: bool  # by a day at least, when compared with all topics


class Pace(NamedTuple):
    """``days`` is the median from learning to done over all topics, or None; ``stuck`` are the Stuck, most first."""

    days: float | None
    stuck: list


def pace(cohort, seen):
    """Where the cohort is stuck, compared with its own pace. One query."""
    durations = {}
    for topic, length in finished(cohort, seen):
        durations.setdefault(topic, []).append(length.total_seconds() / 86400)
    every = [length for took in durations.values() for length in took]
    usual = median(every) if every else None
    stuck = []
    for topic in seen.assigned.topics:
        if learning := [learner for learner in seen.learners if learner.of(topic) == Status.LEARNING]:
            took = durations.get(topic.pk)
            days = median(took) if took else None
            stuck.append(Stuck(topic, sorted(learning, key=by_name), days, bool(took) and days >= usual + 1))
    stuck.sort(key=lambda found: -len(found.learners))
    return Pace(usual, stuck[:STUCK])


def finished(cohort, seen):
    """(topic pk, timedelta from first learning to first done) of those who have said both. One query."""

    def first(status):
        return Min("at", filter=Q(status=status, cause__in=COUNTED))

    rows = (
        ProgressEvent.objects.filter(
            user__in=cohort.enrolments.current().values("user"),
            topic__in={topic.pk for topic in seen.assigned.topics},
            status__in=[Status.LEARNING, Status.DONE],
        )
        .values("user_id", "topic_id")
        .annotate(begun=first(Status.LEARNING), ended=first(Status.DONE))
        .order_by("-ended")
    )
    pairs = rows.filter(begun__lt=F("ended")).values_list("topic_id", "begun", "ended")[:PACE]
    return [(topic, ended - begun) for topic, begun, ended in pairs]
