"""How many requests there were and how long they took, for Prometheus, where METRICS_TOKEN is set.

Workers count by themselves, each in a file of the folder PROMETHEUS_MULTIPROC_DIR, and whichever is asked adds them
up. A worker takes the first file that nobody has, with what its predecessor has counted, so there are never more files
than there were workers at once.
"""

import fcntl
import hmac
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from prometheus_client import Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client calls it


def claim_place(folder: Path) -> int:
    """The lowest number that no other process has. The lock is never given back: it ends with the process."""
    number = 0
    while True:
        file = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number
        except BlockingIOError:
            os.close(file)
            number += 1


@cache
def requests() -> "Histogram":
    """Made in the worker that counts, not where it was forked from; what it takes is loaded for those who want it."""
    from prometheus_client import Histogram, values

    if folder := os.environ.get(FOLDER):
        place = claim_place(Path(folder))
        values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]
    return Histogram("waymark_request_seconds", "Requests by route.", ["method", "route", "status"], buckets=SECONDS)


class MetricsMiddleware:
    """By its route, for an address may have something secret in it, and there are too many of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        route = f"/{request.resolver_match.route}" if request.resolver_match else "none"
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        requests().labels(method, route, response.status_code).observe(time.perf_counter() - began)
        return response


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has the token, as ``Authorization: Bearer …``. Without one in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
