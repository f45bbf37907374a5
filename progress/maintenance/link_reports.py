"""Saves the results of link checks, and keeps the queue of reports in step with them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.tasks import task

from progress.models import Report
from stages.links.fetcher import Fetcher
from stages.links.results import CheckResult, Outcome
from stages.links.scheduler import fetch_all
from stages.models import LinkCheck, Resource
from stages.models.links import DEAD_AFTER, due_for_check, host_of

OFFLINE_AT = 5  # hosts that are all gone at once: rather we are. Without a network some resolvers say “no such host”.


class Offline(Exception):  # noqa: N818 - it is a state
    """No host could be reached."""


def check_links(
    resources: Iterable[Resource], fetcher: Fetcher, **options: Any
) -> Iterator[tuple[Resource, LinkCheck]]:
    """Ask for ``resources`` and yield (resource, LinkCheck) for each, saved by then. See stages.links.scheduler.

    Until one host has been reached nothing is saved, or a machine without a network would make every link dead.
    Raises Offline where that never comes.
    """
    unsaved: list[tuple[Resource, CheckResult]] = []
    for resource, result in fetch_all(resources, fetcher, LinkCheck.objects.claim, **options):
        unsaved.append((resource, result))
        if fetcher.reached:
            yield from saved_checks(unsaved)
            unsaved = []
    if len({host_of(resource.url) for resource, result in unsaved if result.outcome == Outcome.FAILED}) >= OFFLINE_AT:
        raise Offline
    yield from saved_checks(unsaved)


@task
def check_in_background(pks: list[int]) -> None:
    """Ask for these resources in a worker, which takes as long as it takes. See check_links.

    What comes is saved as it comes; a worker that is killed leaves the others unasked, for the next ``check_links``.
    """
    for _checked in check_links(due_for_check(among=Resource.objects.filter(pk__in=pks)), Fetcher()):
        pass


def saved_checks(results: Iterable[tuple[Resource, CheckResult]]) -> Iterator[tuple[Resource, LinkCheck]]:
    for resource, result in results:
        if check := save_check(resource, result):
            yield resource, check


def save_check(resource: Resource, result: CheckResult) -> LinkCheck | None:
    """Record an answer. The third failure in a row puts the link into the queue, a good answer takes it out."""
    with transaction.atomic():
        check = LinkCheck.objects.record(resource, result)
        if check is None:
            return None
        flagged = Report.objects.open().filter(resource=resource, kind=Report.Kind.FLAGGED)
        if check.outcome == LinkCheck.Outcome.GOOD:
            flagged.handle()
        elif check.outcome == LinkCheck.Outcome.FAILED and check.failures == DEAD_AFTER and not flagged.exists():
            Report.objects.create(resource=resource, kind=Report.Kind.FLAGGED)
        return check
