"""What the author of a text is told: what readers will not see as it was meant. Nothing is refused for it."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import models
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from stages.fields import HtmlField
from stages.fixture_io import Identity, Record
from stages.fixture_io.records import shorten
from stages.markdown.leftovers import leftovers
from stages.models import Exercise, Source, Stage, State, Topic, Track

type Exists = Callable[[type[models.Model], str], bool]

# Routes of pages that are there as long as their row is: {name: (model, argument)}.
PAGES: dict[str, tuple[type[models.Model], str]] = {
    "stage": (Stage, "slug"),
    "topic": (Topic, "slug"),
    "exercise": (Exercise, "slug"),
    "track": (Track, "slug"),
    "source": (Source, "key"),
}


def markdown_fields(model: type[models.Model]) -> list[str]:
    """The fields of a model that are Markdown."""
    return [field.source for field in model._meta.concrete_fields if isinstance(field, HtmlField)]


def text_warnings(text: str, exists: Exists) -> Iterator[str]:
    """What is to be said about a Markdown text. ``exists`` knows whether a row with that key has a page."""
    found = leftovers(text)
    for address in found.links:
        if not leads_somewhere(address, exists):
            yield _("it links to “{address}”, and this site has no such page.").format(address=shorten(address))
    for address in found.images:
        yield _("the image “{address}” is left out; texts have none.").format(address=shorten(address))
    for tag in found.html:
        yield _("“{tag}” is shown as it was typed, for HTML has no effect.").format(tag=shorten(tag))


def leads_somewhere(address: str, exists: Exists) -> bool:
    """Whether a link leads away from this site, or to a page that it has."""
    parts = urlsplit(address.removeprefix(settings.SITE_URL))
    if parts.scheme or parts.netloc or not parts.path:
        return True
    try:
        match = resolve(urljoin("/topics/-/", parts.path))  # as on the page of a topic
    except Resolver404:
        return False
    model, argument = PAGES.get(match.view_name, (None, ""))
    return model is None or exists(model, match.kwargs[argument])


# --- In files and in the database ---


def record_text_warnings(records: Mapping[Identity, Record], result: Mapping[Identity, Record]) -> Iterator[str]:
    """What is to be said about the texts of ``records``, where ``result`` is the database as it will be."""
    replaced = {slug for record in result.values() if record.model is Topic for slug in record.fields["replaces"]}

    def exists(model: type[models.Model], key: str) -> bool:
        record = result.get((model, (key,)))
        return record.fields.get("state") != State.DRAFT if record else model is Topic and key in replaced

    for record in records.values():
        for name in markdown_fields(record.model):
            for warning in text_warnings(record.fields[name], exists):
                yield f"{record.location_of(name)}: {name}: {warning}"


def has_page(model: type[models.Model], key: str) -> bool:
    """Whether there is such a row for readers, or a topic that took over from it. Two queries at most."""
    rows = model._default_manager.filter(**{PAGES[model._meta.model_name or ""][1]: key})
    if any(field.name == "state" for field in model._meta.concrete_fields):
        rows = rows.exclude(state=State.DRAFT)
    return rows.exists() or (model is Topic and key in Topic.objects.successors_by_slug())
