"""The first command of the README."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings

from accounts.models import User
from roadmap_site.management.local_site import free_port
from tests.content import stage, topic, write_files

WAIT = 300  # seconds at most, for a machine that has much else to do
SAYS = ["Making the database", "added.", "learner@example.com", "maintainer@example.com", "password"]


def quickstart(database, *options, **environment):
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", "quickstart", *options],
        cwd=settings.BASE_DIR,
        env=keep | {"DATABASE_URL": f"sqlite:///{database}", "PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process):
    out, err = process.communicate(timeout=WAIT)
    assert "Traceback" not in err
    return process.returncode, out, err


def test_it_makes_everything_and_serves(tmp_path):
    port = free_port()
    process = quickstart(tmp_path / "db.sqlite3", "--port", str(port))
    try:
        for _ in range(10 * WAIT):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                    text = page.read().decode()
                break
            except OSError:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.1)
        assert "The way to Django" in text
        assert "QuerySets" in text
        assert "djDebug" in text  # the toolbar
    finally:
        process.terminate()
        out, _ = process.communicate(timeout=WAIT)
    for words in SAYS:
        assert words in out


def test_a_port_in_use_is_one_clear_line_before_any_work(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = finished(quickstart(tmp_path / "db.sqlite3", "--port", str(port)))
    assert code == 1
    assert err.startswith(f"CommandError: Port {port} cannot be used")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("port", ["0x", "99999999"])
def test_a_port_that_is_none_is_named(tmp_path, port):
    process = quickstart(tmp_path / "db.sqlite3", "--port", port)
    code, _, err = finished(process)
    assert code != 0
    assert port in err


def test_a_file_that_is_no_database_is_one_clear_line_and_is_kept(tmp_path):
    database = tmp_path / "db.sqlite3"
    database.write_text("my diary " * 100)
    code, _, err = finished(quickstart(database, "--no-server"))
    assert code == 1
    assert "cannot be made ready: file is not a database" in err
    assert len(err.splitlines()) == 1
    assert database.read_text() == "my diary " * 100


def test_a_database_killed_half_way_is_finished_and_a_second_run_changes_nothing(tmp_path):
    """A run that was killed after some migrations leaves tables behind; the next run goes on from there."""
    database = tmp_path / "db.sqlite3"
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "stages", "-v0"],
        cwd=settings.BASE_DIR,
        env=keep | {"DATABASE_URL": f"sqlite:///{database}"},
        check=True,
    )
    code, out, _ = finished(quickstart(database, "--no-server"))
    assert code == 0
    for words in ("Waymark is ready", *SAYS):
        assert words in out
    before = database.read_bytes()
    code, out, _ = finished(quickstart(database, "--no-server"))
    assert code == 0
    assert "nothing to change" in out
    assert database.read_bytes() == before


def test_it_loads_the_roadmap_of_another_folder(tmp_path):
    """Also one without tracks, of which there is no cohort to show."""
    folder = write_files(tmp_path / "knots", stage(), topic("bowline"))
    code, out, err = finished(quickstart(tmp_path / "db.sqlite3", "--no-server", FIXTURES_DIR=str(folder)))
    assert (code, err) == (0, "")
    assert "2 added." in out


def test_missing_fixtures_are_one_clear_line(db, tmp_path, settings):
    from django.core.management import CommandError, call_command

    settings.FIXTURES = tmp_path / "none"
    settings.LAPTOP = True
    with pytest.raises(CommandError, match="there is no such folder"):
        call_command("quickstart", no_server=True, verbosity=0)


def test_the_demo_accounts_stay_as_their_owners_left_them(db, settings):
    from roadmap_site.management.commands.quickstart import make_person

    make_person("maintainer")
    user = User.objects.get(email="maintainer@example.com")
    assert user.is_staff
    assert not user.is_superuser
    assert user.has_perm("stages.change_topic")
    assert not user.has_perm("accounts.change_user")
    user.set_password("changed-27")
    user.save()
    make_person("maintainer")
    user.refresh_from_db()
    assert user.check_password("changed-27")
