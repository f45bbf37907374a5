"""Asking for one page, and for nothing more of it than whether it is there.

An Asker keeps to what a polite guest keeps to: it says who it is, does what robots.txt says, asks a host for one
thing at a time and pauses in between, comes back later when told to, and reads no page that it asks for.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from ssl import SSLContext
from threading import Event, Lock
from time import monotonic
from urllib.parse import urldefrag, urlsplit

from django.utils import timezone

from stages.links.http import NAME, PinnedConnection, Response, parts_of, target
from stages.links.results import Answer, LinkError, Outcome, Problem
from stages.links.robots import RobotsRules, rules_for
from stages.links.ssrf_guard import LookUp, resolve
from stages.models.links import host_of

MOVED, ELSEWHERE = {301, 308}, {301, 302, 303, 307, 308}
DENIED_STATUSES = {401, 403, 407, 451, 999}  # people may well get in; 999 is what LinkedIn says to robots
TEMPORARY_STATUSES = {429, 500, 502, 503, 504}
ROBOTS_BYTES = 512 * 1024  # as much of a robots.txt as RFC 9309 wants read
LONGEST_PAUSE = 10  # seconds; a Crawl-delay above is cut


@dataclass(frozen=True)
class Timeouts:
    """How long to wait for what, in seconds."""

    connect: float = 10
    read: float = 10  # from one piece of an answer to the next
    total: float = 20  # for one whole answer
    in_all: float = 90  # for one link: robots.txt, redirects, retries and waiting
    pause: float = 1  # between two requests to a host
    retries: int = 2
    backoff: float = 2  # before the first retry, twice as long before the next
    longest_wait: float = 30  # a host that wants to be left alone for longer is, for the rest of the run
    hops: int = 8  # redirects


@dataclass
class Host:
    lock: Lock = field(default_factory=Lock)
    free_at: float = 0
    pause: float = 0
    closed: bool = False  # it asked to be left alone


class Fetcher:
    """Asks for pages. One is shared by all threads of a run, so that they are polite together."""

    def __init__(
        self, patience: Timeouts | None = None, look_up: LookUp = resolve, tls: SSLContext | None = None
    ) -> None:
        self.patience = patience or Timeouts()
        self.wire = PinnedConnection(self.patience, look_up, tls)
        self.hosts: defaultdict[str, Host] = defaultdict(lambda: Host(pause=self.patience.pause))
        self.robots: dict[str, RobotsRules | LinkError] = {}  # by scheme and host
        self.known: dict[str, Answer] = {}
        self.stopped = Event()

    @property
    def reached(self) -> bool:
        """Whether any host has been there at all, so that this machine is not offline."""
        return self.wire.reached

    def stop(self) -> None:
        """End all waiting."""
        self.stopped.set()

    def ask(self, url: str) -> Answer:
        """The Answer for an address. Links to places within one page are asked about once."""
        try:
            parts_of(url)
        except LinkError as trouble:
            return trouble.answer()
        page, place = urldefrag(url)
        if page not in self.known:
            self.known[page] = self.find_out(page)
        return with_fragment(self.known[page], place)

    def find_out(self, page: str) -> Answer:
        deadline = monotonic() + self.patience.in_all
        try:
            reply, final_url, moved_to = self.follow(page, deadline)
        except LinkError as trouble:
            return trouble.answer()
        if 200 <= reply.status < 300:
            return Answer(Outcome.GOOD, reply.status, "", final_url, moved_to)
        problem = Problem.DENIED if reply.status in DENIED_STATUSES else Problem.STATUS
        outcome = Outcome.UNTOLD if reply.status in DENIED_STATUSES else Outcome.FAILED
        return Answer(outcome, reply.status, problem, final_url, moved_to)

    def follow(
        self, url: str, deadline: float, methods: Sequence[str] = ("HEAD", "GET"), limit: int = 0, obey: bool = True
    ) -> tuple[Response, str, str]:
        """(the reply at the end of all redirects, where that is, where the lasting ones end)."""
        here, for_good, seen, moved_to, cookies = url, True, {url}, "", False
        while True:
            if obey:
                self.obey_robots(here, deadline)
            reply = self.knock(here, deadline, methods, limit)
            location = reply.headers.get("location", "")
            if reply.status not in ELSEWHERE or not location:
                return reply, "" if here == url else here, moved_to
            here, cookies = target(here, location), cookies or "set-cookie" in reply.headers
            if here in seen or len(seen) > self.patience.hops:
                # Whoever keeps cookies, as browsers do, may well get out of it.
                raise LinkError(Problem.DENIED if cookies else Problem.LOOP, reply.status)
            seen.add(here)
            for_good = for_good and reply.status in MOVED
            moved_to = here if for_good else moved_to

    # --- Robots ---

    def obey_robots(self, url: str, deadline: float) -> None:
        """Raise LinkError unless the site lets us ask for ``url``."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.robots:
            try:
                self.robots[site] = self.read_robots(f"{site}/robots.txt", deadline)
            except LinkError as trouble:
                self.robots[site] = trouble
        rules = self.robots[site]
        if isinstance(rules, LinkError):
            # A site that cannot even say this much would say no more about a page: it need not be asked again.
            raise LinkError(rules.problem, rules.status)
        if not rules.allow(url):
            raise LinkError(Problem.ROBOTS)
        if rules.delay:
            self.hosts[host_of(url)].pause = max(self.patience.pause, min(rules.delay, LONGEST_PAUSE))

    def read_robots(self, url: str, deadline: float) -> RobotsRules:
        """The rules of a site. As RFC 9309 has it, none where there is no file, and closed where there is an error."""
        try:
            reply, *_ = self.follow(url, deadline, methods=("GET",), limit=ROBOTS_BYTES, obey=False)
        except LinkError as trouble:
            if trouble.problem != Problem.LOOP:
                raise
            reply = Response(404, {})
        if reply.status < 300:
            # Whatever it says about its charset: a rule is ASCII, and what is not must not stop us.
            return rules_for(NAME, reply.body.decode("utf-8-sig", "replace"))
        if reply.status in {401, 403} or reply.status >= 500:
            raise LinkError(Problem.DENIED if reply.status < 500 else Problem.ROBOTS, reply.status)
        return RobotsRules()

    # --- One page ---

    def knock(self, url: str, deadline: float, methods: Sequence[str], limit: int) -> Response:
        """The reply for one address: by HEAD, by GET where HEAD is not understood, and again where it may help."""
        left, backoff, retries = list(methods), self.patience.backoff, self.patience.retries
        while True:
            came = self.knock_once(left[0], url, deadline, limit)
            if isinstance(came, LinkError):
                wait, busy, early, may_help = None, False, came.early, came.passing
            elif came.status < 300 or (came.status in ELSEWHERE and "location" in came.headers):
                return came
            else:
                wait, early, may_help = retry_after(came), False, came.status in TEMPORARY_STATUSES
                busy = came.status == 429 or (came.status == 503 and wait is not None)
            if len(left) > 1 and not busy and not early:
                left.pop(0)  # only a good answer to HEAD is worth anything
                continue
            wait = backoff if wait is None else wait
            in_time = wait <= self.patience.longest_wait and monotonic() + wait < deadline
            if may_help and in_time and retries and not self.stopped.wait(wait):
                retries, backoff = retries - 1, backoff * 2
                continue
            if isinstance(came, LinkError):
                raise came
            if busy and (came.status == 429 or not in_time):
                self.hosts[host_of(url)].closed = True
                raise LinkError(Problem.BUSY, came.status)
            return came

    def knock_once(self, method: str, url: str, deadline: float, limit: int) -> Response | LinkError:
        """What came of it, when it was our turn."""
        try:
            with self.turn(host_of(url), deadline):
                return self.wire.send(method, url, deadline, limit)
        except LinkError as trouble:
            return trouble

    @contextlib.contextmanager
    def turn(self, host: str, deadline: float) -> Iterator[None]:
        """Wait until it is our turn at this host: nobody else is there, and the pause since the last is over."""
        place = self.hosts[host]
        if not place.lock.acquire(timeout=max(deadline - monotonic(), 0)):
            raise LinkError(Problem.BUSY)
        try:
            wait = max(place.free_at - monotonic(), 0)
            if place.closed or monotonic() + wait >= deadline or self.stopped.wait(wait):
                raise LinkError(Problem.BUSY)
            try:
                yield
            finally:
                place.free_at = monotonic() + place.pause
        finally:
            place.lock.release()

    def is_closed(self, host: str) -> bool:
        return self.hosts[host].closed


def retry_after(reply: Response) -> float | None:
    """How many seconds the reply asks us to wait, or None."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if timezone.is_naive(at):
        at = at.replace(tzinfo=UTC)
    return max((at - timezone.now()).total_seconds(), 0)


def with_fragment(answer: Answer, place: str) -> Answer:
    """The answer about a page as one about a place in it."""
    if not place:
        return answer
    final_url, moved_to = (f"{url}#{place}" if url else "" for url in (answer.final_url, answer.moved_to))
    return replace(answer, final_url=final_url, moved_to=moved_to)
