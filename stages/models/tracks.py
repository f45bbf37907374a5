from typing import Self

from django.db import models
from django.urls import reverse

from stages.fields import LongTextField
from stages.models.curriculum import State, Topic, is_published, planned_index, published_q
from stages.models.sources import Source
from stages.validators import one_line


class TrackQuerySet(models.QuerySet["Track"]):
    def published(self) -> Self:
        """The tracks for everyone. What instructors compose for their cohorts is never among them."""
        return self.filter(published_q(), private=False)

    def get_by_natural_key(self, slug: str) -> "Track":
        return self.get(slug=slug)


class Track(models.Model):
    """A way through the topics. It orders them and never copies them: a tick counts in every track."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120, validators=[one_line])
    summary = models.CharField(max_length=300, help_text="What it is, in a sentence or two.")
    audience = LongTextField(blank=True, help_text="Who it is for, and who should take another.")
    difference = LongTextField(blank=True, help_text="How it differs from the merged roadmap, and why.")
    position = models.PositiveSmallIntegerField(default=0)
    follows_stages = models.BooleanField(
        default=False,
        help_text="Its sections are the stages themselves, so it needs none of its own: the merged roadmap.",
    )
    source = models.OneToOneField(Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="track")
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    publish_at = models.DateTimeField(
        "not before",
        null=True,
        blank=True,
        help_text="What is published is shown from this time on, and not a moment earlier.",
    )
    private = models.BooleanField(
        default=False,
        editable=False,
        help_text="Composed by instructors for their cohorts: in no list, no search and no file.",
    )

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = [planned_index("planned_tracks")]
        constraints = [
            models.UniqueConstraint(
                fields=["follows_stages"],
                condition=models.Q(follows_stages=True),
                name="one_merged_roadmap",
                violation_error_message="Another track already follows the stages.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        if self.follows_stages:
            return reverse("roadmap")
        return reverse("own_track" if self.private else "track", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["stages.source"]  # type: ignore[attr-defined] # as Django wants it

    def is_published(self) -> bool:
        return is_published(self)


class TrackSectionQuerySet(models.QuerySet["TrackSection"]):
    def get_by_natural_key(self, track: str, slug: str) -> "TrackSection":
        return self.get(track__slug=track, slug=slug)


class TrackSection(models.Model):
    """A heading of a track and the topics below it.

    A document may name a topic under several headings, and the track keeps that: the topic stands in each of
    those sections, is one topic all the same, and counts once in the track.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="sections")
    slug = models.SlugField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    part = models.CharField(
        max_length=80, blank=True, help_text="For a track in several parts: which one.", validators=[one_line]
    )
    title = models.CharField(max_length=160, validators=[one_line])
    topics = models.ManyToManyField(Topic, through="TrackTopic", related_name="track_sections")
    rows: "list[TrackTopic]"  # its places in order, where somebody composes the track

    objects = TrackSectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "slug"],
                name="section_slug_once_per_track",
                violation_error_message="This track already has a section with that slug.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, str]:
        return (self.track.slug, self.slug)

    natural_key.dependencies = ["stages.track"]  # type: ignore[attr-defined] # as Django wants it


class TrackTopicQuerySet(models.QuerySet["TrackTopic"]):
    def get_by_natural_key(self, track: str, section: str, topic: str) -> "TrackTopic":
        return self.get(section__track__slug=track, section__slug=section, topic__slug=topic)


class TrackTopic(models.Model):
    """A topic's place in a section of a track."""

    section = models.ForeignKey(TrackSection, on_delete=models.CASCADE, related_name="places")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=True)

    objects = TrackTopicQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "topic"],
                name="topic_once_per_section",
                violation_error_message="This section already has that topic.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.topic}"

    def natural_key(self) -> tuple[str, str, str]:
        return (*self.section.natural_key(), self.topic.slug)

    natural_key.dependencies = ["stages.tracksection", "stages.topic"]  # type: ignore[attr-defined] # as Django wants it
