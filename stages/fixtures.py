"""The fixture files: reading them with errors that say where, and writing them back byte for byte.

They are plain Django fixtures with natural keys, so ``loaddata fixtures/*.yaml`` takes them as well. An entry
is handled here as a Record: a model, its natural key, and the values of its other fields in the form that the
file has (a foreign key is the natural key of its target, as a list). A field that a file leaves out has the
default of its model.
"""

import json
from dataclasses import dataclass

import yaml
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import models

from stages.models import (
    Entry,
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
MAX_BYTES = 5_000_000  # of one file


class FixtureError(Exception):
    """What is wrong with the files: ``problems``, one line each, naming file and entry."""

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Record:
    model: type[models.Model]
    key: tuple
    fields: dict
    where: str = ""

    @property
    def identity(self):
        return self.model, self.key

    def __str__(self):
        return f"{self.model._meta.verbose_name} {' / '.join(shorten(part) for part in self.key)}"


def shorten(value, limit=80):
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


# --- What a field looks like in a file --------------------------------------------------------------


def content_fields(model):
    """The fields that a file may give, the many-to-many ones included."""
    own = [field for field in model._meta.concrete_fields if not field.primary_key]
    return own + [field for field in model._meta.many_to_many if field.remote_field.through._meta.auto_created]


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


# --- Reading ----------------------------------------------------------------------------------------


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML's safe loader, which here also refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"“{shorten(key)}” stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


Loader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG,
    lambda loader, node: loader.construct_mapping(node, deep=True),
)


def read(folder):
    """Every entry of ``folder/*.yaml`` as ``{(model, key): Record}``.

    Checks all that can be checked without a database and raises FixtureError with everything it found.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise FixtureError([f"{folder}: there are no fixture files (*.yaml) here."])
    problems, records = [], {}
    for path in paths:
        for number, entry in enumerate(parse(path, problems), start=1):
            record = record_of(entry, f"{path.name}: entry {number}", problems)
            if record is None:
                continue
            if record.identity in records:
                first = records[record.identity].where
                problems.append(f"{record.where}: {record} is there twice; the other one is {first}.")
            records[record.identity] = record
    if problems:
        raise FixtureError(problems)
    return records


def parse(path, problems):
    """The entries of one file; what is wrong with the file as a whole goes to ``problems``."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"the file is larger than {MAX_BYTES:,} bytes")
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: byte {error.start} is not UTF-8.")
    except OSError as error:
        problems.append(f"{path.name}: cannot be read: {error.strerror}.")
    except ValueError as error:
        problems.append(f"{path.name}: {error}.")
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problems.append(f"{path.name}{line}: not valid YAML: {shorten(getattr(error, 'problem', None) or error)}.")
    else:
        if entries is None:
            return []
        if isinstance(entries, list):
            return entries
        problems.append(f"{path.name}: a fixture file is a list of entries, each with “model” and “fields”.")
    return []


def record_of(entry, where, problems):
    """One entry of a file as a Record, or None after saying what is wrong with it."""
    if not isinstance(entry, dict) or set(entry) != {"model", "fields"} or not isinstance(entry["fields"], dict):
        problems.append(f"{where}: an entry has exactly “model” and “fields”, and fields is a mapping.")
        return None
    model = LABELS.get(str(entry["model"]).lower())
    if model is None:
        problems.append(f"{where}: there is no model “{shorten(entry['model'])}”; there are {', '.join(LABELS)}.")
        return None
    given = entry["fields"]
    label = " / ".join(shorten(given[name]) for name in key_names(model) if name in given)
    where = f"{where}, {model._meta.verbose_name} {label or 'without a key'}"
    found = [f"{where}: {message}" for message in mistakes(model, given)]
    problems += found
    if found:
        return None
    fields = {field.name: given.get(field.name, default_of(field)) for field in content_fields(model)}
    for field in model._meta.many_to_many:
        if field.name in fields:
            fields[field.name] = sorted(fields[field.name])
    return Record(model, key_of(model, fields), fields, where)


def mistakes(model, given):
    """What is wrong with the values of an entry, field by field."""
    known = {field.name: field for field in content_fields(model)}
    for name in given:
        if name not in known:
            yield f"there is no field “{shorten(name)}”; there are {', '.join(known)}."
    for name, field in known.items():
        value = given.get(name, default_of(field))
        if field.many_to_many:
            if not isinstance(value, list) or not all(is_key(item) for item in value):
                yield f"{name} is a list of keys, such as [[one], [two]]."
        elif field.is_relation:
            if not (is_key(value) or (value is None and field.null)):
                yield f"{name} is missing; it is a key, such as [slug]."
        else:
            try:
                field.clean(value if name in given else default_of(field), None)
            except ValidationError as error:
                yield (
                    f"{name} “{shorten(value)}”: {' '.join(error.messages)}"
                    if value
                    else (f"{name}: {' '.join(error.messages)}")
                )
            else:
                if isinstance(field, models.CharField) and not isinstance(value, str) and value is not None:
                    yield f"{name} “{shorten(value)}”: is not text; put it in quotation marks."
                elif isinstance(value, str) and "\0" in value:
                    yield f"{name}: has a NUL character, which no database keeps."
                elif isinstance(field, models.PositiveSmallIntegerField) and not 0 <= int(value) <= 32767:
                    yield f"{name} “{value}”: is not between 0 and 32767."


def is_key(value):
    return isinstance(value, list) and value != [] and all(isinstance(part, str) for part in value)


def check_references(records, others):
    """Problems with what the entries point at; ``others`` are the keys that the database has besides."""
    known = records.keys() | others
    for record in records.values():
        for field in content_fields(record.model):
            if not field.is_relation:
                continue
            value = record.fields[field.name]
            for key in value if field.many_to_many else [value] if value else []:
                if (field.related_model, tuple(key)) not in known:
                    name = field.related_model._meta.verbose_name
                    yield f"{record.where}: {field.name}: there is no {name} “{' / '.join(map(shorten, key))}”."


def check_tracks(records):
    """Problems with tracks that claim the same: to follow the stages, or to be a source's own."""
    claimed = {}
    for record in records.values():
        if record.model is not Track:
            continue
        claims = ["the stages"] if record.fields["follows_stages"] else []
        claims += [f"source {record.fields['source'][0]}"] if record.fields["source"] else []
        for claim in claims:
            if claim in claimed:
                yield f"{record.where}: {claim} already belongs to {claimed[claim]}."
            claimed[claim] = record


def find_cycle(prerequisites):
    """A cycle in ``{slug: [slugs it needs]}`` as a list that ends where it began, or None."""
    state = {}
    for start in prerequisites:
        path, stack = [], [(start, False)]
        while stack:
            slug, leaving = stack.pop()
            if leaving:
                state[slug] = "clear"
                path.pop()
            elif state.get(slug) == "open":
                return [*path[path.index(slug) :], slug]
            elif slug not in state:
                state[slug] = "open"
                path.append(slug)
                stack.append((slug, True))
                stack += [(needed, False) for needed in prerequisites.get(slug, ())]
    return None


# --- The database in the same form ------------------------------------------------------------------


def snapshot():
    """Every content row of the database as ``{(model, key): Record}``."""
    records = {}
    for model in MODELS:
        related = [field.name for field in content_fields(model) if field.is_relation and not field.many_to_many]
        if model is TrackTopic:
            related.append("section__track")
        many = [field.name for field in content_fields(model) if field.many_to_many]
        rows = model.objects.prefetch_related(*many).order_by("pk")
        if related:
            rows = rows.select_related(*related)
        for entry in serializers.serialize(
            "python", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True
        ):
            fields = plain(entry["fields"])
            for name in many:
                fields[name] = sorted(fields[name])
            fields = {field.name: fields[field.name] for field in content_fields(model)}
            record = Record(model, key_of(model, fields), fields, "database")
            records[record.identity] = record
    return records


def plain(value):
    """The value as JSON would give it back: tuples are lists."""
    return json.loads(json.dumps(value))


# --- Writing ----------------------------------------------------------------------------------------


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, indentless)


def represent_list(dumper, value):
    flow = all(not isinstance(item, dict) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


Dumper.add_representer(list, represent_list)


def write(records, folder):
    """Write ``records`` as the fixture files of ``folder``; the same records give the same bytes.

    A stage's file is named after its place, so after a reordering the files of the old order are taken away.
    """
    written = files(records)
    for path in folder.glob("stage-*.yaml"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def files(records):
    """``records`` as ``{file name: YAML}``: resources, sources, tracks, and a file for each stage."""
    stages = sorted(
        (record for record in records.values() if record.model is Stage),
        key=lambda stage: (stage.fields["position"], stage.key),
    )
    names = {stage.key[0]: f"stage-{number:02}-{stage.key[0]}.yaml" for number, stage in enumerate(stages, 1)}
    stage_of = {record.key[0]: record.fields["stage"][0] for record in records.values() if record.model is Topic}
    placed = {}
    for record in sorted(records.values(), key=reading_order(records)):
        if record.model is Stage:
            name = names[record.key[0]]
        elif record.model in (Topic, TopicResource):
            name = names[stage_of[record.key[0]]]
        elif record.model in (Source, Entry):
            name = "sources.yaml"
        elif record.model is Resource:
            name = "resources.yaml"
        else:
            name = "tracks.yaml"
        placed.setdefault(name, []).append(as_entry(record))
    return {
        name: yaml.dump(entries, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
        for name, entries in sorted(placed.items())
    }


def reading_order(records):
    """A sort key that puts each thing under what it belongs to, in the order of their positions."""

    def place(model, *key):
        record = records.get((model, key))
        return (record.fields.get("position", 0), *key) if record else (0, *key)

    def order(record):
        model, key, fields = record.model, record.key, record.fields
        own = (fields.get("position", 0), *key)
        if model in (Source, Stage, Resource, Track):
            return (MODELS.index(model), own) if model is Resource else (0, own, ())
        if model is Topic:
            return (1, own, ())
        if model is TopicResource:
            return (1, place(Topic, key[0]), (1, own))
        if model is TrackSection:
            return (0, place(Track, key[0]), (1, own, ()))
        if model is TrackTopic:
            return (0, place(Track, key[0]), (1, place(TrackSection, *key[:2]), (1, own)))
        return (0, place(Source, *fields["source"]), (1, own))

    return order


def as_entry(record):
    fields = {
        field.name: record.fields[field.name]
        for field in content_fields(record.model)
        if record.fields[field.name] != default_of(field) or field.name in key_names(record.model)
    }
    return {"model": record.model._meta.label_lower, "fields": fields}


__all__ = ["FixtureError", "Record", "check_references", "files", "find_cycle", "read", "snapshot", "write"]
