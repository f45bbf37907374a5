"""Annotations of a learner at a topic: a star, a note, ticks on its resources, a report of a problem."""

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from stages.fields import HtmlField, LongTextField
from stages.markdown.render import render_by_reader
from stages.models import Resource, Topic
from stages.models.search import SearchQuerySet


class AnnotationQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows whose being there is the fact: a star, a ticked resource."""

    def set_present(self, present: bool, **row: Any) -> None:
        """See to it that ``row`` is there, or is not. Saying it twice changes nothing."""
        if present:
            self.get_or_create(**row)
        else:
            self.filter(**row).delete()


class Star(models.Model):
    """A topic that a learner wants to find again."""

    pk = models.CompositePrimaryKey("user_id", "topic_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stars")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="stars")
    at = models.DateTimeField(db_default=Now())

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.user}: {self.topic}"


class NoteQuerySet(SearchQuerySet["Note"]):
    search_weights = {"text": "A"}

    def write(self, user: User, topic_id: int, text: str, version: str) -> bool:
        """Replace the ``version`` of the learner's note that was edited by ``text``; no text, no note.

        Returns whether the note says so now. It does not when it was changed since, as in a second tab: then
        nothing is overwritten.
        """
        # It takes its time, before others wait for this one; HtmlField gets what is remembered of it.
        render_by_reader(text)
        with transaction.atomic():
            note = self.select_for_update().filter(user=user, topic_id=topic_id).first()
            saved_text = note.text if note else ""
            if text == saved_text:
                return True
            if version != (note.version if note else ""):
                return False
            if note and not text:
                note.delete()
                return True
            if note:
                note.text, note.changed_at = text, timezone.now()
                note.save(update_fields=["text", "html", "changed_at"])
            else:
                # There was nothing to lock: of two that begin a note at once, one finds the other's here.
                values = {"text": text, "changed_at": timezone.now()}
                note, _ = self.get_or_create(user=user, topic_id=topic_id, defaults=values)
            return note.text == text


class Note(models.Model):
    """What a learner wrote about a topic, in Markdown. Nobody else reads it."""

    pk = models.CompositePrimaryKey("user_id", "topic_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="notes")
    text = LongTextField(max_length=20_000)
    html = HtmlField("text", by_reader=True)
    changed_at = models.DateTimeField(db_default=Now())

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"{self.user}: {self.topic}"

    @property
    def version(self) -> str:
        """What an editing form says it began with."""
        return self.changed_at.isoformat()


class ResourceTick(models.Model):
    """A learner has been through a resource. It is ticked in every topic that recommends it."""

    pk = models.CompositePrimaryKey("user_id", "resource_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resource_ticks")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="ticks")
    at = models.DateTimeField(db_default=Now())

    objects = AnnotationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user}: {self.resource}"


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(handled_at=None)

    def handle(self) -> int:
        """Mark the open ones as handled and return how many they were."""
        return self.open().update(handled_at=timezone.now())


class Report(models.Model):
    """A problem with a topic or with one of its links that waits for a maintainer.

    A reader told it, or ``check_links`` found it: that is about a resource, wherever it is recommended.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("a link is dead or leads elsewhere")
        WRONG = "wrong", _("something is wrong or out of date")
        UNCLEAR = "unclear", _("something is hard to understand")
        OTHER = "other", _("something else")
        FLAGGED = "flagged", _("check_links found a dead link")

    ABOUT_LINKS = models.Q(kind__in=[Kind.LINK, Kind.FLAGGED])

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    # A report outlives the account that it came from; visitors may report as well.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.WRONG)
    text = LongTextField("what is the problem", max_length=2_000, blank=True)
    at = models.DateTimeField("reported", db_default=Now())
    handled_at = models.DateTimeField("handled", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(topic__isnull=False) | models.Q(resource__isnull=False),
                name="report_is_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or self.resource}: {self.get_kind_display()}"
