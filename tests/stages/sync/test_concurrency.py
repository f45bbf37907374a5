"""Real processes that load at the same time, and one that is killed, on whichever database the suite runs."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from progress.models import TopicProgress
from stages.fixture_io import lock_content, snapshot
from stages.models import LoadedEntry, Stage, Topic
from stages.sync.load import load
from tests.conftest import make_user
from tests.content import stage, topic, write_files

pytestmark = pytest.mark.django_db(transaction=True)

# A command in a process of its own, on the database of this test. It says when it is ready, and begins when it is told
# to, so that several start at the same time. "pause" stops it when everything is written and nothing is committed: it
# says so, and goes on when it is told to.
SCRIPT = """
import json, os, sys
import django
from django.conf import settings
from django.core.management import call_command
import roadmap_site.settings as ours
ours.DATABASES["default"].update(json.loads(os.environ["OTHER_DATABASE"]))
django.setup()
if "pause" in sys.argv:
    sys.argv.remove("pause")
    from roadmap_site.management.commands import load_roadmap
    settle = load_roadmap.CarryOver.objects.apply_pending
    def wait():
        print("written", flush=True)
        sys.stdin.readline()
        return settle()
    load_roadmap.CarryOver.objects.apply_pending = wait
print("ready", flush=True)
sys.stdin.readline()
call_command(*sys.argv[1:])
"""


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "files", stage(), topic("maps"), topic("boots"))


@pytest.fixture
def start():
    """Starts a command in another process; whatever still runs at the end of the test is ended."""
    database = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environ = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL")}
    if connection.vendor == "postgresql":
        environ["DATABASE_URL"] = os.environ["DATABASE_URL"]
    environ |= {"DJANGO_SETTINGS_MODULE": "roadmap_site.settings", "OTHER_DATABASE": json.dumps(database)}
    begun = []

    def run(*words):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *map(str, words)],
            **dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE),
            cwd=settings.BASE_DIR,
            env=environ,
            text=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def begin(process):
    assert process.stdout.readline() == "ready\n"
    tell(process)


def tell(process):
    process.stdin.write("\n")
    process.stdin.flush()


def begin_and_pause(process):
    begin(process)
    assert process.stdout.readline() == "written\n"


def result(process, told=None):
    out, err = process.communicate(told, timeout=60)
    assert process.returncode == 0, err
    return out.splitlines()[-1]


def is_waiting(process):
    """A command that has begun would be done in a few milliseconds if nothing held it up."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return True
    return False


def test_of_two_loads_into_an_empty_database_one_waits_for_the_other(folder, start):
    first, second = start("pause", "load_roadmap", folder), start("load_roadmap", folder)
    begin_and_pause(first)
    begin(second)
    assert is_waiting(second)
    assert not Topic.objects.exists()  # and reading goes on meanwhile
    assert result(first, "\n") == "Roadmap: 3 added."
    assert result(second) == "Roadmap: nothing to change."
    assert LoadedEntry.objects.count() == 3


def test_of_two_different_loads_the_later_one_sees_what_the_first_has_done(folder, start, tmp_path):
    load(folder)
    newer = write_files(tmp_path / "newer", stage(), topic("maps", title="Charts"), topic("boots"))
    newest = write_files(tmp_path / "newest", stage(), topic("maps", title="Atlas"), topic("boots"), topic("hats"))
    first, second = start("pause", "load_roadmap", newer), start("load_roadmap", newest)
    begin_and_pause(first)
    begin(second)
    assert is_waiting(second)
    assert result(first, "\n") == "Roadmap: 1 changed."
    assert result(second) == "Roadmap: 1 added, 1 changed."  # and no conflict
    assert Topic.objects.get(slug="maps").title == "Atlas"


def test_a_load_that_is_killed_leaves_nothing_half_done(folder, start):
    load(folder)
    before = snapshot(), list(LoadedEntry.objects.order_by("pk").values())
    write_files(folder, stage(title="New"), topic("maps", title="Charts"), topic("hats", replaces=["boots"]))
    process, again = start("pause", "load_roadmap", folder), start("load_roadmap", folder)
    begin_and_pause(process)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert (snapshot(), list(LoadedEntry.objects.order_by("pk").values())) == before
    begin(again)
    assert result(again) == "Roadmap: 1 added, 2 changed, 1 retired."


def test_an_edit_in_the_admin_waits_for_a_load_and_is_not_lost(folder, start):
    load(folder)
    write_files(folder, stage(), topic("maps", title="Charts"), topic("boots"))
    process = start("pause", "load_roadmap", folder)
    begin_and_pause(process)

    def edit():
        try:
            return Topic.objects.filter(slug="maps").update(summary="Edited.")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        edited = pool.submit(edit)
        assert result(process, "\n") == "Roadmap: 1 changed."
        assert edited.result(30) == 1
    maps = Topic.objects.get(slug="maps")
    assert (maps.title, maps.summary) == ("Charts", "Edited.")
    assert not load(folder)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_topics_are_ticked_while_files_are_loaded(folder):
    load(folder)
    user, maps = make_user("Lena Learner"), Topic.objects.get(slug="maps")
    begun, ended = Event(), Event()

    def hold():
        try:
            with lock_content():
                begun.set()
                return ended.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert begun.wait(30)
        TopicProgress.objects.record(user, maps, "done")
        assert user.topic_progress.count() == 1
        ended.set()
        assert holding.result() is True


def test_a_dump_waits_for_a_load_and_is_whole(folder, start, tmp_path):
    load(folder)
    write_files(folder, stage(title="New"), topic("maps", title="Charts"), topic("boots"))
    loading, dumping = start("pause", "load_roadmap", folder), start("dump_roadmap", tmp_path / "dumped")
    begin_and_pause(loading)
    begin(dumping)
    assert is_waiting(dumping)
    result(loading, "\n")
    result(dumping)
    assert Stage.objects.get().title == "New"
    call_command("load_roadmap", tmp_path / "dumped", "--check", verbosity=0)
