"""Exercises: small tasks that a learner does in real files, and that Django itself checks."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stages.fields import HtmlField, LinesField, LongTextField
from stages.models.curriculum import State, Topic, is_published, planned_index, published_q
from stages.practice.files import parse_files
from stages.practice.sentences import sentences
from stages.validators import one_line

ANSWER = ("title", "says", "files")  # what is said of a wrong answer, in the order of the files


def check_files(value: str) -> None:
    """Raise ValidationError unless ``value`` is files in Markdown; see stages/practice/files.py."""
    try:
        parse_files(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def check_checks(value: str) -> None:
    """Raise ValidationError unless ``value`` is files of tests."""
    try:
        sentences(parse_files(value))
    except ValueError as error:
        raise ValidationError(str(error)) from error


def check_wrong_answers(value: object) -> None:
    """Raise ValidationError unless ``value`` is a list of wrong answers, each with title, says and files."""
    if not isinstance(value, list):
        raise ValidationError("Give a list of wrong answers, each with title, says and files.")
    for number, answer in enumerate(value, start=1):
        if not isinstance(answer, dict) or answer.keys() != {*ANSWER}:
            raise ValidationError(f"Wrong answer {number}: give a title, what is said of it (“says”) and its files.")
        for name, text in answer.items():
            if not isinstance(text, str) or not text.strip():
                raise ValidationError(f"Wrong answer {number}: {name} is a text, and not empty.")
        try:
            parse_files(answer["files"])
        except ValueError as error:
            raise ValidationError(f"Wrong answer {number}: files, {error}") from error


class WrongAnswersField(models.JSONField):
    """A list of ``{"title": …, "says": …, "files": …}``, with the keys in this order whatever the database kept."""

    default_validators = [check_wrong_answers]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": list, "blank": True, **options})

    def to_python(self, value: Any) -> Any:
        return [in_order(answer) for answer in value] if isinstance(value, list) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.to_python(super().from_db_value(value, expression, connection))


def in_order(answer: Any) -> Any:
    """What is no answer stays as it is, for the validator to name."""
    if not isinstance(answer, dict) or answer.keys() != {*ANSWER}:
        return answer
    return {name: answer[name] for name in ANSWER}


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
    checks = LongTextField(
        validators=[check_checks], help_text="Tests; the first line of a docstring says what holds."
    )
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
