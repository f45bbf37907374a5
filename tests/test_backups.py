"""Backups: every row comes back, also of what was written meanwhile, and a restore is all or nothing."""

import io
import os
import threading
from contextlib import contextmanager
from datetime import timedelta
from itertools import product, takewhile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from progress.models import TopicProgress
from roadmap_site import backups
from roadmap_site.management import checkup
from stages.models import Topic
from tests import machines
from tests.conftest import client_of, databases_of, make_user


@pytest.fixture(autouse=True)
def tools_of_the_server(transactional_db, monkeypatch):
    """The suite's PostgreSQL brings its own, which are as new as it is."""
    if connection.vendor == "postgresql":
        folder = machines.wheel().POSTGRES_VERSIONS[connection.pg_version // 10000]
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(request, content):
    """The address of another database, which is empty."""
    server, name = databases_of(request.config).server, f"run_{os.getpid()}_elsewhere"
    server.create(name, "")
    yield server, name
    server.drop(name)


@contextmanager
def connected(server, name):
    """Django's connection leads to another database meanwhile."""
    ours = connection.settings_dict["NAME"]

    def lead_to(setting):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()
        connection.settings_dict["NAME"] = setting

    lead_to(server.setting(name))
    try:
        yield connection
    finally:
        lead_to(ours)


def rows(database):
    """{table: all its rows, as dictionaries, sorted}."""
    with database.cursor() as cursor:
        found = {}
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            found[table] = sorted((dict(zip(names, row, strict=True)) for row in cursor), key=repr)
    return found


def restored(elsewhere, path, **flags):
    """What the command says when it restores a backup into the other database, or what it ends with."""
    out = io.StringIO()
    with connected(*elsewhere):
        try:
            call_command("restore", path, stdout=out, **flags)
        except CommandError as error:
            return str(error)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_every_row_comes_back_in_an_empty_database(elsewhere, learner, tmp_path):
    client_of(learner).post("/topics/maps/progress/", {"status": "done"})
    make_user("يوسف")
    path = backups.back_up(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert restored(elsewhere, path) == "Restored, with 2 accounts.\n"
    ours = rows(connection)
    with connected(*elsewhere) as other:
        theirs = rows(other)
        assert ours.keys() == theirs.keys()
        assert {table for table in ours if ours[table] != theirs[table]} == set()
        assert len(theirs[TopicProgress._meta.db_table]) == 1
        # It goes on where it was: numbers, constraints and triggers are there as well.
        Topic.objects.filter(slug="maps").update(title="X")
        assert rows(other)["stages_contentversion"] != ours["stages_contentversion"]
        assert make_user("Neu").pk > max(row["id"] for row in ours["accounts_user"])


@pytest.mark.django_db(transaction=True)
def test_it_is_of_one_moment_while_people_tick(elsewhere, tmp_path):
    """What was acknowledged before it began is in it, and of what came later whole ticks or nothing."""
    topics = list(Topic.objects.values_list("slug", flat=True))
    people = [make_user(f"L{number}") for number in range(8)]
    acknowledged, stop = [], threading.Event()

    def tick(learners):
        clients = [(learner, client_of(learner)) for learner in learners]
        wanted = product(("done", "learning", "none", "done"), clients, topics)
        for status, (learner, client), slug in takewhile(lambda _: not stop.is_set(), wanted):
            if client.post(f"/topics/{slug}/progress/", {"status": status}).status_code == 302:
                acknowledged.append((learner.pk, slug))
        connection.close()

    threads = [threading.Thread(target=tick, args=[people[number::2]]) for number in range(2)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 10:
        stop.wait(0.05)
    before = set(acknowledged)
    path = backups.back_up(tmp_path)
    after = len(acknowledged)
    stop.set()
    for thread in threads:
        thread.join()
    assert restored(elsewhere, path) == "Restored, with 8 accounts.\n"
    with connected(*elsewhere) as other:
        theirs = rows(other)
        other.check_constraints()
    names = dict(Topic.objects.values_list("pk", "slug"))
    standings = theirs["progress_topicprogress"]
    assert {(row["user_id"], names[row["topic_id"]]) for row in standings} >= before
    events = theirs["progress_progressevent"]
    ours = {event["id"]: event for event in rows(connection)["progress_progressevent"]}
    assert all(ours[event["id"]] == event for event in events)
    assert len(before) <= len(events) <= after + len(threads)


@pytest.mark.django_db(transaction=True)
def test_what_is_there_goes_only_when_that_is_said(elsewhere, learner, tmp_path):
    path = backups.back_up(tmp_path)
    ours = rows(connection)
    assert restored(elsewhere, path).startswith("Restored")
    assert "There is 1 account in this database" in restored(elsewhere, path)
    with connected(*elsewhere) as other, other.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET name = 'Otto'")
        cursor.execute("CREATE TABLE of_a_later_release (id integer)")
    assert restored(elsewhere, path, replace_everything=True).startswith("Restored")
    with connected(*elsewhere) as other:
        assert rows(other) == ours


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("damage", ["half", "text", "nothing"])
def test_a_damaged_file_changes_nothing(elsewhere, learner, tmp_path, damage):
    path = backups.back_up(tmp_path)
    ours = rows(connection)
    restored(elsewhere, path)
    data = path.read_bytes()
    path.write_bytes({"half": data[: len(data) // 2], "text": b"no backup", "nothing": b""}[damage])
    assert restored(elsewhere, path, replace_everything=True).startswith("Nothing was changed. ")
    with connected(*elsewhere) as other:
        assert rows(other) == ours


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_another_release_is_recognised(elsewhere, content, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cohorts'")
    assert "of an earlier release: run “manage.py migrate”" in restored(elsewhere, backups.back_up(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('stages', '9999_later', '2030-01-01')"
        )
    assert "does not know stages.9999_later" in restored(elsewhere, backups.back_up(tmp_path))


@pytest.mark.django_db(transaction=True)
def test_the_oldest_are_deleted_when_there_is_a_new_one(content, tmp_path, capsys):
    for _ in range(3):
        call_command("backup", tmp_path)
    (tmp_path / "waymark-notes.txt").touch()
    call_command("backup", tmp_path, keep=2)
    assert "; 2 older deleted" in capsys.readouterr().out
    assert len(backups.backups_in(tmp_path)) == 2
    assert len(list(tmp_path.iterdir())) == 3
    with pytest.raises(CommandError, match="1 or more"):
        call_command("backup", tmp_path, keep=0)


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_fails_leaves_the_old_ones(content, tmp_path, monkeypatch):
    call_command("backup", tmp_path, verbosity=0)
    kind = backups.kind()

    def full(path):
        path.write_bytes(b"a part")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(backups.KINDS, connection.vendor, kind._replace(write=full))
    with pytest.raises(CommandError, match=r"There is no new backup\. .*No space left"):
        call_command("backup", tmp_path, keep=1)
    assert len(list(tmp_path.iterdir())) == 1


def test_it_says_where_to_put_it(settings):
    settings.BACKUP_DIR = None
    with pytest.raises(CommandError, match="Name a folder, or set BACKUP_DIR"):
        call_command("backup")


@pytest.mark.django_db(transaction=True)
def test_the_doctor_looks_how_old_it_is(content, tmp_path, settings):
    settings.BACKUP_DIR = tmp_path
    with pytest.raises(checkup.Trouble, match="there are none in"):
        checkup.check_backups()
    path = backups.back_up(tmp_path)
    assert checkup.check_backups() == "1, the newest 0 hours old"
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - timedelta(days=3).total_seconds()))
    with pytest.raises(checkup.Trouble, match="is 3 days old"):
        checkup.check_backups()
    settings.BACKUP_DIR = None
    assert "elsewhere" in checkup.check_backups()
