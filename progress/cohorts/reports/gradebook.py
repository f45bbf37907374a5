"""Everyone's progress as a table: sorted, filtered, summed up, each cell in words. Nothing here asks the database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from progress.cohorts import formatting
from progress.cohorts.audience import Audience
from progress.cohorts.reports.roster import AssignedCurriculum, RosterEntry, entries_by_name
from progress.measure import ProgressSummary
from stages.outline import OutlineTopic, Section

# --- Sorted and filtered ------------------------------------------------------------------------------


SORT_KEYS: dict[str, Callable[[RosterEntry], Any]] = {
    "name": entries_by_name,
    "progress": lambda learner: (learner.measured.percentage is not None, learner.measured.percentage or 0),
    "activity": lambda learner: learner.last_active or date.min,
    "overdue": lambda learner: learner.overdue,
}
FILTERS: dict[str, Callable[[RosterEntry], bool]] = {
    "all": lambda learner: True,
    "quiet": lambda learner: learner.inactive_days is not None,
    "overdue": lambda learner: learner.overdue >= learner.overdue_threshold,
    "done": lambda learner: learner.measured.is_complete,
}


def filter_entries(learners: Iterable[RosterEntry], show: str, sort: str) -> list[RosterEntry]:
    """The learners to show, in order; ``sort`` is a key of SORT_KEYS, with a minus before it for descending.

    ``learners`` are by name, which stays the order among equals.
    """
    return sorted(filter(FILTERS[show], learners), key=SORT_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))


class Summary(NamedTuple):
    """A cohort, or a group of it, in a few numbers.

    ``percentage`` is the median of those who have something required to do, or None. Everyone is one of ``done``,
    ``in_progress``, ``not_started`` and ``idle``.
    """

    learners: int
    percentage: int | None
    quiet: int
    overdue: int
    done: int
    in_progress: int
    not_started: int
    idle: int  # those who have nothing to do


def summarize(learners: Sequence[RosterEntry]) -> Summary:
    percentages = [share for learner in learners if (share := learner.measured.percentage) is not None]
    quiet, overdue, done = (sum(map(FILTERS[show], learners)) for show in ("quiet", "overdue", "done"))
    return Summary(
        len(learners),
        int(median(percentages)) if percentages else None,
        quiet,
        overdue,
        done,
        sum(bool(learner.measured.left and any(learner.statuses)) for learner in learners),
        sum(bool(learner.measured.left and not any(learner.statuses)) for learner in learners),
        sum(not learner.measured.total for learner in learners),
    )


# --- The table ----------------------------------------------------------------------------------------

NOT_ASSIGNED = "not-assigned"


class Cell(NamedTuple):
    """``text`` is what it says, on the screen as in the file; ``mark`` is what it is drawn by."""

    text: str
    mark: str
    anchor: str  # of the stage or the topic on the learner's page, where it leads to


class Row(NamedTuple):
    learner: RosterEntry
    behind: str
    progress: Cell
    last_active: str
    overdue: str
    cells: list[Cell]
    groups: str | None = None  # None where the cohort has none

    @property
    def texts(self) -> list[str]:
        cells = [cell.text for cell in self.cells]
        groups = [] if self.groups is None else [self.groups]
        return [self.learner.name, *groups, self.behind, self.progress.text, self.last_active, self.overdue, *cells]


def rows(
    learners: Iterable[RosterEntry],
    curriculum: AssignedCurriculum,
    stage: Section | None = None,
    audience: Audience | None = None,
) -> list[Row]:
    """A Row for each learner: a cell for each stage, or for each topic of one stage. ``audience`` knows the groups."""
    # Learners who are equally far have the same cell and the same words, which are put together once.
    cell_of, day_text, behind_text = cache(summary_cell), cache(date_format), cache(formatting.behind_text)
    return [
        Row(
            learner,
            behind_text(*learner.lag),
            cell_of(learner.measured, "total"),
            day_text(learner.last_active) if learner.last_active else _("never"),
            str(learner.overdue) if learner.overdue else _("none"),
            [topic_cell(learner, topic) for topic in stage.topics]
            if stage
            else [cell_of(learner.measure_stage(section.slug), section.slug) for section in curriculum.sections],
            ", ".join(audience.groups_of(learner.pk)) if audience and audience.group_names else None,
        )
        for learner in learners
    ]


def summary_cell(measured: ProgressSummary | None, anchor: str) -> Cell:
    return (
        Cell(formatting.cell_text(measured), str(formatting.heat_level(measured)), anchor)
        if measured
        else not_assigned_cell(anchor)
    )


def topic_cell(learner: RosterEntry, topic: OutlineTopic) -> Cell:
    status, anchor = learner.status_of(topic), f"topic-{topic.slug}"
    if status is None:
        return not_assigned_cell(anchor)
    return Cell(formatting.status_text(status, topic.pk in learner.overridden), str(status), anchor)


def not_assigned_cell(anchor: str) -> Cell:
    return Cell(_("not assigned"), NOT_ASSIGNED, anchor)


def column_heads(
    curriculum: AssignedCurriculum, stage: Section | None = None, audience: Audience | None = None
) -> list[str]:
    """What stands above the columns of a Row, as texts."""
    columns = stage.topics if stage else curriculum.sections
    groups = [_("Groups")] if audience and audience.group_names else []
    fixed = [_("Learner"), *groups, _("Falling behind"), _("Progress"), _("Last tick"), _("Overdue")]
    return fixed + [column.title for column in columns]
