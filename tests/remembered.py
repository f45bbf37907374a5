"""Results of this process for what depends on nothing but what it is given: parsing a file, and writing one.

A result is kept as bytes, so that whoever changes what they got changes nobody else's.
"""

import marshal
import pickle
from collections.abc import Callable
from typing import Any

type Parsed = list[tuple[Any, int, dict[str, int]]]
type Parse = Callable[[str, bytes, list[str]], Parsed]
type AsYaml = Callable[[list[dict[str, Any]]], str]


def remembered_parse(parse: Parse) -> Parse:
    """``reader.parse``, once for each name and text; a file with a problem is parsed every time."""
    kept: dict[tuple[str, bytes], bytes] = {}

    def parse_once(name: str, data: bytes, problems: list[str]) -> Parsed:
        key = name, data
        if key in kept:
            return pickle.loads(kept[key])
        before = len(problems)
        parsed = parse(name, data, problems)
        if len(problems) == before:
            kept[key] = pickle.dumps(parsed)
        return parsed

    return parse_once


def remembered_yaml(as_yaml: AsYaml) -> AsYaml:
    """``writer.as_yaml``, once for each list of entries."""
    kept: dict[bytes, str] = {}

    def yaml_once(entries: list[dict[str, Any]]) -> str:
        key = marshal.dumps(entries, 2)  # a format in which equal values are equal bytes
        if key not in kept:
            kept[key] = as_yaml(entries)
        return kept[key]

    return yaml_once
