"""What an import would do, for the learner to look at and to change before it is done. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from progress.models import NONE, STATUSES, Status
from progress.transfer.checklist_parser import Item, Match


class Decision(NamedTuple):
    """A topic is to stand at a status. As text, ``done:models``, it is the value of a form's field."""

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
    """A decision as a box of the form: the topic's title, where the learner stands, and what it would change."""

    decision: Decision
    title: str
    standing: str
    changes: bool


class PreviewLine(NamedTuple):
    """A line of the list that claims something, with what it means and what it may mean."""

    number: int
    text: str
    heading: str
    status: str
    sure: list[Choice]
    maybe: list[Choice]


@dataclass
class ImportPreview:
    matched: list[PreviewLine] = field(default_factory=list)
    uncertain: list[PreviewLine] = field(default_factory=list)
    unknown: list[PreviewLine] = field(default_factory=list)
    unticked: list[Choice] = field(default_factory=list)  # topics that are done here and unticked in the list
    boxes: int = 0
    ticked: int = 0
    understood: int = 0  # boxes whose topics are certain, ticked or not
    said_before: int = 0  # lines that only repeat what lines above them say

    @property
    def changes(self) -> int:
        """How many topics would change if the learner just agreed."""
        return len({choice.decision.slug for line in self.matched for choice in line.sure if choice.changes})


def is_more_advanced(status: str, standing: str) -> bool:
    return STATUSES.index(status) > STATUSES.index(standing)


def preview_import(
    items: Sequence[Item], matches: Iterable[Match], titles: Mapping[str, str], standings: Mapping[str, str]
) -> ImportPreview:
    """A Preview of ``items`` with their ``matches``. ``titles`` and ``standings`` map slugs, to a title and a status.

    A status is only ever raised, as TopicProgressQuerySet.advance() does it.
    """
    found = ImportPreview(boxes=len(items))
    seen: set[Decision] = set()
    claimed: set[str] = set()
    unticked: dict[str, str] = {}

    def choices(status: str, slugs: Iterable[str]) -> list[Choice]:
        new = [Decision(status, slug) for slug in slugs if (status, slug) not in seen]
        seen.update(new)
        return [
            Choice(decision, titles[decision.slug], standings.get(decision.slug, NONE), changes(decision))
            for decision in new
        ]

    def changes(decision: Decision) -> bool:
        return is_more_advanced(decision.status, standings.get(decision.slug, NONE))

    for item, match in zip(items, matches, strict=True):
        found.understood += bool(match.sure)
        found.ticked += item.status == Status.DONE
        if item.status == Status.DONE:
            claimed.update(match.sure)
        else:
            unticked |= dict.fromkeys(match.sure, item.status)
        if item.status == NONE:
            continue
        sure, maybe = choices(item.status, match.sure), choices(item.status, match.maybe)
        line = PreviewLine(item.line, item.text, item.heading, item.status, sure, maybe)
        if not (match.sure or match.maybe):
            found.unknown.append(line)
        elif not (sure or maybe):
            found.said_before += 1
        elif sure:
            found.matched.append(line)
        else:
            found.uncertain.append(line)
    found.unticked = [
        Choice(Decision(status, slug), titles[slug], Status.DONE, True)
        for slug, status in unticked.items()
        if slug not in claimed and standings.get(slug) == Status.DONE
    ]
    return found


def redecide(
    decisions: Iterable[Decision],
    unticked: Iterable[Decision],
    titles: Mapping[str, str],
    standings: Mapping[str, str],
) -> ImportPreview:
    """The Preview of what a form carried back: nothing was done, and nothing of it is lost."""
    found = preview_import([], [], titles, standings)
    chosen = [
        Choice(
            decision,
            titles[decision.slug],
            standing := standings.get(decision.slug, NONE),
            is_more_advanced(decision.status, standing),
        )
        for decision in decisions
    ]
    found.matched = [PreviewLine(0, "", "", "", chosen, [])] if chosen else []
    found.unticked = [
        Choice(decision, titles[decision.slug], Status.DONE, True)
        for decision in unticked
        if standings.get(decision.slug) == Status.DONE
    ]
    return found
