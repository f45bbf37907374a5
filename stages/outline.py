"""The outline of a track: its sections and their topics, as plain values.

Pages that list many topics work on outlines instead of model instances. That costs two queries and little
memory whatever the number of topics, and it keeps what depends on content alone (the outline) apart from what
depends on the learner. It holds published topics only, so nothing built from an outline can count others.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from stages.models import Stage, Topic, Track, TrackSection, TrackTopic


class OutlineTopic(NamedTuple):
    """A topic as it stands in one section. Equal values look the same on a page."""

    pk: int
    slug: str
    title: str
    summary: str
    level: str
    kind: str
    required: bool


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
    is_stage: bool = False


@dataclass(frozen=True)
class Outline:
    sections: tuple[Section, ...]

    @cached_property
    def topics(self):
        """Every topic in order; one that stands in two sections comes twice."""
        return [topic for section in self.sections for topic in section.topics]

    def sections_with(self, slug):
        """The sections in which the topic with this slug stands, each with its place there."""
        return [(section, topic) for section in self.sections for topic in section.topics if topic.slug == slug]


TOPIC_COLUMNS = ["pk", "slug", "title", "summary", "level", "kind"]


def outline_of_stages():
    """The merged roadmap as an outline. Two queries."""
    by_stage = {}
    topics = Topic.objects.published().in_learning_order()
    for stage_id, *columns in topics.values_list("stage_id", *TOPIC_COLUMNS, "required"):
        by_stage.setdefault(stage_id, []).append(OutlineTopic(*columns))
    stages = Stage.objects.published().values_list("pk", "slug", "title", "summary", "level")
    return Outline(
        tuple(
            Section(slug, title, tuple(by_stage.get(pk, ())), number, "", summary, level, is_stage=True)
            for number, (pk, slug, title, summary, level) in enumerate(stages, start=1)
        )
    )


def topics_of_stage(stage):
    """The topics of one stage, as they stand in an outline. One query."""
    topics = Topic.objects.published().filter(stage=stage).order_by("position", "pk")
    return tuple(OutlineTopic(*columns) for columns in topics.values_list(*TOPIC_COLUMNS, "required"))


def outline_of_track(track: Track):
    """A track as an outline. Two queries; sections without a published topic are left out."""
    return outlines([track])[track.pk]


def outlines(tracks):
    """``{track pk: Outline}`` for several tracks, in four queries at most."""
    own = [track for track in tracks if not track.follows_stages]
    found = {track.pk: outline_of_stages() for track in tracks if track.follows_stages}
    if not own:
        return found
    sections = list(TrackSection.objects.filter(track__in=own).values_list("track_id", "pk", "slug", "title", "part"))
    places = (
        TrackTopic.objects.filter(section__track__in=own, topic__in=Topic.objects.published())
        .order_by("position", "pk")
        .values_list("section_id", *(f"topic__{name}" for name in TOPIC_COLUMNS), "required")
    )
    by_section = {pk: [] for _, pk, *_ in sections}
    for section_id, *columns in places:
        by_section[section_id].append(OutlineTopic(*columns))
    for track in own:
        shown = [section for section in sections if section[0] == track.pk and by_section[section[1]]]
        found[track.pk] = Outline(
            tuple(
                Section(slug, title, tuple(by_section[pk]), number, part)
                for number, (_, pk, slug, title, part) in enumerate(shown, start=1)
            )
        )
    return found
