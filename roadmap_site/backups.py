"""Backups: a file with the whole database, as it was at one moment, made while the site goes on.

PostgreSQL's own tools write and read it; of SQLite it is a copy of the file. Whoever has such a file has everybody's
progress, addresses and notes.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from subprocess import run as run_program
from typing import IO, NamedTuple, cast

from django.db import connection

READABLE_BY_OWNER = 0o600


class BackupError(Exception):
    """What went wrong, in a sentence. The database and the files that were there are as before."""


class Kind(NamedTuple):
    """How a kind of database is written and read."""

    ending: str
    write: Callable[[Path], None]
    check: Callable[[Path], None]  # raises BackupError for a file that is no such backup, or only a part of one
    restore: Callable[[Path], None]


def kind() -> Kind:
    return KINDS[connection.vendor]


def backups_in(folder: Path) -> list[Path]:
    """Those of this kind of database, the oldest first."""
    return sorted(folder.glob(f"waymark-*{kind().ending}"))


def back_up(folder: Path) -> Path:
    """Write a file into a folder and return it. It has its name only when all of it is on the disk.

    Raises BackupError, and OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"waymark-{datetime.now(UTC):%Y%m%dT%H%M%S_%f}Z{kind().ending}"
    draft = path.with_suffix(".part")
    try:
        draft.touch(READABLE_BY_OWNER, exist_ok=False)
        kind().write(draft)
        kind().check(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def restore(path: Path) -> None:
    """Put a backup in the place of what is in the database, all or nothing. Raises BackupError.

    What a later release has to migrate is left to ``migrate``.
    """
    kind().check(path)
    connection.close()
    kind().restore(path)


# --- SQLite -------------------------------------------------------------------------------------------


def copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own way: those who write to the source meanwhile are waited for, and do not wait."""
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.Error as error:
        raise BackupError(f"SQLite: {error}") from error


def write_sqlite(path: Path) -> None:
    copy_sqlite(sqlite_file(), path)
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # so that the file alone is all of it


def check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            [(answer,)] = copy.execute("PRAGMA integrity_check(1)")
            copy.execute("SELECT 1 FROM django_migrations")  # one of this site, and not of anything
    except sqlite3.Error as error:
        raise BackupError(f"{path} is no backup of this site: {error}") from error
    if answer != "ok":
        raise BackupError(f"{path} is damaged: {answer}")


def sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


# --- PostgreSQL ---------------------------------------------------------------------------------------


def where_it_is() -> dict[str, str]:
    """The environment in which PostgreSQL's programs use our database; they take no password as an argument."""
    from psycopg.pq import Conninfo

    ours = connection.get_connection_params()
    names = {each.keyword.decode(): each.envvar.decode() for each in Conninfo.get_defaults() if each.envvar}
    return os.environ | {names[key]: str(value) for key, value in ours.items() if key in names}


def run(*arguments: str) -> None:
    if not shutil.which(arguments[0]):
        raise BackupError(f"There is no {arguments[0]} on this machine: it comes with the client of PostgreSQL.")
    done = run_program(arguments, env=where_it_is(), stdout=DEVNULL, stderr=PIPE, text=True)  # noqa: S603
    if done.returncode:
        raise BackupError(done.stderr.strip())


def dump_postgresql(path: Path) -> None:
    run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def check_postgresql(path: Path) -> None:
    """Reads all of it."""
    try:
        run("pg_restore", "--file=/dev/null", str(path))
    except BackupError as error:
        raise BackupError(f"{path} is no backup of this site, or damaged: {error}") from error


def restore_postgresql(path: Path) -> None:
    """``psql`` commits when its input ends, so that is kept open until ``pg_restore`` has said that it was all."""
    # Where the site goes on all the same, its locks are waited for, but not for ever.
    empty = "SET lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    read = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)]
    write = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with (
        Popen(read, stdout=PIPE) as reader,  # noqa: S603
        Popen([*write, f"--command={empty}", "--file=-"], env=where_it_is(), stdin=PIPE, stderr=PIPE) as writer,  # noqa: S603
    ):
        try:
            shutil.copyfileobj(cast(IO[bytes], reader.stdout), cast(IO[bytes], writer.stdin))
        except BrokenPipeError:
            reader.kill()
        except BaseException:
            writer.kill()
            raise
        if reader.wait():
            writer.kill()
        _, complaint = writer.communicate()
    if reader.returncode or writer.returncode:
        raise BackupError(complaint.decode().strip() or f"{path} could not be read to its end.")


KINDS = {
    "sqlite": Kind(
        ".sqlite3",
        write_sqlite,
        check_sqlite,
        lambda path: copy_sqlite(path, sqlite_file()),
    ),
    "postgresql": Kind(".dump", dump_postgresql, check_postgresql, restore_postgresql),
}
