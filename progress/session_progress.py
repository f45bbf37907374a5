"""A visitor's progress: ticks in the session, merged into the account at log-in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import ngettext

from accounts.models import User
from progress.models import NONE, STATUSES, HasPk, ProgressEvent, TopicProgress
from stages.models import Topic

SESSION_KEY = "ticks"  # {topic pk as text: [status, seconds since 1970]}, the most recent change last

type Ticks = dict[int, tuple[str, int]]  # {topic pk: (status, seconds since 1970)}, the most recent last


def session_ticks(session: SessionBase) -> Ticks:
    """A visitor's ticks."""
    return {int(pk): (status, seconds) for pk, (status, seconds) in session.get(SESSION_KEY, {}).items()}


def record(session: SessionBase, topics: Iterable[HasPk], status: str) -> SessionBase:
    """State the visitor's status in ``topics``. Saying it twice changes nothing.

    Returns the session as it was saved; its cookie is to be sent with ``send_cookie``.
    """
    with locked_session(session) as saved:
        ticks = saved.get(SESSION_KEY, {})
        for topic in topics:
            if ticks.get(str(topic.pk), [NONE])[0] != status:
                ticks.pop(str(topic.pk), None)
                if status != NONE:
                    ticks[str(topic.pk)] = [status, int(datetime.now(UTC).timestamp())]
        saved[SESSION_KEY] = ticks
    # This request's copy says the same, and is not to be saved again, for that would be outside the lock.
    session[SESSION_KEY] = ticks
    session.modified = False
    return saved


@contextmanager
def locked_session(session: SessionBase) -> Iterator[SessionBase]:
    """The session as it is saved now, for a with block to change; it is saved at the end of the block.

    Two requests at once must not overwrite each other: lock the row, then change what is there now.
    """
    with transaction.atomic():
        Session.objects.select_for_update().filter(pk=session.session_key).first()
        saved = type(session)(session.session_key)
        yield saved
        saved.save()


def send_cookie[R: HttpResponseBase](response: R, session: SessionBase) -> R:
    """Send the session's cookie, as the middleware does for a session that it saves itself."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.session_key,  # type: ignore[arg-type]  # one that was saved has a key
        max_age=session.get_expiry_age(),
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
    return response


def follow_replacements(ticks: Ticks) -> Ticks:
    """``ticks`` with those of merged or split topics given to what took over, the more advanced status winning.

    No query without ticks, one with them, and one more where a topic was replaced since.
    """
    if not ticks:
        return ticks
    unpublished = Topic.objects.filter(pk__in=ticks).exclude(pk__in=Topic.objects.published().values("pk"))
    replaced = list(unpublished.values_list("pk", "slug"))
    successors = Topic.objects.heirs() if replaced else {}
    merged = dict(ticks)
    for pk, slug in replaced:
        for successor in successors.get(slug, []):
            if STATUSES.index(ticks[pk][0]) > STATUSES.index(merged.get(successor.pk, [NONE])[0]):
                merged[successor.pk] = ticks[pk]
    return merged


def merge_session_progress(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Bring the ticks of a visit into the account that the visitor has just logged in to."""
    if request is None or not hasattr(request, "session"):
        return
    ticks = session_ticks(request.session)
    if not ticks:
        return
    del request.session[SESSION_KEY]
    ticks = follow_replacements(ticks)
    rows = [
        TopicProgress(
            user=user, topic_id=pk, status=ticks[pk][0], changed_at=datetime.fromtimestamp(ticks[pk][1], UTC)
        )
        for pk in Topic.objects.filter(pk__in=ticks).values_list("pk", flat=True)
    ]
    added = TopicProgress.objects.advance(rows, ProgressEvent.Cause.SIGN_IN)
    unchanged = len(rows) - len(added)
    parts = []
    if added:
        text = ngettext(
            "{count} topic from this visit added to your account",
            "{count} topics from this visit added to your account",
            len(added),
        )
        parts.append(text.format(count=len(added)))
    if unchanged:
        text = ngettext(
            "{count} topic already there, at least as far", "{count} topics already there, at least as far", unchanged
        )
        parts.append(text.format(count=unchanged))
    if parts:
        messages.success(request, f"{'; '.join(parts)}.")
