"""What changed between two entries, field by field, for people to read. Values in, values out; no database."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SAME, GONE, NEW, SKIPPED = "same", "gone", "new", "skipped"
CONTEXT_WORDS = 2  # lines of a long text that are shown around a change


# SAME, GONE or NEW, and a text; or SKIPPED, and how many lines are left out there because they did not change.
type Part = tuple[str, str | int]


@dataclass
class Difference:
    """A field and what became of it.

    The parts of a text follow each other in one piece; those of a list are its lines.
    """

    name: str
    parts: list[Part]
    is_list: bool = False
    label: str = ""  # for people, where somebody knows it


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Iterable[str] | None = None
) -> Iterator[Difference]:
    """The fields in which two entries differ. An entry that is None has no fields."""
    before, after = before or {}, after or {}
    for name in {**after, **before} if names is None else names:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) or isinstance(new, list):
            yield Difference(name, compare_lines(as_lines(old), as_lines(new)), is_list=True)
        else:
            yield Difference(name, compare_texts(as_text(old), as_text(new)))


# --- Values as text ---


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):  # a natural key
        return " / ".join(map(as_text, value))
    return "" if value is None else str(value)


def as_lines(value: Any) -> list[str]:
    """A list as lines; a foreign key is one line, and a link is its place, its target and what is said of it.

    A wrong answer to an exercise is several: what it is called and what is said of it, and those of its files.
    """
    if not value:
        return []
    if isinstance(value[0], dict):
        return [line for part in value for line in ([as_line(part)] if "position" in part else answer_lines(part))]
    if isinstance(value[0], list):
        return [as_text(key) for key in value]
    return [as_text(part) for part in value]


def as_line(part: Mapping[str, Any]) -> str:
    # What it leads to comes first. The order of keys says nothing: PostgreSQL keeps none.
    pairs = sorted((not isinstance(value, list), name, value) for name, value in part.items() if name != "position")
    values = [f"{name}: {as_text(value)}" if isinstance(value, bool) else as_text(value) for _, name, value in pairs]
    return f"{part['position']}. {' · '.join(filter(None, values))}"


def answer_lines(answer: Mapping[str, Any]) -> list[str]:
    return [f"{answer['title']} · {answer['says']}", *filter(None, answer["files"].split("\n"))]


# --- Comparing ---


def compare_lines(old: list[str], new: list[str]) -> list[Part]:
    parts: list[Part] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts += [(SAME, line) for line in old[i:j]]
        else:
            parts += [(GONE, line) for line in old[i:j]] + [(NEW, line) for line in new[k:m]]
    return parts


def compare_texts(old: str, new: str) -> list[Part]:
    """Line by line first, then word by word within lines that changed, so that long texts stay quick to compare."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    parts: list[Part] = []
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (tag, i, j, k, m) in enumerate(opcodes):
        if tag == "equal":
            parts += abbreviate(before[i:j], first=number == 0, last=number == len(opcodes) - 1)
        else:
            parts += compare_words("".join(before[i:j]), "".join(after[k:m]))
    return parts


def abbreviate(lines: list[str], first: bool, last: bool) -> list[Part]:
    """Unchanged lines, with those left out that are far from any change."""
    head = [] if first else lines[:CONTEXT_WORDS]
    tail = [] if last else lines[len(head) :][-CONTEXT_WORDS:]
    left_out = len(lines) - len(head) - len(tail)
    if left_out <= 1:
        return [(SAME, "".join(lines))]
    parts: list[Part] = [(SAME, "".join(head)), (SKIPPED, left_out), (SAME, "".join(tail))]
    return [part for part in parts if part[1]]


def compare_words(old: str, new: str) -> list[Part]:
    before, after = tokenize(old), tokenize(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:  # another text altogether reads better in two pieces
        return [part for part in ((GONE, old), (NEW, new)) if part[1]]
    parts: list[Part] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            parts.append((SAME, "".join(before[i:j])))
        else:
            pair = (GONE, "".join(before[i:j])), (NEW, "".join(after[k:m]))
            parts += [part for part in pair if part[1]]
    return parts


def tokenize(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)
