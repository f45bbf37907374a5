"""A track in the form in which it was assigned. Edits of the track reach a cohort when its instructors take them over.

The form is kept with the assignment, as what JSON can say: a list of sections, each with ``slug``, ``title``,
``part`` and ``topics``, a list of ``[slug, required]``. Only the order, the headings and what is required are kept.
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
    """A section as a form keeps it."""

    slug: str
    title: str
    part: str
    topics: list[list[Any]]  # [slug, required] each, because JSON has no tuples


type Snapshot = list[SectionSnapshot]


def snapshot(outline: Outline) -> Snapshot:
    """The form to keep of an outline."""
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "part": section.part,
            "topics": [[topic.slug, topic.required] for topic in section.topics],
        }
        for section in outline.sections
    ]


def outline_from_snapshot(form: Snapshot, roadmap: Outline) -> Outline:
    """The outline that a kept form describes; ``roadmap`` is the outline of the stages. Sections left empty go."""
    stages = {stage.slug: stage for stage in roadmap.sections}
    sections: list[Section] = []
    for kept in form:
        topics = tuple(
            topic._replace(required=required)
            for slug, required in kept["topics"]
            for _stage, topic in roadmap.positions_by_slug.get(slug, ())
        )
        if topics:
            stage = stages.get(kept["slug"])
            section = Section(kept["slug"], kept["title"], topics, len(sections) + 1, kept["part"])
            sections.append(replace(section, summary=stage.summary, level=stage.level) if stage else section)
    return Outline(tuple(sections))


def content_hash(values: object) -> str:
    """A short name for what JSON can say: a page shows it, and a form says with it what it was answered to."""
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
    out_of: tuple[str, ...]
    into: tuple[str, ...]


@dataclass(frozen=True)
class SnapshotDiff:
    """What is otherwise in a newer form of a track. Sections and topics are slugs.

    ``put``, ``taken`` and ``flags`` are the steps from one form to the other, place by place, for a topic may stand in
    several sections. What a person wants to know is about topics: ``added`` to the track, ``removed`` from it, ...
    """

    put: tuple[Insertion, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()  # (section, topic)
    flags: tuple[tuple[str, str, bool], ...] = ()  # (section, topic, required)
    before: tuple[SectionHeading, ...] = ()
    now: tuple[SectionHeading, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    now_required: tuple[str, ...] = ()
    now_optional: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.put or self.taken or self.flags or self.before != self.now)

    @cached_property
    def moved(self) -> tuple[Move, ...]:
        """A Move for each topic that is still in the track, and elsewhere."""
        elsewhere: dict[str, tuple[list[str], list[str]]] = {}
        for section, topic in self.taken:
            elsewhere.setdefault(topic, ([], []))[0].append(section)
        for put in self.put:
            elsewhere.setdefault(put.topic, ([], []))[1].append(put.section)
        come_or_gone = {*self.added, *self.removed}
        return tuple(
            Move(topic, tuple(slug for slug in old if slug not in new), tuple(slug for slug in new if slug not in old))
            for topic, (old, new) in elsewhere.items()
            if topic not in come_or_gone
        )

    @cached_property
    def renamed(self) -> tuple[tuple[SectionHeading, SectionHeading], ...]:
        """(Heading before, Heading now) of each section that is called otherwise."""
        before = {heading.slug: heading for heading in self.before}
        pairs = [(before[heading.slug], heading) for heading in self.now if heading.slug in before]
        return tuple((old, new) for old, new in pairs if old != new)

    @cached_property
    def new_sections(self) -> tuple[SectionHeading, ...]:
        known = {heading.slug for heading in self.before}
        return tuple(heading for heading in self.now if heading.slug not in known)

    @cached_property
    def gone_sections(self) -> tuple[SectionHeading, ...]:
        known = {heading.slug for heading in self.now}
        return tuple(heading for heading in self.before if heading.slug not in known)

    @cached_property
    def is_reordered(self) -> bool:
        """Whether the sections that stayed come in another order."""
        before, now = ([heading.slug for heading in headings] for headings in (self.before, self.now))
        return [slug for slug in before if slug in now] != [slug for slug in now if slug in before]


def diff_snapshots(form: Snapshot, newer: Snapshot) -> SnapshotDiff:
    """The Changes from one form to another. Sections without topics are nowhere to be seen, so they do not count."""
    before, now = headings(form), headings(newer)
    was, is_now = topics_by_section(form), topics_by_section(newer)
    put: list[Insertion] = []
    taken: list[tuple[str, str]] = []
    flags: list[tuple[str, str, bool]] = []
    for section in dict.fromkeys([*was, *is_now]):
        old, new = was.get(section, {}), is_now.get(section, {})
        stayed = longest_common_order(list(old), list(new))
        taken += [(section, topic) for topic in old if topic not in stayed]
        flags += [(section, topic, new[topic]) for topic in new if topic in stayed and old[topic] != new[topic]]
        after = [None, *new]
        put += [Insertion(section, topic, new[topic], after[n]) for n, topic in enumerate(new) if topic not in stayed]
    had, has = required_by_topic(was), required_by_topic(is_now)
    up, down = ([topic for _section, topic, required in flags if required is way] for way in (True, False))
    both = [topic for topic in has if topic in had]
    return SnapshotDiff(
        tuple(put),
        tuple(taken),
        tuple(flags),
        before,
        now,
        added=tuple(topic for topic in has if topic not in had),
        removed=tuple(topic for topic in had if topic not in has),
        now_required=tuple(topic for topic in both if has[topic] > had[topic] or topic in up),
        now_optional=tuple(topic for topic in both if has[topic] < had[topic] or topic in down),
    )


def longest_common_order(old: Iterable[str], new: Iterable[str]) -> set[str]:
    """The most topics that stand in the same order in two lists: those that need not be moved."""
    places = {topic: place for place, topic in enumerate(old)}
    # For each length the chain that ends earliest in ``old``: its end, and the topics in it.
    ends: list[int] = []
    chains: list[tuple[str, ...]] = [()]
    for topic in new:
        if (place := places.get(topic)) is not None:
            length = bisect_left(ends, place)
            ends[length : length + 1] = [place]
            chains[length + 1 : length + 2] = [(*chains[length], topic)]
    return set(chains[-1])


def headings(form: Snapshot) -> tuple[SectionHeading, ...]:
    return tuple(SectionHeading(kept["slug"], kept["title"], kept["part"]) for kept in form if kept["topics"])


def topics_by_section(form: Snapshot) -> dict[str, dict[str, bool]]:
    """``{section: {topic: required}}``"""
    return {kept["slug"]: {topic: bool(required) for topic, required in kept["topics"]} for kept in form}


def required_by_topic(sections: Mapping[str, Mapping[str, bool]]) -> dict[str, bool]:
    """``{topic: required}``, each once; required if it is so anywhere."""
    found: dict[str, bool] = {}
    for topics in sections.values():
        for topic, required in topics.items():
            found[topic] = required or found.get(topic, False)
    return found


class Replacement(NamedTuple):
    """Topics that went, and those that came for them: one for several is a merge, several for one a split."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def replacements(found: SnapshotDiff, newer: Snapshot, replaces: Mapping[str, Sequence[str]]) -> list[Replacement]:
    """A Replaced for each merge and split in ``found``, the Changes to ``newer``; ``replaces`` is {slug: [slugs]}."""
    now = required_by_topic(topics_by_section(newer))
    groups: list[tuple[set[str], set[str]]] = []  # (old, new)
    for topic in now:
        old = {slug for slug in origins(topic, replaces) if slug in found.removed}
        if old:
            touching = [group for group in groups if group[0] & old]
            groups = [group for group in groups if group not in touching]
            groups.append((old.union(*(group[0] for group in touching)), {topic}.union(*(g[1] for g in touching))))
    return [
        Replacement(
            tuple(topic for topic in found.removed if topic in old), tuple(topic for topic in now if topic in new)
        )
        for old, new in groups
    ]


def origins(topic: str, replaces: Mapping[str, Sequence[str]]) -> set[str]:
    """Every slug that a topic replaces, also by way of others."""
    found: set[str] = set()
    ahead = [topic]
    while ahead:
        for slug in replaces.get(ahead.pop(), ()):
            if slug not in found:
                found.add(slug)
                ahead.append(slug)
    return found
