import http.client
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import brotli
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from progress.models import ProgressEvent, Status, TopicProgress
from roadmap_site.management import cohort_benchmark, local_site, memory_benchmark
from stages.models import Stage, Topic, Track

PORT = 8765
TOPICS = 300

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
        with (
            tempfile.TemporaryDirectory(prefix="waymark-benchmark-") as folder,
            local_site.postgresql(Path(folder) / "pg") as postgresql,
        ):
            for name, url in (("SQLite", f"sqlite:///{folder}/benchmark.sqlite3"), ("PostgreSQL", postgresql)):
                local_site.prepare(url)
                if cohort:
                    arguments = ["--measure-cohort", "--rounds", str(rounds)]
                    self.report_cohorts(name, json.loads(local_site.manage(url, "benchmark", *arguments)))
                elif memory:
                    self.report_memory(name, json.loads(local_site.manage(url, "benchmark", "--measure-memory")))
                else:
                    self.report_pages(name, url, rounds, requests)

    def report_pages(self, name: str, url: str, rounds: int, requests: int) -> None:
        self.stdout.write(f"\n{name}, {TOPICS} topics, a signed-in learner who has ticked half of them")
        learner = json.loads(local_site.manage(url, "benchmark", "--prepare"))
        with local_site.served(url, PORT, "--log-level", "error", app="roadmap_site.benchmark") as server:
            site = Site(server, learner)
            self.report(site.measure(rounds, requests))
            self.stdout.write(f"  first visit to /: {site.first_visit() / 1000:.1f} kB transferred, all included")

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
    return {"session": local_site.session_of(user), "reader": user.pk, "pages": pages}


class Site:
    """The site under gunicorn with two workers, and a learner who is signed in."""

    def __init__(self, server: subprocess.Popen[bytes], learner: dict[str, Any]) -> None:
        self.server, self.learner = server, learner

    def ask(
        self, path: str, data: dict[str, Any] | None = None, learner: bool = False, has: str | None = None
    ) -> Answer:
        """Ask for one page; ``has`` is the ETag of the one that the browser has."""
        headers = local_site.signed_in(self.learner["session"]) if learner else local_site.HEADERS
        headers = headers | {"Accept-Encoding": "gzip, br"} | ({"If-None-Match": has} if has else {})
        content = None
        if data is not None:
            content = urlencode(data | {"csrfmiddlewaretoken": local_site.TOKEN})
            headers |= {"HX-Request": "true"}
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
