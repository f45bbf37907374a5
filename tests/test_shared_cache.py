"""A shared cache in front of the site never gives anybody what is another's.

It is nginx with the configuration of the image, which obeys ``Cache-Control``, ``Vary`` and ``ETag`` and knows nothing
of the site besides; behind it are two workers. Everyone asks at once, over connections that stay open, while the
content is edited. Each person has a word that is in their name, their address and their notes, and ticks of their own,
so whatever a page shows of a person says whose it is.
"""

import gzip
import http.client
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode

import brotli
import pytest
from django.conf import settings

from progress.cohorts.models import Cohort
from progress.models import Note
from roadmap_site.management.local_site import environment, free_port
from stages.models import Topic
from tests.conftest import client_of, databases_of, make_user

REQUESTS = 10_000
THREADS = 8
SECONDS = 2  # that the cache answers by itself, and again while it asks
TOKEN = "t" * 32
HEADERS = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
CHROMIUM = '"Chromium";v="140"'
TOPICS = ["boots", "maps", "snacks", "routes", "weather"]
# What visitors share, what is made for each reader, and what names its reader.
PUBLIC = ["/", "/stages/first/", "/stages/second/", "/topics/maps/", "/topics/boots/", "/tracks/", "/tracks/other/"]
FOR_ALL = ["/roadmap/roadmap.json", "/map.css", "/speculation-rules.json"]
OTHERS = ["/search/?q=maps", "/shortcuts/", "/roadmap/checklist.md", "/?view=outline", "/nowhere/"]
PRIVATE = ["/me/", "/accounts/delete/", "/me/notes/", "/me/data/waymark.json", "/cohorts/mail/"]
MARK = re.compile(r"mark[a-z]{10}")
KEPT = {"HIT", "STALE", "UPDATING"}


@pytest.fixture(scope="session")
def nginx(request):
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        why = "no nginx on this machine, which Debian has in nginx-light"
        (pytest.fail if request.config.getoption("--require-nginx") else pytest.skip)(why)
    return path


@pytest.fixture
def address(request, nginx, content, tmp_path, django_db_blocker):
    """Where nginx listens, before the site on the database of this test."""
    databases, cache, configuration = databases_of(request.config), free_port(), tmp_path / "nginx.conf"
    with serving(databases.server.url(databases.name(databases.current)), SECONDS) as site:
        text = (settings.BASE_DIR / ".image" / "nginx.conf").read_text()
        configuration.write_text(configured(text, site, cache, tmp_path))
        with running([nginx, "-e", "stderr", "-c", str(configuration)], os.environ):
            reachable(("127.0.0.1", cache))
            yield ("127.0.0.1", cache)


@contextmanager
def serving(database, seconds, *options):
    """The site of production on the database of this address, in two workers of gunicorn. Gives its port."""
    port = free_port()
    production = environment(database, SECRET_KEY=settings.SECRET_KEY, SHARED_SECONDS=str(seconds))
    command = [sys.executable, "-m", "gunicorn", "tests.site_behind_cache", "--bind", f"127.0.0.1:{port}"]
    with running([*command, "--workers", "2", "--no-control-socket", "--log-level", "error", *options], production):
        yield port


def configured(text, site, cache, folder):
    """The configuration of the image, for this machine. Answers with cookies are kept as well, as other caches do."""
    changes = {
        "http://web:8000": f"http://127.0.0.1:{site}",
        "listen 8000": f"listen 127.0.0.1:{cache}",
        "/tmp/": f"{folder}/",
        "proxy_cache pages;": "proxy_cache pages; proxy_ignore_headers Set-Cookie;",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    # The workers of an nginx that root starts are another user's, who may not open the folders of pytest.
    return ("user root;\n" if os.geteuid() == 0 else "") + text


@contextmanager
def running(command, environment):
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        yield
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(timeout=20)


def reachable(address):
    for _ in range(200):
        try:
            with Browser(address) as browser:
                if browser.ask("/healthz").status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("the site does not answer")


class Browser:
    """One connection that stays open."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(*address, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def ask(self, path, cookies=None, data=None, **headers):
        headers = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if data is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "https://127.0.0.1/"}
        self.connection.request("GET" if data is None else "POST", path, data and urlencode(data), headers)
        response = self.connection.getresponse()
        body = response.read()
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(response.headers["Content-Encoding"], bytes)
        return SimpleNamespace(
            status=response.status,
            headers=response.headers,
            text=unpack(body).decode(),
            kept=response.headers["X-Cache-Status"] in KEPT,
        )


class Person:
    """Somebody with a session, signed in or not, or with a theme of their own. What they know is what they did."""

    def __init__(self, mark, cookies, user=None, sees=()):
        self.mark, self.user, self.cookies = mark, user, cookies
        self.marks = {mark, *sees} if user else set()
        self.pages = [*PRIVATE] if user else []
        self.reader = str(user.pk) if user else ""
        self.done = set()

    def check(self, path, answer):
        assert not answer.kept or path in FOR_ALL
        assert answer.status == (404 if path == "/nowhere/" else 200)
        assert set(MARK.findall(answer.text)) <= self.marks
        if path in PRIVATE or (path == "/topics/maps/" and self.user):
            assert self.mark in answer.text
        readers = set(re.findall(r'name="reader" value="(\w*)"', answer.text))
        assert readers <= {self.reader}
        if "theme" in self.cookies:
            assert path in FOR_ALL or "<html" not in answer.text or 'data-theme="dark"' in answer.text
        for slug in TOPICS:
            for status in re.findall(rf'id="(?:first|second)--{slug}" data-status="(\w+)"', answer.text):
                assert (status == "done") is (slug in self.done)

    def tick(self, browser, slug):
        status = "none" if slug in self.done else "done"
        data = {"status": status, "reader": self.reader, "page": "stage", "next": "/", "csrfmiddlewaretoken": TOKEN}
        answer = browser.ask(f"/topics/{slug}/progress/", self.cookies, data, Sec_Fetch_Site="same-origin")
        assert answer.status == 302
        assert not answer.kept
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.done ^= {slug}


@pytest.fixture
def people(content):
    """Learners of two cohorts, their instructors, visitors who tick without an account, and one who likes it dark."""
    dice = random.Random("people")
    word = lambda: "mark" + "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=10))  # noqa: E731

    def signed_in(mark, sees=()):
        user = make_user(mark)
        Note.objects.create(user=user, topic=content.topics["maps"], text=f"Of {mark}.")
        # By the names of production, where no other host can set them.
        cookies = {f"__Host-{name}": morsel.value for name, morsel in client_of(user).cookies.items()}
        return Person(mark, cookies | {"__Host-csrftoken": TOKEN}, user, sees)

    people = []
    for name in ("Hikers", "Climbers"):
        learners = [signed_in(word()) for _ in range(4)]
        instructor = signed_in(word(), sees=[learner.mark for learner in learners])
        cohort = Cohort.objects.create(name=name)
        cohort.instructors.add(instructor.user)
        for learner in learners:
            cohort.join(learner.user)
            learner.marks.add(instructor.mark)
        instructor.pages += [f"/cohorts/{cohort.pk}/", f"/cohorts/{cohort.pk}/people/"] * 2
        people += [*learners, instructor]
    people += [Person(word(), {"__Host-csrftoken": TOKEN}) for _ in range(4)]
    return [*people, Person(word(), {"theme": "dark"})]


class Crowd:
    """What one thread asks for: as its own people, and as visitors who bring nothing but an ETag."""

    def __init__(self, number, address, people, edition):
        self.dice, self.browser = random.Random(number), Browser(address)
        self.people, self.edition = people, edition
        self.etags, self.asked = {}, Counter()

    def run(self, requests):
        with self.browser:
            for _ in range(requests):
                if self.dice.random() < 0.85:
                    self.visit()
                else:
                    self.act(self.dice.choice(self.people))
        return self.asked

    def headers(self, path):
        dice = self.dice
        has = {"If_None_Match": self.etags[path]} if path in self.etags and dice.random() < 0.4 else {}
        chromium = {"Sec_CH_UA": CHROMIUM} if dice.random() < 0.3 else {}
        return {"Accept_Encoding": dice.choice(["br", "gzip"]), **chromium, **has}

    def visit(self):
        path = self.dice.choice([*PUBLIC * 8, *FOR_ALL, *OTHERS])
        headers = self.headers(path)
        answer = self.browser.ask(path, **headers)
        assert MARK.search(answer.text) is None
        assert "csrfmiddlewaretoken" not in answer.text or path in OTHERS
        assert 'data-theme="dark"' not in answer.text
        assert 'data-status="done"' not in answer.text
        assert not (answer.kept and answer.headers["Set-Cookie"])
        assert not answer.kept or path in (*PUBLIC, *FOR_ALL)
        assert answer.headers.get("Content-Encoding", "identity") in (headers["Accept_Encoding"], "identity")
        assert "Sec_CH_UA" in headers or "Speculation-Rules" not in answer.headers
        if answer.status == 304:
            assert answer.headers["ETag"] == headers["If_None_Match"]
        if path in PUBLIC:
            assert answer.headers["Cache-Control"].startswith("public")
            self.etags[path] = answer.headers["ETag"]
            self.asked["kept" if answer.kept else "asked"] += 1

    def act(self, person):
        if "theme" not in person.cookies and self.dice.random() < 0.15:
            return person.tick(self.browser, self.dice.choice(TOPICS))
        path = self.dice.choice([*PUBLIC * 2, *FOR_ALL, *OTHERS, *person.pages * 2])
        least = self.edition[0]
        headers = self.headers(path)
        # Of a page that visitors get; it is none of theirs. What is for everyone may say that they have it.
        answer = self.browser.ask(path, person.cookies, **headers)
        person.check(path, answer)
        if path == "/topics/maps/":
            [edition] = re.findall(r"<h1>Maps, edition (\d+)</h1>", answer.text)
            assert int(edition) >= least
        return None


def edit(number):
    Topic.objects.filter(slug="maps").update(title=f"Maps, edition {number}")


@pytest.mark.timeout(600)  # half a minute of two processors, which others may want as well
@pytest.mark.django_db(transaction=True)
def test_nobody_is_given_what_is_anothers(address, people):
    edition = [0]
    edit(0)
    crowds = [Crowd(number, address, people[number::THREADS], edition) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(crowd.run, REQUESTS // THREADS) for crowd in crowds]
        while not all(future.done() for future in running):
            time.sleep(4)
            edit(edition[0] + 1)
            edition[0] += 1
        asked = sum((future.result() for future in running), Counter())
    assert edition[0] > 1
    assert asked["kept"] > 0.9 * asked.total(), asked


@pytest.mark.django_db(transaction=True)
def test_an_edit_is_seen_at_once_by_whoever_is_signed_in_and_soon_by_visitors(address, people):
    with Browser(address) as browser:
        edit(1)
        assert "edition 1" in browser.ask("/topics/maps/").text
        edit(2)
        assert "edition 2" in browser.ask("/topics/maps/", people[0].cookies).text
        time.sleep(2 * SECONDS + 1.1)  # nginx counts whole seconds
        assert "edition 2" in browser.ask("/topics/maps/").text
