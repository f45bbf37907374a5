"""One line in the log for each request, and the id of the request in every line that is written during it.

The id is in the answer as ``X-Request-ID`` and on the page of a failure, so that whoever saw one can say which it was.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

SANE = re.compile(r"[\w.-]{8,64}", re.ASCII)
FIELDS = ("request_id", "method", "route", "status", "duration_ms", "person")  # of the line of a request

logger = logging.getLogger("waymark.requests")
current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIDFilter(logging.Filter):
    """Gives each record the id of the request that it was written during, or "-"."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True


class JSONFormatter(logging.Formatter):
    """A line of JSON for each record."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int | float] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
        }
        line["message"] = record.getMessage()
        line |= {name: value for name in FIELDS if isinstance(value := getattr(record, name, None), str | int | float)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class RequestLogMiddleware:
    """Gives a request its id, and writes its line when it is answered. Stands before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        current.set(id_of(request))
        response = self.get_response(request)
        if "public" not in response.get("Cache-Control", ""):  # others are given that as well
            response["X-Request-ID"] = current.get()
        write_line(request, response, round((time.perf_counter() - began) * 1000))
        return response


@receiver(request_finished)
def forget_id(**kwargs: object) -> None:
    """Only now: Django writes its line about a page that is missing when all middleware is through."""
    current.set("-")


def id_of(request: HttpRequest) -> str:
    """What a proxy that is believed calls the request, if that can be an id, or else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if settings.SECURE_PROXY_SSL_HEADER and SANE.fullmatch(given) else secrets.token_hex(8)


def write_line(request: HttpRequest, response: HttpResponseBase, duration_ms: int) -> None:
    """By its route, for an address may have something secret in it, such as the key of an invitation."""
    match = request.resolver_match
    route = f"/{match.route}" if match else request.path
    # Only if something has asked already: request.user would ask the database, and make a page of everyone private.
    user = vars(request).get("_cached_user")
    person = user.pk if user and user.pk else "-"
    facts = {"method": request.method, "route": route, "status": response.status_code}
    logger.info(
        "%s %s %s %s ms, person %s",
        *facts.values(),
        duration_ms,
        person,
        extra={**facts, "duration_ms": duration_ms, "person": person},
    )
