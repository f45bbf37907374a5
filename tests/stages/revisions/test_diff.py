"""What changed between two entries, for people to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.revisions.diff import GONE, NEW, SAME, SKIPPED, compare_lines, compare_texts, differences


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("Read a map.", "Read a chart.", [(SAME, "Read a "), (GONE, "map"), (NEW, "chart"), (SAME, ".")]),
        ("", "New.", [(NEW, "New.")]),
        ("Old.", "", [(GONE, "Old.")]),
        ("one", "two", [(GONE, "one"), (NEW, "two")]),
        ("Fold it", "Fold it well", [(SAME, "Fold it"), (NEW, " well")]),
    ],
)
def test_a_text_is_compared_word_by_word(old, new, parts):
    assert compare_texts(old, new) == parts


def test_what_is_far_from_a_change_is_left_out():
    lines = [f"line {number}\n" for number in range(20)]
    changed = [*lines[:10], "another thing altogether\n", *lines[11:]]
    parts = compare_texts("".join(lines), "".join(changed))
    assert parts[0] == (SKIPPED, 8)
    assert parts[1] == (SAME, "line 8\nline 9\n")
    assert parts[-2:] == [(SAME, "line 11\nline 12\n"), (SKIPPED, 7)]


def test_a_list_is_compared_line_by_line():
    assert compare_lines(["a", "b", "c"], ["a", "c", "d"]) == [(SAME, "a"), (GONE, "b"), (SAME, "c"), (NEW, "d")]


@pytest.mark.parametrize("names", [["resource", "position", "why"], ["why", "position", "resource"]])
def test_links_say_their_place_and_what_is_said_of_them(names):
    """In whatever order a database gives the keys."""
    link = {"resource": ["https://example.org/"], "position": 2, "why": "Short."}
    [difference] = differences({"links": []}, {"links": [{name: link[name] for name in names}]})
    assert difference.parts == [(NEW, "2. https://example.org/ · Short.")]


def test_only_what_differs_is_named():
    before, after = {"title": "A", "position": 1, "required": True}, {"title": "A", "position": 2, "required": False}
    found = {difference.name: difference.parts for difference in differences(before, after)}
    assert found == {"position": [(GONE, "1"), (NEW, "2")], "required": [(GONE, "yes"), (NEW, "no")]}


LINES = st.lists(st.sampled_from(["one two\n", "one three\n", "\n", "äö — ü\n", "end"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_nothing_is_lost_and_nothing_is_made_up(old, new):
    """Put together again without what is new, a comparison is the old text; without what is gone, the new one."""
    parts = compare_texts(old, new)
    for whole, without in [(old, NEW), (new, GONE)]:
        lines, at = whole, 0
        for what, text in parts:
            if what == SKIPPED:
                at += len("".join(lines[at:].splitlines(keepends=True)[:text]))
            elif what != without:
                assert lines.startswith(text, at)
                at += len(text)
        assert at == len(lines)
