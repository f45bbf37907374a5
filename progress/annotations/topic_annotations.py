"""All annotations of a learner at one topic, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.utils.translation import gettext_lazy as _

from progress.models import NONE, STATUS_LABELS, Note, ProgressEvent, ResourceTick, Star, Status
from stages.prepared_query import PreparedQuery

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

Cause = ProgressEvent.Cause

type HistoryEntry = tuple[StrOrPromise, StrOrPromise, datetime]  # what happened, why or "", when


@dataclass
class TopicAnnotations:
    starred: bool = False
    note: Note | None = None
    resources: set[int] = field(default_factory=set)
    history: list[HistoryEntry] = field(default_factory=list)
    is_overridden: bool = False  # an instructor spoke last

    @classmethod
    def load(cls, user: int, topic: int) -> Self:
        """The annotations of a learner at a topic and its resources, by their pks. One query."""
        annotations = cls()
        events: list[tuple[datetime, int, str, str]] = []
        for kind, key, text, html, at in ANNOTATIONS.rows(user, topic):
            match kind:
                case "star":
                    annotations.starred = True
                case "note":
                    annotations.note = Note(text=text, html=html, changed_at=at)
                case "resource":
                    annotations.resources.add(key)
                case "event":
                    events.append((at, key, text, html))
        events.sort()
        annotations.history = topic_history(events)
        annotations.is_overridden = bool(events) and events[-1][-1] == Cause.OVERRIDE
        return annotations


def annotations_query(user: int, topic: int) -> QuerySet[Any, Any]:
    """(kind, key, text, html, time) of everything that a learner has at a topic."""
    resources = ResourceTick.objects.filter(user=user, resource__links__topic=topic)
    events = ProgressEvent.objects.filter(user=user, topic=topic)
    return as_rows("star", Star.objects.filter(user=user, topic=topic), "at").union(
        as_rows("note", Note.objects.filter(user=user, topic=topic), "changed_at", text="text", html="html"),
        as_rows("resource", resources, "at", key="resource_id"),
        as_rows("event", events, "at", key="pk", text="status", html="cause"),
        all=True,
    )


def as_rows(
    kind: str, rows: QuerySet[Any], at: str, key: str | None = None, text: str | None = None, html: str | None = None
) -> QuerySet[Any, tuple[str, int, str, str, datetime]]:
    """A query for (kind, key, text, html, time), whatever the table: the four have to look alike to be joined."""
    return rows.order_by().values_list(
        Value(kind, CharField()),
        F(key) if key else Value(0),
        F(text) if text else Value("", TextField()),
        F(html) if html else Value("", TextField()),
        at,
    )


ANNOTATIONS = PreparedQuery(annotations_query, parameters=2)
CAUSES: "dict[str, StrPromise]" = {
    Cause.SIGN_IN: _("brought along at sign-in"),
    Cause.CARRY_OVER: _("carried over from a topic that this one replaced"),
    Cause.UNDO: _("taken back"),
    Cause.IMPORT: _("from an imported check-list"),
    Cause.RESET: _("with the rest of its stage or track"),
    Cause.OVERRIDE: _("marked by an instructor"),
}


def topic_history(events: Iterable[tuple[datetime, int, str, str]]) -> list[HistoryEntry]:
    """The history of a topic from its events, (when, pk, status, cause), oldest first."""
    history: list[HistoryEntry] = []
    before: str = NONE
    for at, _pk, status, cause in events:
        reopened = before == Status.DONE and status != Status.DONE and cause != Cause.UNDO
        history.append((_("reopened") if reopened else STATUS_LABELS[status], CAUSES.get(cause, ""), at))
        before = status
    return history
