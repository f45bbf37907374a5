"""What must hold in the content, said once: ``load_roadmap`` and the forms of the admin ask here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from stages.cycles import find_cycle
from stages.fixture_io import Fields, Identity, Record
from stages.models import Exercise, Resource, Stage, State, Topic, Track
from stages.practice.files import parse_files

SLUGGED = (Stage, Topic, Exercise, Track)  # what has its slug in its address
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


def slug_twin_problems(records: Mapping[Identity, Record], added: Iterable[Record]) -> Iterator[str]:
    """Problems with new entries whose slug is another's but for upper and lower case."""
    slugs: dict[tuple[type[Model], str], set[str]] = {}
    for model, key in records:
        if model in SLUGGED:
            slugs.setdefault((model, key[0].lower()), set()).add(key[0])
    for record in added:
        if record.model not in SLUGGED:
            continue
        if twins := slugs[record.model, record.key[0].lower()] - {record.key[0]}:
            yield f"{record.location}: its slug is “{min(twins)}” but for upper and lower case."


def find_slug_twin(slug: str, rows: QuerySet[Any]) -> str | None:
    """The slug of one of ``rows`` that is ``slug`` but for upper and lower case, if there is one."""
    twin: str | None = rows.filter(slug__iexact=slug).exclude(slug=slug).values_list("slug", flat=True).first()
    return twin


def live_replaced_warnings(records: Mapping[Identity, Record], result: Mapping[Identity, Record]) -> Iterator[str]:
    """What is to be said about topics that replace one that learners go on seeing."""
    for record in records.values():
        for slug in record.fields["replaces"] if record.model is Topic else ():
            replaced = result.get((Topic, (slug,)))
            if replaced and State.PUBLISHED == replaced.fields["state"] == record.fields["state"]:
                yield f"{record.location_of('replaces')}: replaces “{slug}”, which stays published beside it."


def find_replacement_cycle_with(slug: str, replaced: Iterable[str]) -> list[str] | None:
    """The circle that there would be if the topic ``slug`` replaced exactly ``replaced``, or None. One query.

    What is retired may stay as it is: a merge is taken back by letting the old topic replace the new one.
    """
    others = dict(Topic.objects.exclude(replaces=[]).exclude(state=State.RETIRED).values_list("slug", "replaces"))
    own = {slug: list(replaced)}
    return find_cycle(own | others | own)  # looked for from this topic on


def find_cycle_with(slug: str, needed: Iterable[str]) -> list[str] | None:
    """The circle that there would be if the topic ``slug`` needed exactly ``needed`` (slugs), or None. One query."""
    needs: dict[str, list[str]] = {}
    for before, after in Topic.prerequisites.through.objects.values_list("to_topic__slug", "from_topic__slug"):
        needs.setdefault(after, []).append(before)
    own_needs = {slug: list(needed)}
    return find_cycle(own_needs | needs | own_needs)  # looked for from this topic on


def exercise_problems(fields: Fields) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it): a file is given or the learner's, and an answer changes the learner's alone."""
    given, files = parse_files(fields["given"]), parse_files(fields["files"])
    for path in sorted(given.keys() & files.keys()):
        yield "given", _("“{path}” is a starter file as well.").format(path=path)
    answers = [("solution", "", fields["solution"])]
    answers += [("wrong_answers", f"“{answer['title']}”: ", answer["files"]) for answer in fields["wrong_answers"]]
    for name, title, answer in answers:
        for path in sorted(parse_files(answer).keys() - files.keys()):
            yield name, title + _("“{path}” is none of the starter files.").format(path=path)
