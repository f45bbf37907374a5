"""A visitor's ticks: kept in the session, and brought into the account at log-in."""

from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db import transaction

from progress.models import NONE, ProgressEvent, TopicProgress
from stages.models import Topic

SESSION_KEY = "ticks"  # {topic pk as text: [status, seconds since 1970]}, the most recent change last


def ticks_of(session):
    """A visitor's ticks as {topic pk: (status, seconds since 1970)}, the most recent last."""
    return {int(pk): (status, seconds) for pk, (status, seconds) in session.get(SESSION_KEY, {}).items()}


def record(session, topic, status):
    """State that the visitor stands at ``status`` in ``topic``. Saying it twice changes nothing."""
    is_new = not session.session_key or not session.exists(session.session_key)
    if is_new:
        session.create()
    with transaction.atomic():
        # Two ticks at once must not overwrite each other: lock the row, then read what is there now.
        Session.objects.select_for_update().filter(pk=session.session_key).first()
        ticks = type(session)(session.session_key).get(SESSION_KEY, {})
        if ticks.get(str(topic.pk), [NONE])[0] != status:
            ticks.pop(str(topic.pk), None)
            if status != NONE:
                ticks[str(topic.pk)] = [status, int(datetime.now(UTC).timestamp())]
        session[SESSION_KEY] = ticks
        session.save()
    # Saved under the lock. Only a new session is left to the middleware, which has to send its cookie.
    session.modified = is_new


def keep_ticks(sender, request, user, **kwargs):
    """Bring the ticks of a visit into the account that the visitor has just logged in to."""
    if request is None or not hasattr(request, "session"):
        return
    ticks = ticks_of(request.session)
    if not ticks:
        return
    del request.session[SESSION_KEY]
    wanted = {}
    for topic in Topic.objects.filter(pk__in=ticks).select_related("stage"):
        status, seconds = ticks[topic.pk]
        for target in [topic] if topic.is_published() else [topic, *topic.successors()]:
            wanted[target.pk] = TopicProgress(
                user=user, topic=target, status=status, changed_at=datetime.fromtimestamp(seconds, UTC)
            )
    kept = TopicProgress.objects.raise_to(list(wanted.values()), ProgressEvent.Cause.SIGN_IN)
    there = len(wanted) - len(kept)
    parts = []
    if kept:
        parts.append(f"{count(len(kept), 'topic')} from this visit added to your account")
    if there:
        parts.append(f"{count(there, 'topic')} already there, at least as far")
    if parts:
        messages.success(request, f"{'; '.join(parts)}.")


def count(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
