"""The databases that tests run on: copies of templates, which are made once and kept between runs.

A test says by its fixtures what its database holds (``pytest_runtest_setup`` in conftest.py): nothing but what
migrations make, the small roadmap of content.py, or the real one, loaded by ``load_roadmap`` or by ``loaddata``. Each
worker has one copy of each. An ordinary test rolls its transaction back, so the copy stays as it was; after a test
that really committed it is copied anew, which is a file on SQLite and ``CREATE DATABASE … TEMPLATE`` on PostgreSQL.

Templates lie in pytest's cache, under a key of all that goes into them: change a migration, a fixture or the loader,
and the next run makes a new one.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import psutil
from django.db import DEFAULT_DB_ALIAS, connections

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "stages", "progress", "roadmap_site")
# Whose migrations, or whose rendering of Markdown, are in a template.
PACKAGES = ("django", "django-allauth", "markdown-it-py", "nh3", "pygments")
KEPT = 3  # templates of each kind, for those who go to and fro between branches


class Template(NamedTuple):
    """How a database comes to hold what it holds: ``command`` is run on a copy of ``base``."""

    base: str
    command: list[str]
    sources: list[str]  # the files whose change makes it another one, as patterns below the root


MAKE_CONTENT = "import django; django.setup(); from tests.content import make_content; make_content()"
FIXTURES = [str(path) for path in sorted(ROOT.glob("fixtures/*.yaml"))]
MIGRATIONS = [f"{app}/**/migrations/*.py" for app in APPS]
CODE = [f"{app}/**/*.py" for app in APPS]
TEMPLATES = {
    "empty": Template(
        "", ["manage.py", "migrate", "-v", "0"], [*MIGRATIONS, "stages/triggers.py", "roadmap_site/settings.py"]
    ),
    "content": Template("empty", ["-c", MAKE_CONTENT], [*CODE, "tests/content.py"]),
    "roadmap": Template("empty", ["manage.py", "load_roadmap", "-v", "0"], [*CODE, "fixtures/*.yaml"]),
    "loaddata": Template("empty", ["manage.py", "loaddata", "-v", "0", *FIXTURES], [*CODE, "fixtures/*.yaml"]),
}


class Server(Protocol):
    """Where databases are kept. Names are short and made of letters, digits and underscores."""

    def names(self) -> list[str]: ...
    def create(self, name: str, base: str) -> None: ...
    def rename(self, old: str, new: str) -> None: ...
    def drop(self, name: str) -> None: ...
    def url(self, name: str) -> str: ...
    def setting(self, name: str) -> str:
        """What Django calls NAME."""
        ...


class SQLite:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        return [path.stem for path in sorted(self.folder.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)]

    def create(self, name: str, base: str) -> None:
        self.drop(name)
        if base:
            shutil.copyfile(self.setting(base), self.setting(name))

    def rename(self, old: str, new: str) -> None:
        with sqlite3.connect(self.setting(old)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file alone is all of it
        connection.close()
        Path(self.setting(old)).replace(self.setting(new))

    def drop(self, name: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(self.setting(name) + ending).unlink(missing_ok=True)

    def url(self, name: str) -> str:
        return f"sqlite:///{self.setting(name)}"

    def setting(self, name: str) -> str:
        return str(self.folder / f"{name}.sqlite3")


class PostgreSQL:
    def __init__(self, uri: str) -> None:
        import psycopg

        self.uri = uri
        self.connection = psycopg.connect(uri, autocommit=True)

    def names(self) -> list[str]:
        rows = self.connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY oid")
        return [name for (name,) in rows]

    def create(self, name: str, base: str) -> None:
        self.drop(name)
        self.connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{base or "template0"}"')

    def rename(self, old: str, new: str) -> None:
        self.connection.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def drop(self, name: str) -> None:
        self.connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return urlsplit(self.uri)._replace(path=f"/{name}").geturl()

    def setting(self, name: str) -> str:
        return name


class Databases:
    """The copies of this process, made when they are first asked for."""

    def __init__(self, server: Server, lock: Path) -> None:
        self.server, self.lock = server, lock
        self.copied: set[str] = set()
        self.current = ""
        self.remove_orphans()

    def remove_orphans(self) -> None:
        """Drop the copies of runs that were killed."""
        for name in self.server.names():
            if name.startswith("run_") and not psutil.pid_exists(int(name.split("_")[1])):
                self.server.drop(name)

    def use(self, kind: str) -> None:
        """Let Django's default connection lead to the copy of a template, of which a test may do what it likes."""
        if kind == self.current:
            return
        for connection in connections.all(initialized_only=True):
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
        if kind not in self.copied:
            self.server.create(self.name(kind), self.template(kind))
            self.copied.add(kind)
        connections.settings[DEFAULT_DB_ALIAS]["NAME"] = self.server.setting(self.name(kind))
        self.current = kind

    def spoil(self) -> None:
        """A test has really changed the database in use: whoever wants it next gets a new copy."""
        self.copied.discard(self.current)
        self.current = ""

    def name(self, kind: str) -> str:
        return f"run_{os.getpid()}_{kind}"

    def template(self, kind: str) -> str:
        """The name of a template, which is made when it is not there yet; several workers make it once."""
        name = f"{kind}_{key_of(kind)}"
        base = TEMPLATES[kind].base and self.template(TEMPLATES[kind].base)
        with alone(self.lock):
            if name not in self.server.names():
                self.make(kind, name, base)
        return name

    def make(self, kind: str, name: str, base: str) -> None:
        draft = f"draft_{kind}"
        self.server.create(draft, base)
        environ = os.environ | {
            "DATABASE_URL": self.server.url(draft),
            "DJANGO_SETTINGS_MODULE": "roadmap_site.settings",
        }
        subprocess.run([sys.executable, *TEMPLATES[kind].command], cwd=ROOT, env=os.environ | environ, check=True)
        self.server.rename(draft, name)
        for old in [other for other in self.server.names() if other.startswith(f"{kind}_")][:-KEPT]:
            self.server.drop(old)

    def remove(self) -> None:
        """Drop what was copied for this run."""
        for kind in TEMPLATES:
            self.server.drop(self.name(kind))


@cache
def key_of(kind: str) -> str:
    """A hash of everything that a template of this kind is made of, as it was when this process first asked."""
    digest = hashlib.sha256("".join(f"{package}{version(package)}" for package in PACKAGES).encode())
    for path in sources_of(kind):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def sources_of(kind: str) -> Iterable[Path]:
    template = TEMPLATES[kind]
    patterns = template.sources + (TEMPLATES[template.base].sources if template.base else [])
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern)})


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process at a time; a lock of SQLite ends with its process, whatever becomes of that."""
    connection = sqlite3.connect(lock, timeout=600, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()
