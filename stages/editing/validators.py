"""What must hold in the content, said once: ``load_roadmap`` and the forms of the admin ask here."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from django.db.models import QuerySet

from stages.cycles import find_cycle
from stages.fixture_io import Identity, Record
from stages.models import Resource, Stage, State, Topic

PORTS = {"http": ":80", "https": ":443"}


def page_identity(url: str) -> tuple[str, str, str, str]:
    """What an address leads to: the same for addresses that differ in scheme, case of the host or a last slash."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(PORTS.get(parts.scheme, ""))
    return host, parts.path.rstrip("/"), parts.query, parts.fragment


def find_duplicate(url: str, resources: QuerySet[Resource]) -> Resource | None:
    """The one of ``resources`` that leads to the same page as ``url``, if there is one; retired ones may."""
    page = page_identity(url)
    others = resources.exclude(state=State.RETIRED).only("url", "title")
    return next((other for other in others if page_identity(other.url) == page), None)


def duplicate_url_problems(records: Mapping[Identity, Record]) -> Iterator[str]:
    """Problems with entries whose addresses lead to the same page."""
    first_by_page: dict[tuple[str, ...], Record] = {}
    for record in records.values():
        if record.model is Resource and record.fields["state"] != State.RETIRED:
            first = first_by_page.setdefault(page_identity(record.fields["url"]), record)
            if first is not record:
                yield f"{record.location}: its address leads to the same page as {first.location}."


def empty_stage_warnings(records: Mapping[Identity, Record]) -> Iterator[str]:
    """What is to be said about stages that are published before any of their topics is."""
    filled = {
        record.fields["stage"][0]
        for record in records.values()
        if record.model is Topic and record.fields["state"] == State.PUBLISHED
    }
    for record in records.values():
        if record.model is Stage and record.fields["state"] == State.PUBLISHED and record.key[0] not in filled:
            yield f"{record.location}: it is published, and has no published topic."


def find_cycle_with(slug: str, needed: Iterable[str]) -> list[str] | None:
    """The circle that there would be if the topic ``slug`` needed exactly ``needed`` (slugs), or None. One query."""
    needs: dict[str, list[str]] = {}
    for before, after in Topic.prerequisites.through.objects.values_list("to_topic__slug", "from_topic__slug"):
        needs.setdefault(after, []).append(before)
    own_needs = {slug: list(needed)}
    return find_cycle(own_needs | needs | own_needs)  # looked for from this topic on
