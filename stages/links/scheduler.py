"""Asking for many pages at once, each host at its own pace."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic

from stages.links.fetcher import Fetcher
from stages.links.results import CheckResult
from stages.models import Resource
from stages.models.links import host_of


def fetch_all(
    resources: Iterable[Resource],
    fetcher: Fetcher,
    claim: Callable[[Resource], bool],
    concurrency: int = 8,
    time_limit: float | None = None,
) -> Iterator[tuple[Resource, CheckResult]]:
    """Yield (resource, CheckResult) as they come; whoever stops listening stops the asking.

    Up to ``concurrency`` hosts are asked at a time, each for one resource after the other. ``claim(resource)``
    says, just before, whether it is ours to ask about. After ``time_limit`` seconds nothing new is asked. The
    threads only ask: everything else happens in the thread of the caller.
    """
    waiting: defaultdict[str, deque[Resource]] = defaultdict(deque)
    for resource in resources:
        waiting[host_of(resource.url)].append(resource)
    # The host with most links takes longest, so it begins.
    hosts = deque(sorted(waiting, key=lambda host: -len(waiting[host])))
    end = monotonic() + time_limit if time_limit is not None else None
    running: dict[Future[CheckResult], tuple[str, Resource]] = {}
    with ThreadPoolExecutor(concurrency, thread_name_prefix="links") as pool:
        try:
            while True:
                while hosts and len(running) < concurrency and (end is None or monotonic() < end):
                    host = hosts.popleft()
                    if claimed := next_due(waiting[host], host, fetcher, claim):
                        running[pool.submit(fetcher.check, claimed.url)] = host, claimed
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    host, resource = running.pop(future)
                    hosts.appendleft(host)
                    yield resource, future.result()
        finally:
            fetcher.stop()
            pool.shutdown(cancel_futures=True)


def next_due(
    queue: deque[Resource], host: str, fetcher: Fetcher, claim: Callable[[Resource], bool]
) -> Resource | None:
    """The next resource to ask a host for, if there is one and it still lets us."""
    while queue and not fetcher.is_closed(host):
        resource = queue.popleft()
        if claim(resource):
            return resource
    return None
