"""New code takes over from old while everyone reads and ticks, and nobody notices (.image/reload)."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from django.conf import settings

from progress.models import ProgressEvent
from roadmap_site.management import local_site
from roadmap_site.management.local_site import free_port
from tests.conftest import client_of, databases_of, make_user
from tests.test_shared_cache import HEADERS, TOKEN, Browser, configured, nginx, reachable, running  # noqa: F401

RELOADS = 2
pytestmark = [pytest.mark.timeout(150), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def environment(request, content):
    databases = databases_of(request.config)
    url = databases.server.url(databases.name(databases.current))
    own = {"SECRET_KEY": settings.SECRET_KEY, "SHARED_SECONDS": "0", "VENV": sys.prefix, "PORT": str(free_port())}
    return local_site.environment(url, **own)


def gunicorn(app="tests.site_behind_cache", *options):
    """The command that serves, as .image/serve does."""
    program = Path(sys.prefix) / "bin" / "gunicorn"
    return [program, app, "--config", ".image/gunicorn.conf.py", "--log-level", "critical", *options]


@contextmanager
def serving(command, environment, **options):
    """Gives the master's process. Whatever has taken its place at the end is ended as well."""
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, **options)
    # Whoever starts a gunicorn takes note of its end.
    threading.Thread(target=process.wait, daemon=True).start()
    try:
        reachable(("127.0.0.1", int(environment["PORT"])))
        yield process
    finally:
        for _ in range(100):
            if not (processes := members(process.pid)):
                break
            for one in processes:
                one.terminate()
            time.sleep(0.1)


def members(group):
    return [process for process in psutil.process_iter() if process.pid > 1 and group_of(process) == group]


def group_of(process):
    try:
        return os.getpgid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None


def master_of(group):
    """The one that all others come from."""
    processes = members(group)
    [master] = [one for one in processes if one.ppid() not in {other.pid for other in processes}]
    return master.pid


class Crowd:
    """Learners who tick and read again and again, over kept connections or over a new one each time."""

    def __init__(self, addresses):
        self.stop = threading.Event()
        self.failed, self.answered, self.slowest = [], Counter(), 0.0
        self.learners = []
        self.threads = [
            threading.Thread(target=self.run, args=(address, kept, self.learner()))
            for address in addresses
            for kept in (True, False)
        ]

    def learner(self):
        user = make_user(f"Walker{len(self.learners)}")
        cookies = {f"__Host-{name}": morsel.value for name, morsel in client_of(user).cookies.items()}
        self.learners.append(SimpleNamespace(user=user, cookies=cookies | {"__Host-csrftoken": TOKEN}, ticks=0))
        return self.learners[-1]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.end()

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def run(self, address, kept, learner):
        browser = Browser(address)
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                self.read_and_tick(browser, learner)
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.failed.append(repr(error))
                browser = Browser(address)
            self.slowest = max(self.slowest, time.monotonic() - began)
            if not kept:
                browser.connection.close()
            time.sleep(0.03)  # there must be something left of the processors for what is to start
        browser.connection.close()

    def read_and_tick(self, browser, learner):
        for path in ("/", "/topics/maps/"):
            answer = browser.ask(path, learner.cookies if path == "/" else None)
            assert answer.status == 200, answer.status
            self.answered["page"] += 1
        data = {"status": "none" if learner.ticks % 2 else "done", "reader": str(learner.user.pk), "page": "stage"}
        answer = browser.ask(
            "/topics/maps/progress/",
            learner.cookies,
            data | {"next": "/", "csrfmiddlewaretoken": TOKEN},
            Sec_Fetch_Site="same-origin",
        )
        assert answer.status == 302, answer.status
        learner.ticks += 1
        self.answered["tick"] += 1

    def check(self):
        assert self.failed == []
        assert self.answered["tick"] > len(self.learners)
        for learner in self.learners:
            assert ProgressEvent.objects.filter(user=learner.user).count() == learner.ticks


def test_new_code_serves_without_a_pause_and_without_a_loss(environment, nginx, tmp_path):  # noqa: F811
    site, cache = int(environment["PORT"]), free_port()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(configured((settings.BASE_DIR / ".image/nginx.conf").read_text(), site, cache, tmp_path))
    with (
        serving(gunicorn(), environment) as process,
        running([nginx, "-e", "stderr", "-c", str(configuration)], os.environ),
    ):
        reachable(("127.0.0.1", cache))
        with Crowd([("127.0.0.1", site), ("127.0.0.1", cache)]) as crowd:
            for _ in range(RELOADS):
                old = master_of(process.pid)
                assert reload(old, environment).returncode == 0
                assert master_of(process.pid) != old
        crowd.check()


def test_code_that_does_not_start_leaves_the_old_one_serving(environment, tmp_path):
    code = tmp_path / "code_of_the_site.py"
    code.write_text("from tests.site_behind_cache import application\n")
    with serving(gunicorn("code_of_the_site", "--pythonpath", str(tmp_path)), environment) as process:
        code.write_text("raise RuntimeError\n")
        result = reload(process.pid, environment | {"RELOAD_SECONDS": "10"})
        assert (result.returncode, "What served before still does" in result.stderr) == (1, True)
        assert master_of(process.pid) == process.pid
        with Browser(("127.0.0.1", int(environment["PORT"]))) as browser:
            assert browser.ask("/livez").status == 200


def test_who_comes_during_a_restart_waits_where_the_socket_is_kept(environment):
    """As systemd keeps it, which gives it to what it starts as file 3."""
    address = ("127.0.0.1", int(environment["PORT"]))
    with socket.create_server(address, backlog=2048) as kept:
        given = ["bash", "-c", f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@" 3<&{kept.fileno()}', *gunicorn()]
        with serving(given, environment, pass_fds=[kept.fileno()]) as process, Crowd([address]) as crowd:
            process.terminate()
            process.wait(timeout=60)
            with serving(given, environment, pass_fds=[kept.fileno()]):
                time.sleep(1)
                crowd.end()
    crowd.check()


def test_systemd_is_told_which_process_the_site_is_now(environment, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        told = environment | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        with serving(gunicorn(), told) as process:
            assert reload(process.pid, told).returncode == 0
            said = [systemd.recv(1000).decode() for _ in range(3)]
            assert f"MAINPID={master_of(process.pid)}" in said


def reload(pid, environment):
    return subprocess.run(
        [".image/reload", str(pid)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
