"""A site on several machines: nobody misses their own tick, and no tick is lost with a machine.

Two machines for the web, PostgreSQL with a replica behind pgbouncer, and a Redis, all on this one (tests/machines.py).
"""

import http.client
import json
import re
import signal
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest
from django.conf import settings

from roadmap_site.management import local_site
from roadmap_site.management.local_site import free_port
from tests import machines
from tests.conftest import client_of, make_user
from tests.test_security import manage
from tests.test_shared_cache import TOKEN, Browser, reachable
from tests.test_shared_cache import running as running_program

pytestmark = pytest.mark.timeout(400)  # half a minute of a quiet machine
WALKERS = 8
TICK = "/topics/maps/progress/"
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
MAKE = """
from tests.content import make_content
from tests.test_machines import make_walkers
make_content()
print(make_walkers())
"""
EDITION = "UPDATE stages_topic SET title = 'Maps, edition ' || %s WHERE slug = 'maps'"


def make_walkers():
    """Learners with a session: pairs of a key and a cookie, as JSON."""
    users = [make_user(f"Walker{number}") for number in range(WALKERS)]
    return json.dumps([(user.pk, client_of(user).cookies[settings.SESSION_COOKIE_NAME].value) for user in users])


@pytest.fixture
def site(request):
    if machines.program("pgbouncer") is None:
        why = "no pgbouncer on this machine, which Debian has in pgbouncer"
        (pytest.fail if request.config.getoption("--require-machines") else pytest.skip)(why)
    with ExitStack() as stack:
        yield Site(stack)


class Site:
    def __init__(self, stack):
        self.stack = stack
        self.primary = self.server()
        self.primary.make()
        self.start(self.primary)
        self.primary.ask("CREATE DATABASE waymark", database="postgres")
        self.replica = self.new_replica()
        self.pooler = machines.PgBouncer(stack.enter_context(machines.folder()))
        self.pooler.lead_to(self.primary)
        stack.enter_context(self.pooler.running())
        self.environment = local_site.environment(
            f"postgres://waymark@127.0.0.1:{self.pooler.port}/waymark",
            SECRET_KEY=settings.SECRET_KEY,
            SHARED_SECONDS="0",
            BEHIND_POOLER="1",
            # libpq tries one after the other, and takes the primary where no replica answers.
            REPLICA_URL="postgres://waymark@127.0.0.1,127.0.0.1/waymark?target_session_attrs=prefer-standby"
            f"&port={self.replica.port},{self.primary.port}",
            CACHE_URL=stack.enter_context(machines.redis_server(stack.enter_context(machines.folder()))),
        )
        direct = self.environment | {"DATABASE_URL": self.primary.address()}
        machines.python(MIGRATE, direct)
        self.walkers = [
            SimpleNamespace(pk=pk, cookies={"__Host-sessionid": session, "__Host-csrftoken": TOKEN}, ticks=0)
            for pk, session in json.loads(machines.python(MAKE, direct))
        ]
        self.addresses = [("127.0.0.1", self.web()) for _ in range(2)]
        for address in self.addresses:
            reachable(address)

    def server(self):
        return machines.PostgreSQL(self.stack.enter_context(machines.folder()) / "data")

    def start(self, server):
        server.start()
        self.stack.callback(lambda: server.process.poll() is None and server.kill())

    def new_replica(self):
        replica = self.server()
        replica.copy(self.primary)
        self.start(replica)
        return replica

    def web(self):
        """The port of a machine that serves."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "tests.site_behind_cache", "--bind", f"127.0.0.1:{port}"]
        options = ["--config", ".image/gunicorn.conf.py", "--log-level", "critical", "--graceful-timeout", "2"]
        self.stack.enter_context(running_program([*command, *options], self.environment))
        return port

    def page(self, address, path, cookies=None):
        with Browser(address) as browser:
            answer = browser.ask(path, cookies)
            assert answer.status == 200
            return answer.text

    def fail_over(self):
        """What a program for that, or somebody, does when the primary is lost."""
        self.replica.ask("SELECT pg_promote()")
        self.pooler.lead_to(self.replica)
        self.pooler.reload()
        self.primary = self.replica

    def events(self):
        return dict(self.primary.ask("SELECT user_id, count(*) FROM progress_progressevent GROUP BY user_id"))


def tick(browser, cookies, status, reader):
    data = {"status": status, "reader": reader, "page": "stage", "next": "/", "csrfmiddlewaretoken": TOKEN}
    return browser.ask(TICK, cookies, data, Sec_Fetch_Site="same-origin")


def status_on(page):
    return set(re.findall(r'id="first--maps" data-status="(\w+)"', page))


def test_nobody_misses_their_own_tick_while_the_replica_is_behind(site):
    walker, title = site.walkers[0], "/topics/maps/"
    site.primary.ask(EDITION, "1")
    for address in site.addresses * 4:
        eventually(lambda address=address: "edition 1" in site.page(address, title))
    site.replica.ask("SELECT pg_wal_replay_pause()")
    for number, status in enumerate(["done", "learning", "none"] * 4):
        with Browser(site.addresses[number % 2]) as browser:
            assert tick(browser, walker.cookies, status, str(walker.pk)).status == 302
        for address in site.addresses:
            assert status_on(site.page(address, "/stages/first/", walker.cookies)) == {status}
    with Browser(site.addresses[0]) as browser:
        answer = tick(browser, None, "done", "")
        assert answer.status == 302
        [session] = re.findall(r"__Host-sessionid=(\w+)", str(answer.headers))
    visitor = {"__Host-sessionid": session}
    site.primary.ask(EDITION, "2")
    for address in site.addresses * 4:  # each of their processes
        assert status_on(site.page(address, "/stages/first/", visitor)) == {"done"}
        assert "edition 2" in site.page(address, title, walker.cookies)
        assert "edition 1" in site.page(address, title)
    assert "OK     replica: " in doctor(site)
    site.replica.ask("SELECT pg_wal_replay_resume()")
    for address in site.addresses * 4:
        eventually(lambda address=address: "edition 2" in site.page(address, title))
        assert "edition 2" in site.page(address, title, walker.cookies)


def eventually(holds, seconds=20):
    for _ in range(seconds * 10):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it does not come to hold")


def doctor(site):
    return manage("doctor", **{name: text for name, text in site.environment.items() if name.isupper()}).stdout


@contextmanager
def everyone_ticks(site):
    """Each learner says the same until it is acknowledged, as browsers do. Gives the times of acknowledgements."""
    stop, times = threading.Event(), []

    def run(walker, number):
        browser = Browser(site.addresses[number % 2])
        while not stop.is_set():
            try:
                if tick(browser, walker.cookies, "none" if walker.ticks % 2 else "done", str(walker.pk)).status == 302:
                    walker.ticks += 1
                    times.append(time.monotonic())
                    continue
            except (OSError, http.client.HTTPException):
                pass
            number += 1
            browser.connection.close()
            browser = Browser(site.addresses[number % 2])
            time.sleep(0.1)
        browser.connection.close()

    threads = [threading.Thread(target=run, args=(walker, n)) for n, walker in enumerate(site.walkers)]
    for thread in threads:
        thread.start()
    try:
        yield times
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def lose_the_primary(site, meanwhile):
    """While everyone ticks, and the network to the replica has been slow for a second. Gives what was found."""
    for walker in site.walkers:
        walker.ticks = 0
    before = site.events()
    with everyone_ticks(site) as times:
        eventually(lambda: len(times) > 10 * WALKERS, 60)  # every process has begun
        begun, warm = time.monotonic(), len(times)
        time.sleep(3)
        rate = (len(times) - warm) / (time.monotonic() - begun)
        site.primary.part("walsender").send_signal(signal.SIGSTOP)
        time.sleep(1)
        site.primary.kill()
        killed = time.monotonic()
        meanwhile()
        site.fail_over()
        eventually(lambda: times[-1] > killed + 0.5)
        away = min(when for when in times if when > killed + 0.5) - killed
        time.sleep(1)
    after = site.events()
    lost = sum(max(0, walker.ticks + before.get(walker.pk, 0) - after.get(walker.pk, 0)) for walker in site.walkers)
    return SimpleNamespace(lost=lost, away=away, rate=rate, ticks=sum(w.ticks for w in site.walkers))


def visitors_read(site):
    for address in site.addresses:
        assert "Maps" in site.page(address, "/")
        assert site.page(address, "/readyz") == "database: cannot be reached; a replica answers visitors"


def test_a_lost_primary_costs_seconds_and_no_tick_where_commits_are_synchronous(site, capsys):
    site.primary.set("synchronous_standby_names", "*")
    found = [lose_the_primary(site, lambda: visitors_read(site))]
    site.replica = site.new_replica()
    found.append(lose_the_primary(site, lambda: None))
    with capsys.disabled():
        for kind, one in zip(("synchronous", "not synchronous"), found, strict=True):
            words = f"{one.ticks} ticks, {one.rate:.0f} a second, {one.lost} lost, away for {one.away:.1f} s"
            sys.stdout.write(f"\n{kind}: {words}\n")
    assert [one.lost > 0 for one in found] == [False, True]
    assert max(one.away for one in found) < 10
