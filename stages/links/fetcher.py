"""Asking for one page, and for nothing more of it than whether it is there.

A Fetcher keeps to what a polite guest keeps to: it says who it is, does what robots.txt says, asks a host for one
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

from stages.links.http import NAME, PinnedConnection, Response, redirect_target, split_url
from stages.links.results import CheckResult, LinkError, Outcome, Problem
from stages.links.robots import RobotsRules, rules_for
from stages.links.ssrf_guard import Resolver, resolve
from stages.models.links import host_of

PERMANENT_REDIRECTS, REDIRECTS = {301, 308}, {301, 302, 303, 307, 308}
DENIED_STATUSES = {401, 403, 407, 451, 999}  # people may well get in; 999 is what LinkedIn says to robots
TEMPORARY_STATUSES = {429, 500, 502, 503, 504}
ROBOTS_BYTES = 512 * 1024  # as much of a robots.txt as RFC 9309 wants read
MAX_PAUSE = 10  # seconds; a Crawl-delay above is cut


@dataclass(frozen=True)
class Timeouts:
    """How long to wait for what, in seconds."""

    connect: float = 10
    read: float = 10  # from one piece of an answer to the next
    response: float = 20  # for one whole answer
    overall: float = 90  # for one link: robots.txt, redirects, retries and waiting
    pause: float = 1  # between two requests to a host
    retries: int = 2
    backoff: float = 2  # before the first retry, twice as long before the next
    max_wait: float = 30  # a host that wants to be left alone for longer is, for the rest of the run
    max_redirects: int = 8


@dataclass
class Host:
    lock: Lock = field(default_factory=Lock)
    free_at: float = 0
    pause: float = 0
    closed: bool = False  # it asked to be left alone


class Fetcher:
    """Checks pages. One is shared by all threads of a run, so that they are polite together."""

    def __init__(
        self, timeouts: Timeouts | None = None, resolver: Resolver = resolve, tls: SSLContext | None = None
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self.transport = PinnedConnection(self.timeouts, resolver, tls)
        self.hosts: defaultdict[str, Host] = defaultdict(lambda: Host(pause=self.timeouts.pause))
        self.robots: dict[str, RobotsRules | LinkError] = {}  # by scheme and host
        self.results: dict[str, CheckResult] = {}
        self.stopped = Event()

    @property
    def reached(self) -> bool:
        """Whether any host has been there at all, so that this machine is not offline."""
        return self.transport.reached

    def stop(self) -> None:
        """End all waiting."""
        self.stopped.set()

    def check(self, url: str) -> CheckResult:
        """The CheckResult for an address. Links to places within one page are asked about once."""
        try:
            split_url(url)
        except LinkError as error:
            return error.result()
        page, fragment = urldefrag(url)
        if page not in self.results:
            self.results[page] = self.fetch_page(page)
        return with_fragment(self.results[page], fragment)

    def fetch_page(self, page: str) -> CheckResult:
        deadline = monotonic() + self.timeouts.overall
        try:
            response, final_url, moved_to = self.follow(page, deadline)
        except LinkError as error:
            return error.result()
        if 200 <= response.status < 300:
            return CheckResult(Outcome.GOOD, response.status, "", final_url, moved_to)
        problem = Problem.DENIED if response.status in DENIED_STATUSES else Problem.STATUS
        outcome = Outcome.UNKNOWN if response.status in DENIED_STATUSES else Outcome.FAILED
        return CheckResult(outcome, response.status, problem, final_url, moved_to)

    def follow(
        self, url: str, deadline: float, methods: Sequence[str] = ("HEAD", "GET"), limit: int = 0, obey: bool = True
    ) -> tuple[Response, str, str]:
        """(the reply at the end of all redirects, where that is, where the lasting ones end)."""
        current_url, permanent, visited, moved_to, cookies = url, True, {url}, "", False
        while True:
            if obey:
                self.obey_robots(current_url, deadline)
            response = self.request(current_url, deadline, methods, limit)
            location = response.headers.get("location", "")
            if response.status not in REDIRECTS or not location:
                return response, "" if current_url == url else current_url, moved_to
            current_url, cookies = redirect_target(current_url, location), cookies or "set-cookie" in response.headers
            if current_url in visited or len(visited) > self.timeouts.max_redirects:
                # Whoever keeps cookies, as browsers do, may well get out of it.
                raise LinkError(Problem.DENIED if cookies else Problem.LOOP, response.status)
            visited.add(current_url)
            permanent = permanent and response.status in PERMANENT_REDIRECTS
            moved_to = current_url if permanent else moved_to

    # --- Robots ---

    def obey_robots(self, url: str, deadline: float) -> None:
        """Raise LinkError unless the site lets us ask for ``url``."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.robots:
            try:
                self.robots[site] = self.read_robots(f"{site}/robots.txt", deadline)
            except LinkError as error:
                self.robots[site] = error
        rules = self.robots[site]
        if isinstance(rules, LinkError):
            # A site that cannot even say this much would say no more about a page: it need not be asked again.
            raise LinkError(rules.problem, rules.status)
        if not rules.allow(url):
            raise LinkError(Problem.ROBOTS)
        if rules.crawl_delay:
            self.hosts[host_of(url)].pause = max(self.timeouts.pause, min(rules.crawl_delay, MAX_PAUSE))

    def read_robots(self, url: str, deadline: float) -> RobotsRules:
        """The rules of a site. As RFC 9309 has it, none where there is no file, and closed where there is an error."""
        try:
            response, *_ = self.follow(url, deadline, methods=("GET",), limit=ROBOTS_BYTES, obey=False)
        except LinkError as error:
            if error.problem != Problem.LOOP:
                raise
            response = Response(404, {})
        if response.status < 300:
            # Whatever it says about its charset: a rule is ASCII, and what is not must not stop us.
            return rules_for(NAME, response.body.decode("utf-8-sig", "replace"))
        if response.status in {401, 403} or response.status >= 500:
            raise LinkError(Problem.DENIED if response.status < 500 else Problem.ROBOTS, response.status)
        return RobotsRules()

    # --- One page ---

    def request(self, url: str, deadline: float, methods: Sequence[str], limit: int) -> Response:
        """The reply for one address: by HEAD, by GET where HEAD is not understood, and again where it may help."""
        remaining, backoff, retries = list(methods), self.timeouts.backoff, self.timeouts.retries
        while True:
            result = self.request_once(remaining[0], url, deadline, limit)
            if isinstance(result, LinkError):
                wait, busy, before_request, may_help = None, False, result.before_request, result.temporary
            elif result.status < 300 or (result.status in REDIRECTS and "location" in result.headers):
                return result
            else:
                wait, before_request, may_help = retry_after(result), False, result.status in TEMPORARY_STATUSES
                busy = result.status == 429 or (result.status == 503 and wait is not None)
            if len(remaining) > 1 and not busy and not before_request:
                remaining.pop(0)  # only a good answer to HEAD is worth anything
                continue
            wait = backoff if wait is None else wait
            in_time = wait <= self.timeouts.max_wait and monotonic() + wait < deadline
            if may_help and in_time and retries and not self.stopped.wait(wait):
                retries, backoff = retries - 1, backoff * 2
                continue
            if isinstance(result, LinkError):
                raise result
            if busy and (result.status == 429 or not in_time):
                self.hosts[host_of(url)].closed = True
                raise LinkError(Problem.BUSY, result.status)
            return result

    def request_once(self, method: str, url: str, deadline: float, limit: int) -> Response | LinkError:
        """What came of it, when it was our turn."""
        try:
            with self.host_slot(host_of(url), deadline):
                return self.transport.send(method, url, deadline, limit)
        except LinkError as error:
            return error

    @contextlib.contextmanager
    def host_slot(self, host: str, deadline: float) -> Iterator[None]:
        """Wait until it is our turn at this host: nobody else is there, and the pause since the last is over."""
        host_state = self.hosts[host]
        if not host_state.lock.acquire(timeout=max(deadline - monotonic(), 0)):
            raise LinkError(Problem.BUSY)
        try:
            wait = max(host_state.free_at - monotonic(), 0)
            if host_state.closed or monotonic() + wait >= deadline or self.stopped.wait(wait):
                raise LinkError(Problem.BUSY)
            try:
                yield
            finally:
                host_state.free_at = monotonic() + host_state.pause
        finally:
            host_state.lock.release()

    def is_closed(self, host: str) -> bool:
        return self.hosts[host].closed


def retry_after(response: Response) -> float | None:
    """How many seconds the reply asks us to wait, or None."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=UTC)
    return max((moment - timezone.now()).total_seconds(), 0)


def with_fragment(result: CheckResult, fragment: str) -> CheckResult:
    """The answer about a page as one about a place in it."""
    if not fragment:
        return result
    final_url, moved_to = (f"{url}#{fragment}" if url else "" for url in (result.final_url, result.moved_to))
    return replace(result, final_url=final_url, moved_to=moved_to)
