from typing import Self

from django.db import models
from django.urls import reverse

from stages.models.curriculum import Resource, Stage, Topic
from stages.validators import one_line


class SourceQuerySet(models.QuerySet["Source"]):
    def with_counts(self) -> Self:
        """Adds ``entry_count``: how many things the document names."""
        return self.annotate(entry_count=models.Count("entries"))

    def get_by_natural_key(self, key: str) -> "Source":
        return self.get(key=key)


class Source(models.Model):
    """One of the documents that the roadmap was merged from."""

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120, validators=[one_line])
    form = models.CharField(max_length=160, help_text="How the document is drawn or written.", validators=[one_line])
    summary = models.CharField(max_length=300, validators=[one_line])
    position = models.PositiveSmallIntegerField(default=0)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.key])

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class EntryQuerySet(models.QuerySet["Entry"]):
    def get_by_natural_key(self, ref: str) -> "Entry":
        return self.get(ref=ref)


class Entry(models.Model):
    """One thing that a document names, and where in the roadmap it went.

    An entry that describes the document itself, its title or its form, is a frame and goes nowhere else.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic"
        DESCRIPTION = "description"
        TOOL = "tool"
        PACKAGE = "package"
        RESOURCE = "resource"
        TIP = "tip"
        PROJECT = "project idea"
        COMMUNITY = "community"
        CITATION = "citation"
        BOOK = "book"
        COURSE = "course"
        IMAGE = "image"
        FRAME = "frame"

    ref = models.CharField(
        max_length=20, unique=True, help_text="Its number in the inventory of the documents.", validators=[one_line]
    )
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="entries")
    section = models.CharField(
        max_length=120, help_text="The heading it stands under, as printed.", validators=[one_line]
    )
    position = models.PositiveSmallIntegerField(default=0)
    line = models.PositiveSmallIntegerField(help_text="Its line in the document.")
    label = models.CharField(
        max_length=120, help_text="As printed when short, else a few words of ours.", validators=[one_line]
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.TOPIC)
    optional = models.BooleanField(default=False, help_text="The document calls it optional.")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    topics = models.ManyToManyField(Topic, blank=True, related_name="entries")
    resources = models.ManyToManyField(Resource, blank=True, related_name="entries")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["source", "position", "pk"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.ref} {self.label}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    natural_key.dependencies = ["stages.source", "stages.stage", "stages.topic", "stages.resource"]  # type: ignore[attr-defined] # as Django wants it
