"""What an entry of the fixture files is, and the database in the same form."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.core import serializers
from django.db import connection, models, transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from stages.models import (
    Entry,
    LoadedEntry,
    Resource,
    Source,
    Stage,
    Topic,
    TopicResource,
    Track,
    TrackSection,
    TrackTopic,
)

# Each comes after those it points at.
MODELS = [Source, Stage, Resource, Topic, TopicResource, Track, TrackSection, TrackTopic, Entry]
LABELS = {model._meta.label_lower: model for model in MODELS}

# Which rows of a model are content, as a Q; of a model that is not here, all are. The files know nothing of the
# others: they are never dumped, compared, changed, retired or removed.
CONTENT = {
    Track: models.Q(private=False),
    TrackSection: models.Q(track__private=False),
    TrackTopic: models.Q(section__track__private=False),
}


def content_rows(model):
    """The rows of a model that belong into the files."""
    return model.objects.filter(CONTENT.get(model, models.Q()))


class FixtureError(Exception):
    """What is wrong with the files: ``problems``, one line each, naming file and entry."""

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Where:
    """A place in a file; ``lines`` are those of the fields that are given there."""

    file: str
    line: int
    entry: str
    lines: dict

    def __str__(self):
        return f"{self.file}, line {self.line}: {self.entry}"

    def at(self, name):
        return replace(self, line=self.lines.get(name, self.line))


@dataclass(frozen=True)
class Record:
    model: type[models.Model]
    key: tuple
    fields: dict
    where: Where | str = field(default="database", compare=False)

    @property
    def identity(self):
        return self.model, self.key

    @property
    def name(self):
        """What the record is called on the command line: stages.topic:maps."""
        return f"{self.model._meta.label_lower}:{'/'.join(self.key)}"

    def __str__(self):
        return f"{self.model._meta.verbose_name} {' / '.join(shorten(part) for part in self.key)}"


def shorten(value, limit=80):
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


# --- What a field looks like in a file ---


def content_fields(model):
    """The fields that a file may give, the many-to-many ones included, and what is rendered from others left out."""
    own = [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    return own + [field for field in model._meta.many_to_many if field.remote_field.through._meta.auto_created]


def stamp(moment):
    """A time as the files have it, one text for each moment: 2026-05-04T08:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_of(value):
    """The time that a file means, or None if it does not say which: a time of day needs its offset."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) and is_aware(moment) else None


def default_of(field):
    if field.many_to_many:
        return []
    if field.has_default():
        return field.get_default()
    return None if field.null or not field.empty_strings_allowed else ""


def key_names(model):
    """The fields that make up the natural key, in its order."""
    return {
        Source: ["key"],
        Resource: ["url"],
        Entry: ["ref"],
        TopicResource: ["topic", "resource"],
        TrackSection: ["track", "slug"],
        TrackTopic: ["section", "topic"],
    }.get(model, ["slug"])


def key_of(model, fields):
    """The natural key, flat, from the values of an entry."""
    parts = []
    for name in key_names(model):
        value = fields[name]
        parts += value if isinstance(value, list) else [value]
    return tuple(parts)


# --- The database in the same form ---


@contextmanager
def held():
    """A transaction during which nobody else writes content; whoever wants to waits for its end.

    So what is read in it belongs together, and of two loads at once the second sees what the first has done.
    Pages are read and topics are ticked meanwhile. SQLite has one writer at a time as it is.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            many = [field.remote_field.through for model in MODELS for field in model._meta.many_to_many]
            tables = dict.fromkeys(model._meta.db_table for model in [*MODELS, *many, LoadedEntry])
            with connection.cursor() as cursor:
                cursor.execute(
                    f"LOCK TABLE {', '.join(map(connection.ops.quote_name, tables))} IN SHARE ROW EXCLUSIVE MODE"
                )
        yield


def snapshot():
    """Every content row of the database as ``{(model, key): Record}``."""
    records = {}
    for model in MODELS:
        related = [field.name for field in content_fields(model) if field.is_relation and not field.many_to_many]
        if model is TrackTopic:
            related.append("section__track")
        many = [field.name for field in content_fields(model) if field.many_to_many]
        rows = content_rows(model).prefetch_related(*many).order_by("pk")
        if related:
            rows = rows.select_related(*related)
        for entry in serializers.serialize(
            "python", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True
        ):
            fields = plain(entry["fields"])
            for name in many:
                fields[name] = sorted(fields[name])
            fields = {field.name: fields[field.name] for field in content_fields(model)}
            record = Record(model, key_of(model, fields), fields)
            records[record.identity] = record
    return records


def plain(value):
    """The value as JSON would give it back: tuples are lists, and times are texts."""
    return json.loads(json.dumps(value, default=stamp))
