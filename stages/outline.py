"""The outline of a track: its sections and their topics, as plain values.

Pages that list many topics work on outlines instead of model instances. That costs few queries and little
memory whatever the number of topics, and it keeps what depends on content alone (the outline) apart from what
depends on the learner. It holds published topics only, so nothing built from an outline can count others.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stages.models import Exercise, Stage, Topic, Track, TrackSection, TrackTopic
from stages.spelling import words_of


def unique_topics(topics: Iterable["OutlineTopic"]) -> list["OutlineTopic"]:
    """The topics in order without those that come again, as where two sections of a track have one."""
    return list({topic.pk: topic for topic in topics}.values())


class Minutes(NamedTuple):
    """How long something takes, as a range. As text it is short, such as 25–45 min or 3–5 h."""  # noqa: RUF002

    least: int
    most: int

    @classmethod
    def of(cls, topics: Iterable["OutlineTopic"]) -> Self:
        """The time for every required topic among ``topics``, each counted once however often it is there."""
        required = unique_topics(topic for topic in topics if topic.required)
        return cls(sum(topic.minutes_min for topic in required), sum(topic.minutes_max for topic in required))

    def __str__(self) -> str:
        if not self.most:
            return ""
        if self.most <= 120:
            return _("{least}–{most} min").format(least=self.least, most=self.most)
        return _("{least}–{most} h").format(least=round(self.least / 60), most=round(self.most / 60))


class OutlineTopic(NamedTuple):
    """A topic as it stands in one section. Equal values look the same on a page."""

    pk: int
    slug: str
    title: str
    summary: str
    level: str
    kind: str
    minutes_min: int
    minutes_max: int
    required: bool

    @property
    def minutes(self) -> Minutes:
        return Minutes(self.minutes_min, self.minutes_max)


class Neighbors(NamedTuple):
    """The topics before and after one."""

    previous: OutlineTopic | None
    next: OutlineTopic | None


@dataclass(frozen=True)
class Section:
    """A heading and its topics. A stage of the roadmap is a section too, with a summary and maybe a level."""

    slug: str
    title: str
    topics: tuple[OutlineTopic, ...]
    number: int = 0
    part: str = ""
    summary: str = ""
    level: str = ""

    @property
    def minutes(self) -> Minutes:
        return Minutes.of(self.topics)


type Position = tuple[Section, OutlineTopic]


@dataclass(frozen=True)
class Outline:
    sections: tuple[Section, ...]

    @cached_property
    def topics(self) -> list[OutlineTopic]:
        """Every topic in order; one that stands in two sections comes twice."""
        return [topic for section in self.sections for topic in section.topics]

    @cached_property
    def minutes(self) -> Minutes:
        return Minutes.of(self.topics)

    @cached_property
    def required(self) -> int:
        """How many topics are required somewhere in it, each counted once."""
        return len({topic.pk for topic in self.topics if topic.required})

    @cached_property
    def optional(self) -> int:
        return len({topic.pk for topic in self.topics}) - self.required

    @cached_property
    def positions_by_slug(self) -> dict[str, list[Position]]:
        """``{slug: [(section, topic), ...]}``: in which sections a topic stands, and how."""
        positions_by_slug: dict[str, list[Position]] = {}
        for section in self.sections:
            for topic in section.topics:
                positions_by_slug.setdefault(topic.slug, []).append((section, topic))
        return positions_by_slug

    @cached_property
    def neighbors(self) -> dict[str, Neighbors]:
        """``{slug: Neighbors}``; a topic that stands in two sections is where it stands first."""
        topics = unique_topics(self.topics)
        around = zip([None, *topics], topics, [*topics[1:], None], strict=False)
        return {topic.slug: Neighbors(before, after) for before, topic, after in around}

    @cached_property
    def vocabulary(self) -> Counter[str]:
        """Every word of the titles and summaries, and how much it counts; words of titles count most."""
        vocabulary: Counter[str] = Counter()
        named: list[Section | OutlineTopic] = [*self.sections, *self.topics]
        for thing in named:
            vocabulary.update(dict.fromkeys(words_of(thing.title), 100))
            vocabulary.update(words_of(thing.summary))
        return vocabulary


# --- The merged roadmap -------------------------------------------------------------------------------

TOPIC_COLUMNS = ["pk", "slug", "title", "summary", "level", "kind", "minutes_min", "minutes_max"]


def read_outline() -> Outline:
    """The merged roadmap as an outline. Two queries."""
    by_stage: dict[int, list[OutlineTopic]] = {}
    topics = Topic.objects.published().order_by("position", "pk")
    for stage, *columns in topics.values_list("stage_id", *TOPIC_COLUMNS, "required"):
        by_stage.setdefault(stage, []).append(OutlineTopic(*columns))
    stages = Stage.objects.published().order_by("position", "pk")
    return Outline(
        tuple(
            Section(slug, title, tuple(by_stage.get(pk, ())), number, "", summary, level)
            for number, (pk, slug, title, summary, level) in enumerate(
                stages.values_list("pk", "slug", "title", "summary", "level"), start=1
            )
        )
    )


# --- Exercises -----------------------------------------------------------------------------------------


class OutlineExercise(NamedTuple):
    """An exercise as lists have it."""

    pk: int
    slug: str
    title: str
    kind: str
    topic: int  # the pk of the topic that it practices

    @property
    def kind_name(self) -> str:
        return str(Exercise.Kind(self.kind).label)


def read_exercises() -> tuple[OutlineExercise, ...]:
    """Every published exercise in learning order. One query."""
    return as_outline_exercises(Exercise.objects.published().in_learning_order())


def as_outline_exercises(rows: QuerySet[Exercise]) -> tuple[OutlineExercise, ...]:
    return tuple(OutlineExercise(*row) for row in rows.values_list("pk", "slug", "title", "kind", "topic_id"))


# --- What needs what -----------------------------------------------------------------------------------


type Pair = tuple[int, int]  # the pks of a topic and of one that it needs


def read_prerequisites() -> tuple[Pair, ...]:
    """What needs what, sorted. One query."""
    pairs = Topic.prerequisites.through.objects.values_list("from_topic_id", "to_topic_id")
    return tuple(sorted(pairs))


def prerequisites_and_unlocks(pk: int, outline: Outline, pairs: Collection[Pair]) -> dict[str, list[OutlineTopic]]:
    """What a topic of ``outline`` builds on, and what it unlocks, in learning order; ``pairs`` say what needs what."""
    needed = {needed for topic, needed in pairs if topic == pk}
    unlocked = {topic for topic, needed in pairs if needed == pk}
    return {
        "prerequisites": [other for other in outline.topics if other.pk in needed],
        "unlocks": [other for other in outline.topics if other.pk in unlocked],
    }


# --- The other tracks ---------------------------------------------------------------------------------


def read_track_outlines(tracks: Iterable[Track]) -> dict[int, Outline]:
    """``{track pk: Outline}`` for tracks with sections of their own; those without a published topic are left out.

    Two queries.
    """
    by_track: dict[int, Outline] = {}
    sections = list(
        TrackSection.objects.filter(track__in=tracks).values_list("track_id", "pk", "slug", "title", "part")
    )
    rows = (
        TrackTopic.objects.filter(section__track__in=tracks, topic__in=Topic.objects.published())
        .order_by("position", "pk")
        .values_list("section_id", *(f"topic__{name}" for name in TOPIC_COLUMNS), "required")
    )
    by_section: dict[int, list[OutlineTopic]] = {pk: [] for _, pk, *_ in sections}
    for section_id, *topic in rows:
        by_section[section_id].append(OutlineTopic(*topic))
    for track in tracks:
        shown = [section for section in sections if section[0] == track.pk and by_section[section[1]]]
        by_track[track.pk] = Outline(
            tuple(
                Section(slug, title, tuple(by_section[pk]), number, part)
                for number, (_, pk, slug, title, part) in enumerate(shown, start=1)
            )
        )
    return by_track
