"""Reading the fixture files, with errors that say where."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models

from stages.fixture_io.records import (
    LABELS,
    ContentField,
    FixtureError,
    Location,
    Record,
    Records,
    content_fields,
    default_of,
    key_names,
    key_of,
    parse_timestamp,
    shorten,
    to_json_value,
)
from stages.models.exercises import WrongAnswersField

MAX_BYTES = 5_000_000  # of one file
MAX_DEPTH = 20  # of brackets in brackets, and a file has five
TOO_DEEP = "lists and mappings lie in each other too deeply"
PLAIN_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # the fast one, where there is one
    """YAML's safe loader, which here also refuses a key that stands twice in one mapping, and every alias.

    Of aliases of aliases a few lines can make more than fits into memory.
    """

    depth = 0

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node in self.constructed_objects:
            raise yaml.constructor.ConstructorError(
                None, None, "what an alias (*name) stands for has to be written out", node.start_mark
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.constructor.ConstructorError(None, None, TOO_DEEP, node.start_mark)
        try:
            return super().construct_object(node, deep)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = set()
        for key, _ in node.value:
            if str(key.value) in keys:
                message = f"“{shorten(key.value)}” stands twice"
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
            keys.add(str(key.value))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


@dataclass(frozen=True)
class Unclear:
    """A value that is not what its tag says, or that YAML takes for another than it looks like; no field takes it."""

    text: str

    def __str__(self) -> str:
        return self.text


def construct_integer(loader: Loader, node: yaml.ScalarNode) -> int | Unclear:
    """A whole number in plain digits: to YAML ``010`` is eight, and ``1:30`` ninety."""
    return int(node.value) if PLAIN_INTEGER.fullmatch(node.value) else Unclear(node.value)


def construct_scalar_by(name: str) -> Callable[[Loader, yaml.ScalarNode], Any]:
    def construct(loader: Loader, node: yaml.ScalarNode) -> Any:
        try:
            return getattr(loader, f"construct_yaml_{name}")(node)
        except (ValueError, KeyError, OverflowError, AttributeError):  # such as a month 13
            return Unclear(str(node.value))

    return construct


Loader.add_constructor("tag:yaml.org,2002:int", construct_integer)
for tag in ("bool", "float", "timestamp"):
    Loader.add_constructor(f"tag:yaml.org,2002:{tag}", construct_scalar_by(tag))
Loader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG,
    lambda loader, node: loader.construct_mapping(node, deep=True),
)


def ignore_progress(done: int, total: int) -> None:
    """Show no progress."""


def read(folder: Path, on_progress: Callable[[int, int], None] = ignore_progress) -> Records:
    """Every entry of ``folder/*.yaml`` as ``{(model, key): Record}``.

    Checks all that can be checked without a database and raises FixtureError with everything it found. ``on_progress``
    is called with the number of files that are read, and of all.
    """
    problems: list[str] = []
    return to_records(read_bytes(folder, problems), problems, on_progress)


def read_bytes(folder: Path, problems: list[str]) -> dict[str, bytes]:
    """The files of a folder as ``{file name: bytes}``; those that cannot be read go to ``problems``."""
    if not folder.is_dir():
        raise FixtureError([f"{folder}: there is no such folder."])
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise FixtureError([f"{folder}: there are no fixture files (*.yaml) here."])
    problems += [
        f"{path.name}: is not read, for the name of a fixture file ends with “.yaml”."
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in {".yml", ".yaml"} and path.suffix != ".yaml" and not path.name.startswith(".")
    ]
    contents = {path.name: read_file(path, problems) for path in paths}
    return {name: data for name, data in contents.items() if data is not None}


def read_file(path: Path, problems: list[str]) -> bytes | None:
    """The bytes of a file; of one that is too large, only enough to see that it is."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.append(f"{path.name}: cannot be read: {error.strerror}.")
        return None


def to_records(
    contents: Mapping[str, bytes], problems: list[str], on_progress: Callable[[int, int], None] = ignore_progress
) -> Records:
    """The entries of these files. Raises FixtureError with what is wrong with them, and with earlier ``problems``."""
    records: Records = {}
    for done, (name, data) in enumerate(contents.items(), start=1):
        on_progress(done, len(contents))
        for number, (entry, line, lines) in enumerate(parse(name, data, problems), start=1):
            record = to_record(entry, Location(name, line, f"entry {number}", lines), problems)
            if record is None:
                continue
            if record.identity in records:
                first = records[record.identity].location
                problems.append(f"{record.location}: {record} is there twice; the other one is {first}.")
            records[record.identity] = record
    if problems:
        raise FixtureError(problems)
    return records


def parse(name: str, data: bytes, problems: list[str]) -> list[tuple[Any, int, dict[str, int]]]:
    """The entries of one file, each with its line and {field: line}.

    What is wrong with the file as a whole goes to ``problems``.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"the file is larger than {MAX_BYTES:,} bytes")
        text = data.decode()
        loader = Loader(text)
        node = loader.get_single_node()
        entries = loader.construct_document(node) if node else None
    except UnicodeDecodeError as error:
        problems.append(f"{name}, line {line_at(data, error.start)}: byte {error.start} is not UTF-8.")
    except ValueError as error:
        problems.append(f"{name}: {error}.")
    except yaml.reader.ReaderError as error:
        if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
            place, sign = line_at(text, found.start()), f"U+{ord(found[0]):04X}"
            problems.append(f"{name}, line {place}: not valid YAML: the character {sign} is not allowed.")
        else:
            problems.append(f"{name}: not valid YAML: {shorten(error.reason)}.")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problems.append(f"{name}{line}: not valid YAML: {shorten(getattr(error, 'problem', None) or error)}.")
    except RecursionError:
        problems.append(f"{name}, line {line_of_depth(text)}: not valid YAML: {TOO_DEEP}.")
    else:
        if isinstance(entries, list):
            return [
                (entry, item.start_mark.line + 1, field_lines(item))
                for entry, item in zip(entries, node.value, strict=True)
            ]
        start = node.start_mark.line + 1 if node else 1
        what = "is empty" if entries is None else "is no list"
        problems.append(
            f"{name}, line {start}: {what}; a fixture file is a list of entries with “model” and “fields”."
        )
    return []


def line_at[T: (bytes, str)](text: T, place: int) -> int:
    newline = b"\n" if isinstance(text, bytes) else "\n"
    return text[:place].count(newline) + 1


def line_of_depth(text: str) -> int:
    """The line on which lists and mappings lie deeper in each other than they may."""
    depth, line = 0, 1
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else line
        if depth > MAX_DEPTH:
            break
    return line


def field_lines(entry: yaml.Node) -> dict[str, int]:
    """{field: line} of an entry as YAML's own node."""
    if not isinstance(entry, yaml.MappingNode):
        return {}
    fields = [value for key, value in entry.value if key.value == "fields" and isinstance(value, yaml.MappingNode)]
    return {key.value: key.start_mark.line + 1 for node in fields for key, _ in node.value if is_scalar(key)}


def is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def to_record(entry: Any, location: Location, problems: list[str]) -> Record | None:
    """One entry of a file as a Record, or None after saying what is wrong with it."""
    if not isinstance(entry, dict) or set(entry) != {"model", "fields"} or not isinstance(entry["fields"], dict):
        problems.append(f"{location}: an entry has exactly “model” and “fields”, and fields is a mapping.")
        return None
    model = LABELS.get(str(entry["model"]).lower())
    if model is None:
        problems.append(f"{location}: there is no model “{shorten(entry['model'])}”; there are {', '.join(LABELS)}.")
        return None
    given = entry["fields"]
    key = [given[name] for name in key_names(model) if name in given]
    parts = [part for value in key for part in (value if isinstance(value, list) else [value])]
    label = " / ".join(map(shorten, parts[:4])) or ("without a key" if key_names(model) else "")
    location = replace(location, entry=f"{location.entry}, {model._meta.verbose_name} {label}".rstrip())
    messages = [f"{location.of_field(name)}: {message}" for name, message in validation_errors(model, given)]
    problems += messages
    if messages:
        return None
    fields = {
        field.name: to_row_value(field, given.get(field.name, default_of(field))) for field in content_fields(model)
    }
    return Record(model, key_of(model, fields), fields, location)


def to_row_value(field: ContentField, value: Any) -> Any:
    if field.many_to_many:
        return sorted(value)
    return value if field.is_relation else to_json_value(field.to_python(value))


def validation_errors(model: type[models.Model], given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it) for the values of an entry."""
    fields = {field.name: field for field in content_fields(model)}
    for name in given:
        if name not in fields:
            yield name, f"there is no field “{shorten(name)}”; there are {', '.join(fields)}."
    for name, field in fields.items():
        value = given.get(name, default_of(field))
        if field.many_to_many:
            if not isinstance(value, list) or not all(is_key(item) for item in value):
                yield name, f"{name} is a list of keys, such as [[one], [two]]."
            elif any(value.count(key) > 1 for key in value):
                yield name, f"{name} names one twice."
        elif field.is_relation:
            if not (is_key(value) or (value is None and field.null)):
                yield name, f"{name} is missing; it is a key, such as [slug]."
        elif isinstance(field, models.DateTimeField):
            if value is not None and parse_timestamp(value) is None:
                yield name, f"{name} “{shorten(value)}”: give day, time and offset, such as 2026-05-04T08:00:00Z."
        elif kind := wrong_type(field, value):
            yield name, f"{name} “{shorten(value)}”: is not {kind}."
        else:
            try:
                field.clean(value, None)
            except ValidationError as error:
                shown = f"{name} “{shorten(value)}”" if value else name
                yield name, f"{shown}: {' '.join(error.messages)}"
            else:
                if isinstance(value, str) and value and not value.strip():
                    yield name, f"{name}: This field cannot be blank."
                elif isinstance(value, str) and "\0" in value:
                    yield name, f"{name}: has a NUL character, which no database keeps."
                elif isinstance(field, models.PositiveSmallIntegerField) and not 0 <= value <= 32767:
                    yield name, f"{name} “{value}”: is not between 0 and 32767."


# What YAML may make of the values of a field, and what to say of others.
TYPES: dict[type[ContentField], tuple[type, str]] = {
    models.BooleanField: (bool, "true or false"),
    models.IntegerField: (int, "a whole number in plain digits, such as 10"),
    models.CharField: (str, "text; put it in quotation marks"),
    models.TextField: (str, "text; put it in quotation marks"),
    WrongAnswersField: (list, "a list of title, says and files"),
    models.JSONField: (list, "a list of lines of text"),
}


def wrong_type(field: ContentField, value: object) -> str | None:
    """What a value should be and is not, or None."""
    for kind, (type_, name) in TYPES.items():
        if isinstance(field, kind):
            is_one = isinstance(value, type_) and not (type_ is int and isinstance(value, bool))
            return None if is_one or (value is None and field.null) else name
    return None


def is_key(value: object) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(part, str) for part in value)
