"""What an entry of the fixture files is, and the database in the same form."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, islice
from types import NoneType
from typing import Any, Self, cast

from django.db import connection, models, transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from stages.models import (
    Entry,
    Exercise,
    LoadedEntry,
    Resource,
    SiteSettings,
    Source,
    Stage,
    Topic,
    TopicResource,
    Track,
    TrackSection,
    TrackTopic,
)

# Each comes after those it points at.
MODELS: list[type[models.Model]] = [
    SiteSettings,
    Source,
    Stage,
    Resource,
    Topic,
    TopicResource,
    Exercise,
    Track,
    TrackSection,
    TrackTopic,
    Entry,
]
LABELS: dict[str, type[models.Model]] = {model._meta.label_lower: model for model in MODELS}

# Which rows of a model are content, as a Q; of a model that is not here, all are. The files know nothing of the
# others: they are never dumped, compared, changed, retired or removed.
CONTENT: dict[type[models.Model], models.Q] = {
    Track: models.Q(private=False),
    TrackSection: models.Q(track__private=False),
    TrackTopic: models.Q(section__track__private=False),
}


def content_rows[M: models.Model](model: type[M]) -> models.QuerySet[M]:
    """The rows of a model that belong into the files."""
    return model._default_manager.filter(CONTENT.get(model, models.Q()))


ONE_DAY = timedelta(days=1)


class FixtureError(Exception):
    """What is wrong with the files: ``problems``, one line each, naming file and entry."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


type Key = tuple[str, ...]  # a natural key, flat
type Identity = tuple[type[models.Model], Key]
type Fields = dict[str, Any]  # the values of an entry, by field, as JSON has them
type Records = dict[Identity, Record]
type ContentField = models.Field[Any, Any]
type Relation = models.ForeignKey[Any, Any] | models.ManyToManyField[Any, Any]


@dataclass(frozen=True)
class Location:
    """A place in a file; ``lines`` are those of the fields that are given there."""

    file: str
    line: int
    entry: str
    lines: dict[str, int]

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.entry}"

    def of_field(self, name: str) -> Self:
        return replace(self, line=self.lines.get(name, self.line))


@dataclass(frozen=True)
class Record:
    model: type[models.Model]
    key: Key
    fields: Fields
    location: Location | str = field(default="database", compare=False)

    @property
    def identity(self) -> Identity:
        return self.model, self.key

    @property
    def name(self) -> str:
        """What the record is called on the command line: stages.topic:maps."""
        return ":".join(filter(None, [self.model._meta.label_lower, "/".join(self.key)]))

    def location_of(self, name: str) -> Location | str:
        """Where one of its fields is given."""
        return self.location.of_field(name) if isinstance(self.location, Location) else self.location

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name} {' / '.join(shorten(part) for part in self.key)}".rstrip()


def shorten(value: object, limit: int = 80) -> str:
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


# --- What a field looks like in a file ---


@cache
def content_fields(model: type[models.Model]) -> tuple[ContentField, ...]:
    """The fields that a file may give, the many-to-many ones included, and what is rendered from others left out."""
    fields = [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    return (*fields, *(field for field in model._meta.many_to_many if through_of(field)._meta.auto_created))


def target_of(field: Relation) -> type[models.Model]:
    """The model that a relation leads to."""
    return field.remote_field.model


def through_of(field: "models.ManyToManyField[Any, Any]") -> type[models.Model]:
    """The model whose rows are the links of a many-to-many field."""
    through = field.remote_field.through
    if through is None:
        raise TypeError(f"{field} is not part of a model yet.")
    return through


def format_timestamp(moment: datetime) -> str:
    """A time as the files have it, one text for each moment: 2026-05-04T08:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_timestamp(value: Any) -> datetime | None:
    """The time that a file means, or None if it does not say which: a time of day needs its offset."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime) or not is_aware(moment):
            return None
        for day in (-ONE_DAY, ONE_DAY):  # there is such a time in every time zone
            moment.astimezone(UTC) + day
    except (ValueError, OverflowError):
        return None
    return moment


def default_of(field: ContentField) -> Any:
    if field.many_to_many:
        return []
    if field.has_default():
        return field.get_default()
    return None if field.null or not field.empty_strings_allowed else ""


def key_names(model: type[models.Model]) -> list[str]:
    """The fields that make up the natural key, in its order; none of a model that has one row."""
    return {
        SiteSettings: [],
        Source: ["key"],
        Resource: ["url"],
        Entry: ["ref"],
        TopicResource: ["topic", "resource"],
        TrackSection: ["track", "slug"],
        TrackTopic: ["section", "topic"],
    }.get(model, ["slug"])


def key_of(model: type[models.Model], fields: Fields) -> Key:
    """The natural key, flat, from the values of an entry."""
    parts: list[str] = []
    for name in key_names(model):
        value = fields[name]
        parts += value if isinstance(value, list) else [value]
    return tuple(parts)


def natural_paths(model: type[models.Model]) -> Iterator[str]:
    """The look-ups that give a model's natural key, flat: a resource in a topic is topic__slug, resource__url."""
    for name in key_names(model):
        yield from paths_of(cast(ContentField, model._meta.get_field(name)))


def paths_of(field: ContentField) -> Iterator[str]:
    """The look-ups that give what a file has of a field: its value, or the natural key of what it leads to."""
    if isinstance(field, models.ForeignKey):
        yield from (f"{field.name}__{path}" for path in natural_paths(target_of(field)))
    else:
        yield field.name


# --- The database in the same form ---


@contextmanager
def lock_content() -> Iterator[None]:
    """A transaction during which nobody else writes content; whoever wants to waits for its end.

    So what is read in it belongs together, and of two loads at once the second sees what the first has done.
    Pages are read and topics are ticked meanwhile. SQLite has one writer at a time as it is.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            many = [through_of(field) for model in MODELS for field in model._meta.many_to_many]
            locked: list[type[models.Model]] = [*MODELS, *many, LoadedEntry]
            tables = dict.fromkeys(model._meta.db_table for model in locked)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"LOCK TABLE {', '.join(map(connection.ops.quote_name, tables))} IN SHARE ROW EXCLUSIVE MODE"
                )
        yield


def snapshot() -> Records:
    """Every content row of the database as ``{(model, key): Record}``. A query for each table."""
    records: Records = {}
    for model in MODELS:
        columns = [field for field in content_fields(model) if not isinstance(field, models.ManyToManyField)]
        paths = [[*paths_of(field)] for field in columns]
        many = {
            field.name: read_links(field)
            for field in content_fields(model)
            if isinstance(field, models.ManyToManyField)
        }
        for pk, *row in content_rows(model).order_by("pk").values_list("pk", *chain.from_iterable(paths)):
            values = iter(row)
            fields = {
                field.name: column_value(field, [*islice(values, len(own))])
                for field, own in zip(columns, paths, strict=True)
            }
            fields |= {name: sorted(links.get(pk, [])) for name, links in many.items()}
            record = Record(model, key_of(model, fields), fields)
            records[record.identity] = record
    return records


def column_value(field: ContentField, values: list[Any]) -> Any:
    """What ``paths_of`` has found, as the files have it."""
    if field.is_relation:
        return None if None in values else values
    return format_timestamp(values[0]) if isinstance(values[0], datetime) else values[0]


def read_links(field: "models.ManyToManyField[Any, Any]") -> dict[int, list[list[str]]]:
    """``{primary key of a row: the natural keys that it has in a many-to-many field}``."""
    other = field.m2m_reverse_field_name()
    paths = [f"{other}__{path}" for path in natural_paths(target_of(field))]
    links: dict[int, list[list[str]]] = {}
    for pk, *key in through_of(field)._default_manager.values_list(f"{field.m2m_field_name()}_id", *paths):
        links.setdefault(pk, []).append(key)
    return links


def to_json_value(value: Any) -> Any:
    """The value as JSON would give it back: tuples are lists, and times are texts."""
    if type(value) in (str, int, bool, NoneType):
        return value
    return json.loads(json.dumps(value, default=format_timestamp))
