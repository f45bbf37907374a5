"""A document that the roadmap was merged from, as its page draws it: headings, lines, and where each of them went."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby

from django.db.models import Prefetch

from stages.content import Content
from stages.models import Entry, Resource, Source, Stage, Topic, Track
from stages.outline import Outline, Section

INNER = " / "  # in Entry.section, between a heading and one that stands in it
PUBLISHED_TRACK = Prefetch("track", Track.objects.published())


@dataclass(frozen=True)
class Places:
    """Where something went in the roadmap, each once. Only what is published is there."""

    stages: tuple[Stage, ...]
    topics: tuple[Topic, ...]
    resources: tuple[Resource, ...]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Places":
        return cls(
            tuple(dict.fromkeys(stage for entry in entries for stage in entry.stages.all())),
            tuple(dict.fromkeys(topic for entry in entries for topic in entry.topics.all())),
            tuple(dict.fromkeys(resource for entry in entries for resource in entry.resources.all())),
        )

    def __bool__(self) -> bool:
        return bool(self.stages or self.topics or self.resources)

    def __len__(self) -> int:
        return len(self.stages) + len(self.topics) + len(self.resources)


@dataclass(frozen=True)
class Row:
    """Neighbors on one line that went to the same places."""

    entries: tuple[Entry, ...]
    places: Places

    @property
    def is_named(self) -> bool:
        """Whether the document calls something by name here, and does not only describe."""
        return any(entry.label for entry in self.entries)

    @property
    def printed_urls(self) -> list[str]:
        """The addresses that the document prints and that nothing here has today."""
        today = {resource.url for resource in self.places.resources}
        return [entry.printed_url for entry in self.entries if entry.printed_url and entry.printed_url not in today]

    @property
    def optional(self) -> bool:
        return any(entry.optional for entry in self.entries)


@dataclass(frozen=True)
class Line:
    """A line of the document; ``section`` has its topics, each once, as they stand in the roadmap."""

    number: int
    entries: tuple[Entry, ...]
    section: Section

    @classmethod
    def of(cls, number: int, entries: Sequence[Entry], roadmap: Outline) -> "Line":
        positions = (roadmap.positions_by_slug.get(topic.slug) for topic in Places.of(entries).topics)
        topics = tuple(found[0][1] for found in positions if found)
        words = ", ".join(entry.words for entry in entries)
        return cls(number, tuple(entries), Section(f"line-{number}", words, topics))

    @property
    def sign(self) -> str:
        return self.entries[0].sign

    @cached_property
    def places(self) -> Places:
        return Places.of(self.entries)

    @cached_property
    def rows(self) -> list[Row]:
        """What is described stands apart from what is named."""
        grouped = groupby(self.entries, key=lambda entry: (bool(entry.label), Places.of([entry])))
        return [Row(tuple(entries), places) for (_, places), entries in grouped]

    @cached_property
    def citations(self) -> list[Entry]:
        return list(dict.fromkeys(citation for entry in self.entries for citation in entry.cites.all()))


@dataclass(frozen=True)
class Heading:
    title: str
    entries: tuple[Entry, ...]
    lines: tuple[Line, ...]
    inner: tuple["Heading", ...] = ()

    @property
    def sign(self) -> str:
        return self.entries[0].sign if self.entries else ""

    @cached_property
    def places(self) -> Places:
        return Places.of(self.entries)

    @property
    def all_lines(self) -> Iterator[Line]:
        yield from self.lines
        yield from chain.from_iterable(heading.all_lines for heading in self.inner)


@dataclass(frozen=True)
class Document:
    source: Source
    opening: tuple[Line, ...]  # under no heading
    headings: tuple[Heading, ...]
    citations: tuple[tuple[Entry, tuple[Entry, ...]], ...]  # each with what cites it
    outline: Outline  # a section for each line that names topics

    @property
    def outer(self) -> list[Heading]:
        """The headings without others in them: the stages of a graph or of a table."""
        return [heading for heading in self.headings if not heading.inner]

    @property
    def nested(self) -> list[Heading]:
        return [heading for heading in self.headings if heading.inner]


def read_document(content: Content, key: str) -> Document:
    """The document with this key. Raises Source.DoesNotExist. Seven queries."""
    source = Source.objects.prefetch_related(PUBLISHED_TRACK).get(key=key)
    entries = source.entries.exclude(kind=Entry.Kind.FRAME).prefetch_related(
        Prefetch("stages", Stage.objects.published()),
        Prefetch("topics", Topic.objects.published().in_learning_order()),
        Prefetch("resources", Resource.objects.published()),
        "cites",
    )
    told = [entry for entry in entries if entry.kind != Entry.Kind.CITATION]
    opening = to_lines((entry for entry in told if not entry.section), content.outline)
    headings = tuple(to_headings([entry for entry in told if entry.section], content.outline))
    lines = [*opening, *chain.from_iterable(heading.all_lines for heading in headings)]
    citations = (entry for entry in entries if entry.kind == Entry.Kind.CITATION)
    return Document(
        source=source,
        opening=opening,
        headings=headings,
        citations=tuple((citation, tuple(who_cites(citation, told))) for citation in citations),
        outline=Outline(tuple(line.section for line in lines if line.section.topics)),
    )


def who_cites(citation: Entry, entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if citation in entry.cites.all())


def to_lines(entries: Iterable[Entry], roadmap: Outline) -> tuple[Line, ...]:
    grouped = groupby(entries, key=lambda entry: entry.line)
    return tuple(Line.of(number, list(group), roadmap) for number, group in grouped)


def to_headings(entries: Iterable[Entry], roadmap: Outline) -> Iterator[Heading]:
    """The outer headings in their order, each with those in it."""
    for title, group in groupby(entries, key=part_of_section(0)):
        under = list(group)
        own = [entry for entry in under if INNER not in entry.section]
        nested = groupby((entry for entry in under if INNER in entry.section), key=part_of_section(1))
        inner = tuple(to_heading(name, list(its), roadmap) for name, its in nested)
        yield to_heading(title, own, roadmap, inner)


def part_of_section(index: int) -> Callable[[Entry], str]:
    return lambda entry: entry.section.split(INNER, 1)[index]


def to_heading(title: str, entries: Sequence[Entry], roadmap: Outline, inner: tuple[Heading, ...] = ()) -> Heading:
    own = tuple(entry for entry in entries if entry.heading)
    return Heading(title, own, to_lines((entry for entry in entries if not entry.heading), roadmap), inner)
