from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session


def sessions_of(user: AbstractBaseUser) -> list[str]:
    """The keys of all sessions in which ``user`` is signed in.

    Only a session itself knows whose it is, so all of them are read, one at a time. That is for rare occasions.
    """
    store = SessionStore()
    rows = Session.objects.values_list("session_key", "session_data").iterator()
    return [key for key, data in rows if store.decode(data).get(SESSION_KEY) == str(user.pk)]


def end_sessions(user: AbstractBaseUser) -> None:
    """Sign ``user`` out everywhere."""
    Session.objects.filter(session_key__in=sessions_of(user)).delete()
