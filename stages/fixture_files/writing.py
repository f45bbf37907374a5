"""Writing the fixture files, byte for byte the same for the same content."""

import yaml

from stages.fixture_files.records import MODELS, content_fields, default_of, key_names
from stages.models import Entry, Resource, Source, Stage, Topic, TopicResource, Track, TrackSection, TrackTopic


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
