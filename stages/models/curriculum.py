from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_slug
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from stages.fields import HtmlField, LinesField, LongTextField
from stages.models.replacements import followers, replacements_by_slug
from stages.models.search import SearchQuerySet
from stages.validators import one_line

if TYPE_CHECKING:
    from stages.models.exercises import Exercise
    from stages.models.links import LinkCheck
    from stages.models.tracks import Track


class Level(models.TextChoices):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class State(models.TextChoices):
    """Where a piece of content is in its life. Only what is published is shown or counted anywhere."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


def published_q(prefix: str = "") -> models.Q:
    """The condition that a row is published now: its state says so, and its date has come if it has one.

    The database compares with its own clock whenever a page is read. So nothing has to run at the time itself,
    and no page can be early or late. ``prefix`` leads to the row, such as ``"stage__"``.
    """
    no_date, has_come = models.Q(**{f"{prefix}publish_at": None}), models.Q(**{f"{prefix}publish_at__lte": Now()})
    return models.Q(**{f"{prefix}state": State.PUBLISHED}) & (no_date | has_come)


def is_published(row: "Stage | Topic | Exercise | Track") -> bool:
    """The same question about a row that is at hand."""
    return row.state == State.PUBLISHED and (row.publish_at is None or row.publish_at <= timezone.now())


def planned_index(name: str) -> models.Index:
    """An index of the rows that have a date, for it is asked all the time whether one has come (stages/content.py)."""
    return models.Index(fields=["publish_at"], name=name, condition=models.Q(publish_at__isnull=False))


class StageQuerySet(models.QuerySet["Stage"]):
    def published(self) -> Self:
        return self.filter(published_q())

    def empty(self) -> Self:
        """The published stages in which a learner finds nothing."""
        return self.published().exclude(topics__in=Topic.objects.published())

    def get_by_natural_key(self, slug: str) -> "Stage":
        return self.get(slug=slug)


class Stage(models.Model):
    """A step of the roadmap: topics that belong together, in the order to learn them."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120, validators=[one_line])
    summary = models.CharField(
        max_length=160, help_text="One sentence: what this stage gives the learner.", validators=[one_line]
    )
    level = models.CharField(
        max_length=12, choices=Level, blank=True, help_text="Leave empty for a stage that serves every level."
    )
    position = models.PositiveSmallIntegerField(default=0, db_index=True)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    publish_at = models.DateTimeField(
        "not before",
        null=True,
        blank=True,
        help_text="What is published is shown from this time on, and not a moment earlier.",
    )
    gain = LongTextField(blank=True, help_text="What a learner can build after this stage.")
    reason = LongTextField(blank=True, help_text="Why it stands where it stands.")
    checklist = LinesField(help_text="What to check at its end, one statement a line; each goes on after “I can”.")
    project_title = models.CharField(max_length=120, blank=True, validators=[one_line])
    project = LongTextField(
        blank=True, help_text="Markdown: a small thing to build with this stage and those before it."
    )
    project_html = HtmlField("project")

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = [planned_index("planned_stages")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stage", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def is_published(self) -> bool:
        return is_published(self)


class ResourceQuerySet(SearchQuerySet["Resource"]):
    search_weights = {"title": "A", "publisher": "B", "url": "C"}

    def published(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def get_by_natural_key(self, url: str) -> "Resource":
        return self.get(url=url)


def check_language(code: str) -> None:
    """Raise ValidationError unless ``code`` names a language that Django knows."""
    if "name" not in LANG_INFO.get(code, {}):
        raise ValidationError("Give the code of a language, such as en or pt-br.")


class Resource(models.Model):
    """A page, book, course, video or tool that teaches something. One row per address."""

    class Kind(models.TextChoices):
        DOCUMENTATION = "documentation", _("Documentation")
        TUTORIAL = "tutorial", _("Tutorial")
        ARTICLE = "article", _("Article")
        BOOK = "book", _("Book")
        COURSE = "course", _("Course")
        VIDEO = "video", _("Video")
        PRACTICE = "practice", _("Practice")
        COMMUNITY = "community", _("Community")
        PACKAGE = "package", _("Package")
        TOOL = "tool", _("Tool")
        IMAGE = "image", _("Image")

    url = models.URLField(
        "address",
        max_length=500,
        unique=True,
        validators=[URLValidator(schemes=["http", "https"])],
        error_messages={"unique": "A resource with this address exists already."},
    )
    title = models.CharField(max_length=120, validators=[one_line])
    kind = models.CharField(max_length=13, choices=Kind, default=Kind.DOCUMENTATION)
    publisher = models.CharField(max_length=80, help_text="Who publishes or wrote it.", validators=[one_line])
    free = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="en", validators=[check_language])
    outdated = models.CharField(
        max_length=160,
        blank=True,
        help_text="What is out of date about it and what replaced it, if it is.",
        validators=[one_line],
    )
    unverified = models.CharField(
        max_length=120,
        blank=True,
        help_text="Why nobody has checked that this address exists, if nobody has.",
        validators=[one_line],
    )
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["url"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.url,)

    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def language_name(self) -> str:
        """What the language is called in the language of the page: "Brazilian Portuguese"."""
        return str(get_language_info(self.language)["name_translated"])


class TopicQuerySet(SearchQuerySet["Topic"]):
    search_weights = {"title": "A", "summary": "B", "body": "D"}

    def published(self) -> Self:
        """The topics that learners see and that count: published, in a published stage."""
        return self.filter(published_q(), published_q("stage__"))

    def visible_or_retired(self) -> Self:
        """The topics that learners see or have seen: a retired one is theirs, a draft or planned one nobody's."""
        topics = self
        for prefix in ("", "stage__"):
            planned = {f"{prefix}state": State.PUBLISHED, f"{prefix}publish_at__gt": Now()}
            topics = topics.exclude(**{f"{prefix}state": State.DRAFT}).exclude(**planned)
        return topics

    def with_prerequisites(self) -> "models.QuerySet[Topic, tuple[int, Any]]":
        """(pk, pk of a prerequisite) for each prerequisite of these topics that is published itself."""
        needed = Topic.objects.published().order_by().values("pk")
        return self.order_by().filter(prerequisites__in=needed).values_list("pk", "prerequisites")

    def successors_by_slug(self) -> dict[str, list["Topic"]]:
        """``{slug: [topics]}``: for each that was merged or split, the published ones that took over. One query."""
        replacing = {topic.slug: topic for topic in self.exclude(replaces=[]).select_related("stage")}
        published = {slug for slug, topic in replacing.items() if topic.is_published()}
        replacements = replacements_by_slug((slug, topic.replaces) for slug, topic in replacing.items())
        return {
            old: [replacing[slug] for slug in followers(old, replacements, until=published) if slug in published]
            for old in replacements
        }

    def in_learning_order(self) -> Self:
        return self.order_by("stage__position", "stage_id", "position", "pk")

    def get_by_natural_key(self, slug: str) -> "Topic":
        return self.get(slug=slug)


def check_slugs(value: Iterable[str]) -> None:
    """Raise ValidationError for the first of ``value`` that is no slug."""
    for slug in value:
        try:
            validate_slug(slug)
        except ValidationError as error:  # without its code, in place of which the field has a text about JSON
            raise ValidationError(f"“{slug}” is no slug, as in the address of a topic.") from error


class Topic(models.Model):
    """Something a learner can finish in one sitting, and tick.

    Its slug is its identity, for ever: a topic may be renamed, moved and reordered, and every tick stays with it.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson"
        PROJECT = "project"

    slug = models.SlugField(max_length=80, unique=True, help_text="Never changes once learners have ticked it.")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="topics")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=120, validators=[one_line])
    summary = models.CharField(
        max_length=160, help_text="One sentence: what the learner will be able to do.", validators=[one_line]
    )
    level = models.CharField(max_length=12, choices=Level, default=Level.BEGINNER)
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.LESSON)
    required = models.BooleanField(default=True, help_text="Optional topics are never needed for 100 %.")
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    publish_at = models.DateTimeField(
        "not before",
        null=True,
        blank=True,
        help_text="What is published is shown from this time on, and not a moment earlier.",
    )
    prerequisites = models.ManyToManyField("self", symmetrical=False, related_name="unlocks", blank=True)
    resources = models.ManyToManyField(Resource, through="TopicResource", related_name="topics")
    replaces = LinesField(
        validators=[check_slugs],
        help_text="The slugs of topics that this one takes over from, with their ticks; one a line.",
    )
    minutes_min = models.PositiveSmallIntegerField("minutes at least", default=0)
    minutes_max = models.PositiveSmallIntegerField("minutes at most", default=0)
    outcomes = LinesField(help_text="What the learner can do then, one a line; each goes on after “You can”.")
    body = LongTextField("lesson", blank=True, help_text="Markdown.")
    body_html = HtmlField("body")
    disagreement = LongTextField(
        "what the roadmaps disagree on",
        blank=True,
        help_text="Markdown: what the documents say, and what is taught here instead, and why.",
    )
    disagreement_html = HtmlField("disagreement")

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        permissions = [("publish", "Can publish content, and change what is published")]
        indexes = [
            models.Index(fields=["stage", "position"], name="topic_order"),
            planned_index("planned_topics"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes_min__lte=models.F("minutes_max")),
                name="minutes_are_a_range",
                violation_error_message="The least number of minutes cannot be above the most.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["stages.stage"]  # type: ignore[attr-defined] # as Django wants it

    def is_published(self) -> bool:
        return is_published(self) and is_published(self.stage)

    def successors(self) -> list["Topic"]:
        """The published topics that took over from this one: none unless it was merged or split."""
        return Topic.objects.successors_by_slug().get(self.slug, [])


class TopicResourceQuerySet(models.QuerySet["TopicResource"]):
    def shown(self) -> Self:
        """The links to show under a topic, in their order, each with its resource and what is known about that."""
        return self.filter(resource__state=State.PUBLISHED).select_related("resource__link_check")

    def get_by_natural_key(self, topic: str, url: str) -> "TopicResource":
        return self.get(topic__slug=topic, resource__url=url)


class TopicResource(models.Model):
    """A resource as one topic recommends it: in which place, and why."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="links")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=120, blank=True, help_text="One line: why this one.", validators=[one_line])

    # What a page of it says besides; see stages/links/display.py.
    dead: "LinkCheck | None"
    instead: list["TopicResource"]

    objects = TopicResourceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "resource"],
                name="resource_once_per_topic",
                violation_error_message="This topic already has that resource.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.resource}"

    def natural_key(self) -> tuple[str, str]:
        return (self.topic.slug, self.resource.url)

    natural_key.dependencies = ["stages.topic", "stages.resource"]  # type: ignore[attr-defined] # as Django wants it
