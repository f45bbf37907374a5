"""Everyone's standing as a table: sorted, filtered, summed up, each cell in words. Nothing here asks the database."""

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
    "activity": lambda learner: learner.last_day or date.min,
    "overdue": lambda learner: learner.overdue,
}
FILTERS: dict[str, Callable[[RosterEntry], bool]] = {
    "all": lambda learner: True,
    "quiet": lambda learner: learner.silent is not None,
    "overdue": lambda learner: learner.overdue >= learner.overdue_from,
    "done": lambda learner: learner.measured.is_complete,
}


def filter_entries(learners: Iterable[RosterEntry], show: str, sort: str) -> list[RosterEntry]:
    """The learners to show, in order; ``sort`` is a key of SORTS, with a minus before it for the other way round."""
    found = sorted(filter(FILTERS[show], learners), key=entries_by_name)
    return sorted(found, key=SORT_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))


class Summary(NamedTuple):
    """A cohort, or a group of it, in a few numbers.

    ``percentage`` is the median of those who have something required to do, or None. Everyone is one of ``done``,
    ``under_way``, ``not_begun`` and ``idle``.
    """

    learners: int
    percentage: int | None
    quiet: int
    overdue: int
    done: int
    under_way: int
    not_begun: int
    idle: int  # those who have nothing to do


def summarize(learners: Sequence[RosterEntry]) -> Summary:
    percentages = [share for found in learners if (share := found.measured.percentage) is not None]
    quiet, overdue, done = (sum(map(FILTERS[show], learners)) for show in ("quiet", "overdue", "done"))
    return Summary(
        len(learners),
        int(median(percentages)) if percentages else None,
        quiet,
        overdue,
        done,
        sum(bool(found.measured.left and found.statuses) for found in learners),
        sum(bool(found.measured.left and not found.statuses) for found in learners),
        sum(not found.measured.total for found in learners),
    )


# --- The table ----------------------------------------------------------------------------------------

NOT_ASSIGNED = "not-assigned"


class Cell(NamedTuple):
    """``text`` is what it says, on the screen as in the file; ``mark`` is what it is drawn by."""

    text: str
    mark: str
    name: str  # of the stage or the topic, which is where it leads to on the learner's page


class Row(NamedTuple):
    learner: RosterEntry
    behind: str
    progress: Cell
    last_day: str
    overdue: str
    cells: list[Cell]
    groups: str | None = None  # None where the cohort has none

    @property
    def texts(self) -> list[str]:
        cells = [cell.text for cell in self.cells]
        groups = [] if self.groups is None else [self.groups]
        return [self.learner.name, *groups, self.behind, self.progress.text, self.last_day, self.overdue, *cells]


def rows(
    learners: Iterable[RosterEntry],
    curriculum: AssignedCurriculum,
    stage: Section | None = None,
    whom: Audience | None = None,
) -> list[Row]:
    """A Row for each learner: a cell for each stage, or for each topic of one stage. ``whom`` knows the groups."""
    # Learners who are equally far have the same cell, so its words are put together once.
    cell_of = cache(measured_cell)
    return [
        Row(
            learner,
            "; ".join(learner.behind),
            cell_of(learner.measured, "total"),
            date_format(learner.last_day) if learner.last_day else _("never"),
            str(learner.overdue) if learner.overdue else _("none"),
            [topic_cell(learner, topic) for topic in stage.topics]
            if stage
            else [cell_of(learner.measure_stage(found.slug), found.slug) for found in curriculum.sections],
            ", ".join(whom.groups_of(learner.pk)) if whom and whom.group_names else None,
        )
        for learner in learners
    ]


def measured_cell(measured: ProgressSummary | None, name: str) -> Cell:
    return (
        Cell(formatting.cell_text(measured), str(formatting.heat_level(measured)), name)
        if measured
        else not_assigned(name)
    )


def topic_cell(learner: RosterEntry, topic: OutlineTopic) -> Cell:
    status, name = learner.of(topic), f"topic-{topic.slug}"
    if status is None:
        return not_assigned(name)
    return Cell(formatting.status_text(status, topic.pk in learner.overridden), str(status), name)


def not_assigned(name: str) -> Cell:
    return Cell(_("not assigned"), NOT_ASSIGNED, name)


def column_heads(
    curriculum: AssignedCurriculum, stage: Section | None = None, whom: Audience | None = None
) -> list[str]:
    """What stands above the columns of a Row, as texts."""
    columns = stage.topics if stage else curriculum.sections
    groups = [_("Groups")] if whom and whom.group_names else []
    fixed = [_("Learner"), *groups, _("Falling behind"), _("Progress"), _("Last tick"), _("Overdue")]
    return fixed + [column.title for column in columns]
