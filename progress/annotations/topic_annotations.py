"""Everything that a learner has beside one topic, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from progress.models import IN_WORDS, NONE, Note, ProgressEvent, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

Cause = ProgressEvent.Cause

type Told = tuple[StrOrPromise, StrOrPromise, datetime]  # what happened, why or "", when


@dataclass
class TopicAnnotations:
    starred: bool = False
    note: Note | None = None
    resources: set[int] = field(default_factory=set)
    history: list[Told] = field(default_factory=list)
    is_overridden: bool = False  # an instructor spoke last

    @classmethod
    def of(cls, user: User, topic_id: int, resource_ids: Iterable[int]) -> Self:
        """What ``user`` has beside a topic and its resources. One query."""
        parts = (
            as_rows("star", user.stars.filter(topic=topic_id), "at"),
            as_rows("note", user.notes.filter(topic=topic_id), "changed_at", text="text", html="html"),
            as_rows("resource", user.resource_ticks.filter(resource__in=resource_ids), "at", key="resource_id"),
            as_rows("event", user.progress_events.filter(topic=topic_id), "at", key="pk", text="status", html="cause"),
        )
        found = cls()
        events: list[tuple[datetime, int, str, str]] = []
        for kind, key, text, html, at in parts[0].union(*parts[1:], all=True):
            match kind:
                case "star":
                    found.starred = True
                case "note":
                    found.note = Note(text=text, html=html, changed_at=at)
                case "resource":
                    found.resources.add(key)
                case "event":
                    events.append((at, key, text, html))
        events.sort()
        found.history = topic_history(events)
        found.is_overridden = bool(events) and events[-1][-1] == Cause.OVERRIDE
        return found


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


CAUSES: "dict[str, StrPromise]" = {
    Cause.SIGN_IN: _("brought along at sign-in"),
    Cause.CARRY_OVER: _("carried over from a topic that this one replaced"),
    Cause.UNDO: _("taken back"),
    Cause.IMPORT: _("from an imported check-list"),
    Cause.RESET: _("with the rest of its stage or track"),
    Cause.OVERRIDE: _("marked by an instructor"),
}


def topic_history(events: Iterable[tuple[datetime, int, str, str]]) -> list[Told]:
    """What is told of (when, pk, status, cause), oldest first."""
    told: list[Told] = []
    before: str = NONE
    for at, _pk, status, cause in events:
        reopened = before == Status.DONE and status != Status.DONE and cause != Cause.UNDO
        told.append((_("reopened") if reopened else IN_WORDS[status], CAUSES.get(cause, ""), at))
        before = status
    return told
