from typing import Self

from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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

    class Drawing(models.TextChoices):
        """How its page draws it. Headings in headings are written "Outer / Inner" (``Entry.section``)."""

        SECTIONS = "sections", _("sections, each with its lines")
        GRAPH = "graph", _("a graph of the outer headings, and sections")
        TABLE_AND_TREE = "table and tree", _("a table of the outer headings, and a tree of the others")
        CHECK_LIST = "check-list", _("sections whose lines are boxes to tick")

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120, validators=[one_line])
    form = models.CharField(max_length=160, help_text="How the document is drawn or written.", validators=[one_line])
    drawing = models.CharField(
        max_length=14, choices=Drawing, default=Drawing.SECTIONS, help_text="How its page here draws it."
    )
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

    What stands on one line of the document is drawn as one line. An entry that describes the document itself, its
    title or its form, is a frame: it goes nowhere, and no page shows it.
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
        max_length=120,
        blank=True,
        help_text="The heading it stands under, as printed; one in another is written “Outer / Inner”. "
        "Empty for what stands under none.",
        validators=[one_line],
    )
    position = models.PositiveSmallIntegerField(default=0)
    line = models.PositiveSmallIntegerField(help_text="Its line in the document.")
    heading = models.BooleanField(default=False, help_text="It is that heading itself, or a part of it.")
    sign = models.CharField(
        max_length=8, blank=True, help_text="The sign or number that is printed before it.", validators=[one_line]
    )
    label = models.CharField(
        max_length=120,
        blank=True,
        help_text="As printed when short, else a few words of ours. Empty for what the paraphrase alone says.",
        validators=[one_line],
    )
    paraphrase = models.CharField(
        max_length=200,
        blank=True,
        help_text="What the document says with it, as one sentence in our own words.",
        validators=[one_line],
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.TOPIC)
    optional = models.BooleanField(default=False, help_text="The document calls it optional.")
    printed_url = models.URLField(
        "printed address",
        max_length=500,
        blank=True,
        help_text="The address that the document prints, whatever is there today.",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    cites = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="cited_by",
        limit_choices_to={"kind": Kind.CITATION},
        help_text="The citations that are printed after it.",
    )
    stages = models.ManyToManyField(Stage, blank=True, related_name="entries")
    topics = models.ManyToManyField(Topic, blank=True, related_name="entries")
    resources = models.ManyToManyField(Resource, blank=True, related_name="entries")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["source", "position", "pk"]
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(label="", paraphrase=""),
                name="entry_says_something",
                violation_error_message="Give a label, a paraphrase or both.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.words}"

    @property
    def words(self) -> str:
        """What it is called: as the document has it, or in our own words."""
        return self.label or self.paraphrase

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    natural_key.dependencies = ["stages.source", "stages.stage", "stages.topic", "stages.resource"]  # type: ignore[attr-defined] # as Django wants it
