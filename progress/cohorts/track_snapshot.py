"""Snapshots of tracks, as they were assigned. Edits of a track reach a cohort when its instructors take them over.

A snapshot is stored with the assignment, as what JSON can say: a list of sections, each with ``slug``, ``title``,
``part`` and ``topics``, a list of ``[slug, required]``. It has only the order, the headings and what is required.
What a topic is comes from the roadmap, always as it is now: one that was retired counts nowhere, here neither.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple, TypedDict

from stages.outline import Outline, Section


class SectionSnapshot(TypedDict):
    """A section in a snapshot."""

    slug: str
    title: str
    part: str
    topics: list[list[Any]]  # [slug, required] each, because JSON has no tuples


type Snapshot = list[SectionSnapshot]


def take_snapshot(outline: Outline) -> Snapshot:
    """The snapshot of an outline."""
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "part": section.part,
            "topics": [[topic.slug, topic.required] for topic in section.topics],
        }
        for section in outline.sections
    ]


def outline_from_snapshot(snapshot: Snapshot, roadmap: Outline) -> Outline:
    """The outline that a snapshot describes; ``roadmap`` is the outline of the stages. Sections left empty go."""
    stages = {stage.slug: stage for stage in roadmap.sections}
    sections: list[Section] = []
    for stored in snapshot:
        topics = tuple(
            topic._replace(required=required)
            for slug, required in stored["topics"]
            for _stage, topic in roadmap.positions_by_slug.get(slug, ())
        )
        if topics:
            stage = stages.get(stored["slug"])
            section = Section(stored["slug"], stored["title"], topics, len(sections) + 1, stored["part"])
            sections.append(replace(section, summary=stage.summary, level=stage.level) if stage else section)
    return Outline(tuple(sections))


def content_hash(values: object) -> str:
    """A short name for what JSON can say: a page has it in a form, to know what the form was shown with."""
    return sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


# --- What changed -------------------------------------------------------------------------------------


class SectionHeading(NamedTuple):
    slug: str
    title: str
    part: str


class Insertion(NamedTuple):
    """A topic stands in a section where it did not stand before: after another topic there, or first (None)."""

    section: str
    topic: str
    required: bool
    after: str | None


class Move(NamedTuple):
    """A topic stood in some sections and stands in others; without either it was moved within its section."""

    topic: str
    from_sections: tuple[str, ...]
    to_sections: tuple[str, ...]


@dataclass(frozen=True)
class SnapshotDiff:
    """What is different in a newer snapshot of a track. Sections and topics are slugs.

    ``insertions``, ``removals`` and ``requirement_changes`` are the steps from one snapshot to the other, section by
    section, for a topic may be in several. What a person wants to know is about topics: ``added`` to the track,
    ``removed`` from it, ...
    """

    insertions: tuple[Insertion, ...] = ()
    removals: tuple[tuple[str, str], ...] = ()  # (section, topic)
    requirement_changes: tuple[tuple[str, str, bool], ...] = ()  # (section, topic, required)
    old_headings: tuple[SectionHeading, ...] = ()
    new_headings: tuple[SectionHeading, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    now_required: tuple[str, ...] = ()
    now_optional: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.insertions or self.removals or self.requirement_changes or self.old_headings != self.new_headings
        )

    @cached_property
    def moved(self) -> tuple[Move, ...]:
        """A Move for each topic that is still in the track, and elsewhere."""
        elsewhere: dict[str, tuple[list[str], list[str]]] = {}
        for section, topic in self.removals:
            elsewhere.setdefault(topic, ([], []))[0].append(section)
        for insertion in self.insertions:
            elsewhere.setdefault(insertion.topic, ([], []))[1].append(insertion.section)
        added_or_removed = {*self.added, *self.removed}
        return tuple(
            Move(topic, tuple(slug for slug in old if slug not in new), tuple(slug for slug in new if slug not in old))
            for topic, (old, new) in elsewhere.items()
            if topic not in added_or_removed
        )

    @cached_property
    def renamed_sections(self) -> tuple[tuple[SectionHeading, SectionHeading], ...]:
        """(old heading, new heading) of each section that is called otherwise."""
        before = {heading.slug: heading for heading in self.old_headings}
        pairs = [(before[heading.slug], heading) for heading in self.new_headings if heading.slug in before]
        return tuple((old, new) for old, new in pairs if old != new)

    @cached_property
    def new_sections(self) -> tuple[SectionHeading, ...]:
        slugs = {heading.slug for heading in self.old_headings}
        return tuple(heading for heading in self.new_headings if heading.slug not in slugs)

    @cached_property
    def removed_sections(self) -> tuple[SectionHeading, ...]:
        slugs = {heading.slug for heading in self.new_headings}
        return tuple(heading for heading in self.old_headings if heading.slug not in slugs)

    @cached_property
    def is_reordered(self) -> bool:
        """Whether the sections that stayed come in another order."""
        before, now = ([heading.slug for heading in headings] for headings in (self.old_headings, self.new_headings))
        return [slug for slug in before if slug in now] != [slug for slug in now if slug in before]


def diff_snapshots(old: Snapshot, new: Snapshot) -> SnapshotDiff:
    """The difference from one snapshot to another. Sections without topics are not shown, so they do not count."""
    old_headings, new_headings = headings(old), headings(new)
    old_sections, new_sections = topics_by_section(old), topics_by_section(new)
    insertions: list[Insertion] = []
    removals: list[tuple[str, str]] = []
    changes: list[tuple[str, str, bool]] = []
    for section in dict.fromkeys([*old_sections, *new_sections]):
        was, now = old_sections.get(section, {}), new_sections.get(section, {})
        stayed = longest_common_order(list(was), list(now))
        removals += [(section, topic) for topic in was if topic not in stayed]
        changes += [(section, topic, now[topic]) for topic in now if topic in stayed and was[topic] != now[topic]]
        after = [None, *now]
        insertions += [
            Insertion(section, topic, now[topic], after[index])
            for index, topic in enumerate(now)
            if topic not in stayed
        ]
    had, has = required_by_topic(old_sections), required_by_topic(new_sections)
    to_required = [topic for _section, topic, required in changes if required]
    to_optional = [topic for _section, topic, required in changes if not required]
    both = [topic for topic in has if topic in had]
    return SnapshotDiff(
        tuple(insertions),
        tuple(removals),
        tuple(changes),
        old_headings,
        new_headings,
        added=tuple(topic for topic in has if topic not in had),
        removed=tuple(topic for topic in had if topic not in has),
        now_required=tuple(topic for topic in both if has[topic] > had[topic] or topic in to_required),
        now_optional=tuple(topic for topic in both if has[topic] < had[topic] or topic in to_optional),
    )


def longest_common_order(old: Iterable[str], new: Iterable[str]) -> set[str]:
    """The most topics that stand in the same order in two lists: those that need not be moved."""
    positions = {topic: position for position, topic in enumerate(old)}
    # For each length the chain that ends earliest in ``old``: its end, and the topics in it.
    ends: list[int] = []
    chains: list[tuple[str, ...]] = [()]
    for topic in new:
        if (position := positions.get(topic)) is not None:
            length = bisect_left(ends, position)
            ends[length : length + 1] = [position]
            chains[length + 1 : length + 2] = [(*chains[length], topic)]
    return set(chains[-1])


def headings(snapshot: Snapshot) -> tuple[SectionHeading, ...]:
    return tuple(
        SectionHeading(section["slug"], section["title"], section["part"]) for section in snapshot if section["topics"]
    )


def topics_by_section(snapshot: Snapshot) -> dict[str, dict[str, bool]]:
    """``{section: {topic: required}}``"""
    return {section["slug"]: {topic: bool(required) for topic, required in section["topics"]} for section in snapshot}


def required_by_topic(sections: Mapping[str, Mapping[str, bool]]) -> dict[str, bool]:
    """``{topic: required}``, each once; required if it is so anywhere."""
    required_by_slug: dict[str, bool] = {}
    for topics in sections.values():
        for topic, required in topics.items():
            required_by_slug[topic] = required or required_by_slug.get(topic, False)
    return required_by_slug


class Replacement(NamedTuple):
    """Topics that went, and those that came for them: one for several is a merge, several for one a split."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def replacements(diff: SnapshotDiff, new: Snapshot, replaces: Mapping[str, Sequence[str]]) -> list[Replacement]:
    """A Replacement for each merge and split in ``diff``, which leads to ``new``; ``replaces`` is {slug: [slugs]}."""
    now = required_by_topic(topics_by_section(new))
    groups: list[tuple[set[str], set[str]]] = []  # (old, new)
    for topic in now:
        old = {slug for slug in origins(topic, replaces) if slug in diff.removed}
        if old:
            touching = [group for group in groups if group[0] & old]
            groups = [group for group in groups if group not in touching]
            groups.append((old.union(*(group[0] for group in touching)), {topic}.union(*(g[1] for g in touching))))
    return [
        Replacement(
            tuple(topic for topic in diff.removed if topic in old), tuple(topic for topic in now if topic in new)
        )
        for old, new in groups
    ]


def origins(topic: str, replaces: Mapping[str, Sequence[str]]) -> set[str]:
    """Every slug that a topic replaces, also by way of others."""
    slugs: set[str] = set()
    pending = [topic]
    while pending:
        for slug in replaces.get(pending.pop(), ()):
            if slug not in slugs:
                slugs.add(slug)
                pending.append(slug)
    return slugs
