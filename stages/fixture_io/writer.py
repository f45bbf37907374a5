"""Writing the fixture files, byte for byte the same for the same content."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from django.db.models import Model

from stages.fixture_io.reader import parse, read_file
from stages.fixture_io.records import LABELS, FixtureError, Record, Records, content_fields, default_of, key_names
from stages.models import (
    Entry,
    Exercise,
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


class Dumper(yaml.SafeDumper):
    """YAML's safe dumper, which here puts keys and lists of keys on one line, and keeps the lines of a text."""


class FastDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The same in C, where there is one, for ordinary texts: it escapes others and folds their lines differently."""


# Characters that are not printed or beyond U+FFFF, spaces at the end of a line, empty lines at the end.
UNUSUAL = re.compile(r"[^\n -~\u00a1-\u2027\u202f-\ud7ff\ue000-\ufefe]| (?:\n|\Z)|\A[ \n]|\n\n\Z")


class UnusualText(Exception):  # noqa: N818 - it is no mistake
    """The two dumpers would write this text differently."""


def represent_list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    flow = all(not isinstance(item, dict) and " " not in item for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


def represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    if isinstance(dumper, FastDumper) and UNUSUAL.search(value):
        raise UnusualText
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


for each in (Dumper, FastDumper):
    each.add_representer(list, represent_list)
    each.add_representer(str, represent_text)


def write(records: Records, folder: Path) -> None:
    """Write ``records`` as the fixture files of ``folder``; the same records give the same bytes.

    Every file is whole at every moment: its text is written beside it and then takes its name, and a file that is
    as it should be is not touched. A stage's file is named after its place, so after a reordering the files of the
    old order are taken away. Raises FixtureError, with nothing written, where the folder holds other YAML files.
    """
    texts = files(records)
    existing = sorted(folder.glob("*.yaml"))
    if problems := [problem for path in existing for problem in foreign_files(path)]:
        raise FixtureError(problems)
    changed = {name: text for name, text in texts.items() if not is_unchanged(folder / name, text)}
    # Hidden, and under a name of its own, so that neither load_roadmap nor another dump takes it for a file.
    temporary = {name: folder / f".{name}.{uuid4().hex[:8]}.new" for name in changed}
    try:
        for name, text in changed.items():
            with temporary[name].open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name in changed:
            temporary[name].replace(folder / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    for path in existing:
        if path.name not in texts:
            path.unlink()


FILE_NAMES: dict[type[Model], str] = {
    Resource: "resources.yaml",
    SiteSettings: "site.yaml",
    Source: "sources.yaml",
    Track: "tracks.yaml",
}
# Of what stands in a stage and not in its file; loaddata takes the files by their names, and needs the topics first.
PREFIXES: dict[type[Model], str] = {Exercise: "stage-exercises-"}


def foreign_files(path: Path) -> Iterator[str]:
    """Why a dump must not take the place of this file, if it must not."""
    if path.name not in FILE_NAMES.values() and not re.fullmatch(r"stage-(exercises-)?\d\d+-[\w-]+\.yaml", path.name):
        yield f"{path}: is none of the files that a dump writes, and would be read with them. Move it away."
    elif path.is_symlink() or not path.is_file():
        yield f"{path}: is no plain file."
    else:
        problems: list[str] = []
        for entry, _, _ in parse(path.name, read_file(path, problems) or b"", problems):
            if not isinstance(entry, dict) or str(entry.get("model", "")).lower() not in LABELS:
                problems.append("")
                break
        if problems:
            yield f"{path}: is no fixture file of the roadmap. Move it away, or write to another folder."


def is_unchanged(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


def files(records: Records) -> dict[str, str]:
    """``records`` as ``{file name: YAML}``: one for each of FILE_NAMES, and two for each stage."""
    stages = sorted((record for record in records.values() if record.model is Stage), key=sort_key)
    stage_names = {stage.key: f"{number:02}-{stage.key[0]}.yaml" for number, stage in enumerate(stages, 1)}
    paths = sorted((ancestry(record, records) for record in records.values()), key=lambda path: [*map(sort_key, path)])
    entries_by_file: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        top, record = path[0], path[-1]
        name = (
            PREFIXES.get(record.model, "stage-") + stage_names[top.key]
            if top.model is Stage
            else FILE_NAMES[top.model]
        )
        entries_by_file.setdefault(name, []).append(as_fixture_entry(record))
    return {name: as_yaml(entries) for name, entries in sorted(entries_by_file.items())}


def as_yaml(entries: list[dict[str, Any]]) -> str:
    try:
        return dump(entries, FastDumper)
    except UnusualText:
        return "".join(map(as_yaml_item, entries))


def as_yaml_item(entry: dict[str, Any]) -> str:
    """One entry as it stands in the list."""
    try:
        return dump([entry], FastDumper)
    except UnusualText:
        return dump([entry], Dumper)


def dump(entries: list[dict[str, Any]], dumper: type[yaml.SafeDumper]) -> str:
    text: str = yaml.dump(entries, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


# Which of its foreign keys says what a thing stands under in the files, and what that is.
NESTED_UNDER: dict[type[Model], tuple[str, type[Model]]] = {
    Topic: ("stage", Stage),
    TopicResource: ("topic", Topic),
    Exercise: ("topic", Topic),
    TrackSection: ("track", Track),
    TrackTopic: ("section", TrackSection),
    Entry: ("source", Source),
}


def ancestry(record: Record, records: Records) -> list[Record]:
    """What a record stands under, from the top, and then itself: so that each comes before all that is its own."""
    if record.model not in NESTED_UNDER:
        return [record]
    name, above = NESTED_UNDER[record.model]
    return [*ancestry(records[above, tuple(record.fields[name])], records), record]


def sort_key(record: Record) -> tuple[Any, ...]:
    """Where a record stands among its like: by its position, and by its key where that is the same."""
    return record.fields.get("position", 0), *record.key


def as_fixture_entry(record: Record) -> dict[str, Any]:
    fields = {
        field.name: record.fields[field.name]
        for field in content_fields(record.model)
        if record.fields[field.name] != default_of(field) or field.name in key_names(record.model)
    }
    return {"model": record.model._meta.label_lower, "fields": fields}
