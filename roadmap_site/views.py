import sys
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from roadmap_site.replica import REPLICA
from roadmap_site.unapplied_migrations import unapplied_migrations
from stages.models import Topic

RETRY_AFTER = "5"  # seconds


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Says "ok" as long as the process answers, whatever it can reach: restart what does not."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Says "ok" when there is all that pages need, and 503 with what is missing: send no readers there.

    While the primary database is away and a replica is not, that is said, and no reason to send nobody: visitors read.
    """
    missing = whats_missing()
    status = 503
    if missing == [AWAY] and replica_answers():
        missing, status = [f"{AWAY}; a replica answers visitors"], 200
    return HttpResponse("\n".join(missing) or "ok", status=status if missing else 200, content_type="text/plain")


AWAY = "database: cannot be reached"


class MissingError(Exception):
    """Something that pages need is not there; the message says what."""


def whats_missing() -> list[str]:
    """Of the database, its tables and its content. A query, and a few more until the migrations are there."""
    try:
        require_migrations()
        return [] if Topic.objects.using(DEFAULT_DB_ALIAS).published().exists() else ["content: no topic is published"]
    except MissingError as error:
        return [str(error)]
    except DatabaseError:
        return [AWAY]


def replica_answers() -> bool:
    """Whether there is a replica of the database, with content in it."""
    try:
        return REPLICA in connections and Topic.objects.using(REPLICA).published().exists()
    except DatabaseError:
        return False


@cache  # no migration is taken back while this process runs, and what is raised is not kept
def require_migrations() -> None:
    if unapplied := unapplied_migrations():
        raise MissingError(f"migrations: {len(unapplied)} not applied")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what went wrong: 503 while what keeps our data is away or too busy, 500 for a mistake of ours."""
    error = sys.exception()
    of_the_cache = type(error).__module__ == "redis.exceptions"  # which need not be installed
    if not isinstance(error, OperationalError | InterfaceError) and not of_the_cache:
        return defaults.server_error(request)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
