"""What an import would do, for the learner to look at and to change before it is done. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from progress.models import NONE, STATUSES, Status
from progress.transfer.checklist_parser import Item, Match


class Decision(NamedTuple):
    """A topic is to get a status. As text, ``done:models``, it is the value of a form's field."""

    status: str
    slug: str

    @classmethod
    def read(cls, values: Iterable[str], slugs: Container[str]) -> list[Self]:
        """The decisions among the ``values`` of a form, for topics that ``slugs`` holds; each once."""
        pairs = (value.partition(":") for value in dict.fromkeys(values))
        return [cls(status, slug) for status, _, slug in pairs if status in STATUSES and slug in slugs]

    def __str__(self) -> str:
        return f"{self.status}:{self.slug}"


class Choice(NamedTuple):
    """A decision as a box of the form: the topic's title, its status now, and whether that would change."""

    decision: Decision
    title: str
    current_status: str
    changes: bool


class PreviewLine(NamedTuple):
    """A line of the list that claims something, with what it means and what it may mean."""

    number: int
    text: str
    heading: str
    status: str
    certain: list[Choice]
    possible: list[Choice]


@dataclass
class ImportPreview:
    matched: list[PreviewLine] = field(default_factory=list)
    uncertain: list[PreviewLine] = field(default_factory=list)
    unknown: list[PreviewLine] = field(default_factory=list)
    unticked: list[Choice] = field(default_factory=list)  # topics that are done here and unticked in the list
    boxes: int = 0
    ticked: int = 0
    understood: int = 0  # boxes whose topics are certain, ticked or not
    repeated: int = 0  # lines that only repeat what lines above them say

    @property
    def changes(self) -> int:
        """How many topics would change if the learner just agreed."""
        return len({choice.decision.slug for line in self.matched for choice in line.certain if choice.changes})


def is_more_advanced(status: str, other: str) -> bool:
    return STATUSES.index(status) > STATUSES.index(other)


def preview_import(
    items: Sequence[Item], matches: Iterable[Match], titles: Mapping[str, str], statuses: Mapping[str, str]
) -> ImportPreview:
    """An ImportPreview of ``items`` with their ``matches``. ``titles`` and ``statuses`` are by slug.

    A status is only ever raised, as TopicProgressQuerySet.advance() does it.
    """
    preview = ImportPreview(boxes=len(items))
    seen: set[Decision] = set()
    claimed: set[str] = set()
    unticked: dict[str, str] = {}

    def choices(status: str, slugs: Iterable[str]) -> list[Choice]:
        new = [Decision(status, slug) for slug in slugs if (status, slug) not in seen]
        seen.update(new)
        return [
            Choice(decision, titles[decision.slug], statuses.get(decision.slug, NONE), changes(decision))
            for decision in new
        ]

    def changes(decision: Decision) -> bool:
        return is_more_advanced(decision.status, statuses.get(decision.slug, NONE))

    for item, match in zip(items, matches, strict=True):
        preview.understood += bool(match.certain)
        preview.ticked += item.status == Status.DONE
        if item.status == Status.DONE:
            claimed.update(match.certain)
        else:
            unticked |= dict.fromkeys(match.certain, item.status)
        if item.status == NONE:
            continue
        certain, possible = choices(item.status, match.certain), choices(item.status, match.possible)
        line = PreviewLine(item.line, item.text, item.heading, item.status, certain, possible)
        if not (match.certain or match.possible):
            preview.unknown.append(line)
        elif not (certain or possible):
            preview.repeated += 1
        elif certain:
            preview.matched.append(line)
        else:
            preview.uncertain.append(line)
    preview.unticked = [
        Choice(Decision(status, slug), titles[slug], Status.DONE, True)
        for slug, status in unticked.items()
        if slug not in claimed and statuses.get(slug) == Status.DONE
    ]
    return preview


def redecide(
    decisions: Iterable[Decision],
    unticked: Iterable[Decision],
    titles: Mapping[str, str],
    statuses: Mapping[str, str],
) -> ImportPreview:
    """The ImportPreview of what a form carried back: nothing was done, and nothing of it is lost."""
    preview = preview_import([], [], titles, statuses)
    chosen = [
        Choice(
            decision,
            titles[decision.slug],
            current := statuses.get(decision.slug, NONE),
            is_more_advanced(decision.status, current),
        )
        for decision in decisions
    ]
    preview.matched = [PreviewLine(0, "", "", "", chosen, [])] if chosen else []
    preview.unticked = [
        Choice(decision, titles[decision.slug], Status.DONE, True)
        for decision in unticked
        if statuses.get(decision.slug) == Status.DONE
    ]
    return preview
