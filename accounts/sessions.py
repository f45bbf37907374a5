"""Where a person is signed in.

A session alone knows whose it is, and only once it is decoded. So each one in which somebody is signed in has a row of
``allauth.usersessions`` beside it, by person: written at log-in, and again every few minutes in which it is used.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import devices

SEEN_EVERY = 5 * 60  # seconds between two notes of when a session was last used
IDLE_LIMIT = timedelta(days=30)  # a session that nobody has used for so long ends; see end_idle()
NO_ADDRESS = "::"  # of a session from before addresses were kept
MOST_REMEMBERED = 10_000

_noted: dict[str, float] = {}


@dataclass(frozen=True)
class OpenSession:
    """A place where a person is signed in: a row of allauth's with its device in words."""

    row: UserSession
    is_current: bool

    @property
    def device(self) -> str:
        return devices.describe(self.row.user_agent)

    @property
    def address(self) -> str:
        """The network address, "" where it is not known."""
        return "" if self.row.ip == NO_ADDRESS else str(self.row.ip)


def note_use(request: HttpRequest) -> None:
    """Write down that somebody uses this session now, from where and with what.

    Each process does so once in SEEN_EVERY seconds for each session, in four queries, and asks nothing in between.
    """
    key, now = request.session.session_key, time.monotonic()
    if key is None or now - _noted.get(key, -SEEN_EVERY) < SEEN_EVERY:
        return
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted[key] = now
    with suppress(IntegrityError):  # the account has gone meanwhile
        UserSession.objects.create_from_request(request)


def open_sessions(user: AbstractBaseUser, current_key: str | None) -> list[OpenSession]:
    """Where ``user`` is signed in now, what was used last first. Two queries.

    A session of before the last change of the password is none any more: its hash is another one.
    """
    rows = list(UserSession.objects.filter(user_id=user.pk).order_by("-last_seen_at", "-pk"))
    sessions = Session.objects.filter(
        session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
    )
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    valid = {session.session_key for session in sessions if session.get_decoded().get(HASH_SESSION_KEY) in hashes}
    return [OpenSession(row, row.session_key == current_key) for row in rows if row.session_key in valid]


def end_sessions(user: AbstractBaseUser, *, but: str | None = None, pk: int | None = None) -> int:
    """Sign ``user`` out everywhere, or but for the session with one key, or in the one with ``pk`` alone.

    Returns in how many sessions they were. Three queries, however many sessions there are of others.
    """
    rows = UserSession.objects.filter(user_id=user.pk).exclude(session_key=but or "")
    if pk is not None:
        rows = rows.filter(pk=pk)
    keys = list(rows.values_list("session_key", flat=True))
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return ended


def end_idle() -> int:
    """End the sessions that nobody has used for IDLE_LIMIT, and forget those that are gone. Returns how many ended."""
    idle = UserSession.objects.filter(last_seen_at__lt=timezone.now() - IDLE_LIMIT)
    ended, _ = Session.objects.filter(session_key__in=idle.values("session_key")).delete()
    UserSession.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
    return ended


@receiver(user_logged_out)
def forget(request: HttpRequest, **kwargs: object) -> None:
    """The session goes with its log-out, and so does its row."""
    request.signed_out = True  # type: ignore[attr-defined]  # LastSeenMiddleware reads it
    UserSession.objects.filter(session_key=request.session.session_key).delete()
