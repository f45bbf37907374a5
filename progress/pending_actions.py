"""Pending actions: what was sent after the log-in had expired waits in the session until the same learner is back."""

from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from progress import session_progress
from progress.models import Note, ResourceTick, Star
from stages.models import Resource, Topic

SESSION_KEY = "kept"  # {"reader": pk as text, "deeds": {"star 7": [present], "note 7": [text, version], ...}}
MAX_PENDING = 20  # actions; of more, those that came first are forgotten. A whole session of them fits into one row.
UNSAVED = "unsaved notes"  # {topic pk as text: [text, version]}, of the learner whose session it is


def perform(user: User, kind: str, pk: int, *values: Any) -> bool:
    """Do what a form asked for. ``values`` are text and version of a note, else whether the row is to be there.

    Returns whether it is so now; only a note that was changed elsewhere is not."""
    match kind:
        case "note":
            return Note.objects.write(user, pk, *values)
        case "star":
            Star.objects.set_present(*values, user=user, topic_id=pk)
        case "resource":
            ResourceTick.objects.set_present(*values, user=user, resource_id=pk)
    return True


def defer_until_login(session: SessionBase, reader: str, kind: str, pk: int, *values: Any) -> SessionBase:
    """Keep for ``reader`` (a user's pk as text) what cannot be done yet; return the session as it was saved."""
    with session_progress.locked_session(session) as saved:
        pending = saved.get(SESSION_KEY, {})
        actions = pending.get("deeds", {}) if pending.get("reader") == reader else {}
        action = f"{kind} {pk}"
        actions.pop(action, None)
        actions[action] = values
        saved[SESSION_KEY] = {"reader": reader, "deeds": dict(list(actions.items())[-MAX_PENDING:])}
    session[SESSION_KEY] = saved[SESSION_KEY]
    session.modified = False
    return saved


def unsaved_note(session: SessionBase, topic_id: int) -> tuple[str, str] | None:
    """(text, version) of the note on a topic that could not be saved at log-in, or None."""
    note: tuple[str, str] | None = session.get(UNSAVED, {}).get(str(topic_id))
    return note


def forget_unsaved_note(session: SessionBase, topic_id: int) -> None:
    if unsaved_note(session, topic_id):
        del session[UNSAVED][str(topic_id)]
        session.modified = True


def replay_after_login(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Do what waits for the learner who has just logged in. What waits for somebody else is forgotten."""
    if request is None or not hasattr(request, "session"):
        return
    pending = request.session.pop(SESSION_KEY, None)
    if not pending or pending["reader"] != str(user.pk):
        return
    unsaved = {}
    for action, values in pending["deeds"].items():
        kind, pk = action.split()
        model = Resource if kind == "resource" else Topic
        if model.objects.filter(pk=pk).exists() and not perform(user, kind, int(pk), *values):
            unsaved[pk] = values
    if unsaved:
        request.session[UNSAVED] = unsaved
        messages.warning(request, _("A note was changed elsewhere while you were signed out. Both texts are kept."))
    if len(unsaved) < len(pending["deeds"]):
        messages.success(request, _("What you did before you were signed out is saved."))
