"""Exercises: small tasks that a learner does in real files, and that Django itself checks."""

from collections.abc import Collection
from typing import Any, Self, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stages.fields import HtmlField, LinesField, LongTextField
from stages.models.curriculum import State, Topic, is_published, planned_index, published_q
from stages.practice.files import parse_files
from stages.validators import one_line

ANSWER = {"title", "says", "files"}


def check_files(value: str) -> None:
    """Raise ValidationError unless ``value`` is files in Markdown; see stages/practice/files.py."""
    try:
        parse_files(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def check_wrong_answers(value: object) -> None:
    """Raise ValidationError unless ``value`` is a list of wrong answers, each with title, says and files."""
    for number, answer in (
        enumerate(cast("Collection[Any]", value), start=1) if isinstance(value, list) else [(1, None)]
    ):
        if not isinstance(answer, dict) or set(answer) != ANSWER:
            raise ValidationError(f"Wrong answer {number}: give a title, what is said of it (“says”) and its files.")
        if not all(isinstance(text, str) and text.strip() for text in answer.values()):
            raise ValidationError(f"Wrong answer {number}: title, says and files are texts, and none is empty.")
        try:
            parse_files(answer["files"])
        except ValueError as error:
            raise ValidationError(f"Wrong answer {number}: {error}") from error


class WrongAnswersField(models.JSONField):
    """A list of ``{"title": …, "says": …, "files": …}``, the keys in this order."""

    default_validators = [check_wrong_answers]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": list, "blank": True, **options})


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def published(self) -> Self:
        """The exercises that learners see and that count: published, of a published topic in a published stage."""
        return self.filter(published_q(), published_q("topic__"), published_q("topic__stage__"))

    def in_learning_order(self) -> Self:
        """By stage, topic and place."""
        return self.order_by("topic__stage__position", "topic__stage", "topic__position", "topic", "position", "pk")

    def get_by_natural_key(self, slug: str) -> "Exercise":
        return self.get(slug=slug)


class Exercise(models.Model):
    """A small task that practices what a topic teaches.

    Files are Markdown with a titled block for each. Its slug is its identity, for ever: what was shown hangs on it.
    """

    class Kind(models.TextChoices):
        BUILD = "build", _("Build it")
        REPAIR = "repair", _("Repair it")
        PREDICT = "predict", _("Predict it")
        TEST = "test", _("Write the test")
        QUERY = "query", _("Ask the database")
        TEMPLATE = "template", _("Write the template")

    slug = models.SlugField(max_length=80, unique=True, help_text="Never changes once learners have shown it.")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="exercises")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=120, validators=[one_line])
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BUILD)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    publish_at = models.DateTimeField(
        "not before",
        null=True,
        blank=True,
        help_text="What is published is shown from this time on, and not a moment earlier.",
    )
    task = LongTextField(help_text="Markdown: the situation, and precisely what to write where.")
    task_html = HtmlField("task")
    given = LongTextField(
        blank=True, validators=[check_files], help_text="Files that the learner sees and does not change."
    )
    files = LongTextField(
        "starter files", validators=[check_files], help_text="Files that the learner begins with: titled blocks."
    )
    checks = LongTextField(validators=[check_files], help_text="Tests; the first line of a docstring says what holds.")
    hints = LinesField(help_text="Markdown, one hint a line, the gentlest first.")
    solution = LongTextField(validators=[check_files], help_text="Those of the starter files that it changes.")
    wrong_answers = WrongAnswersField(
        help_text="What learners really try: a list of title, says (part of what a check says of it) and files."
    )

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["topic", "position"], name="exercise_order"),
            planned_index("planned_exercises"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exercise", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["stages.topic"]  # type: ignore[attr-defined] # as Django wants it

    def is_published(self) -> bool:
        return is_published(self) and self.topic.is_published()
