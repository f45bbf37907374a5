"""What changed in a track since a cohort took its snapshot. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.track_snapshot import Insertion, Move, Replacement, content_hash, diff_snapshots, replacements


def snapshot(*sections):
    """Sections as "slug: topic topic?", where a question mark means optional; ``=`` gives another title."""
    made = []
    for text in sections:
        head, _, topics = text.partition(":")
        slug, _, title = head.partition("=")
        topics = [[topic.rstrip("?"), not topic.endswith("?")] for topic in topics.split()]
        made.append({"slug": slug, "title": title or slug, "part": "", "topics": topics})
    return made


def facts(found):
    """What is not empty of what a person reads."""
    every = {
        "added": found.added,
        "removed": found.removed,
        "moved": found.moved,
        "required": found.now_required,
        "optional": found.now_optional,
        "renamed": tuple((old.title, new.title) for old, new in found.renamed_sections),
        "sections": tuple(heading.slug for heading in found.new_sections),
        "gone": tuple(heading.slug for heading in found.removed_sections),
        "reordered": found.is_reordered,
    }
    return {name: fact for name, fact in every.items() if fact}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (["a: x y"], ["a: x y"], {}),
        ([], [], {}),
        (["a: x"], ["a: x y"], {"added": ("y",)}),
        (["a: x y"], ["a: y"], {"removed": ("x",)}),
        (["a: x y z"], ["a: y z x"], {"moved": (Move("x", (), ()),)}),
        (["a: x y", "b: z"], ["a: y", "b: x z"], {"moved": (Move("x", ("a",), ("b",)),)}),
        # It stands in one section more, or less.
        (["a: x", "b: y"], ["a: x", "b: x y"], {"moved": (Move("x", (), ("b",)),)}),
        (["a: x", "b: x y"], ["a: x", "b: y"], {"moved": (Move("x", ("b",), ()),)}),
        (["a: x?"], ["a: x"], {"required": ("x",)}),
        (["a: x"], ["a: x?"], {"optional": ("x",)}),
        (["a: x y", "b: z"], ["a: y", "b: z x?"], {"moved": (Move("x", ("a",), ("b",)),), "optional": ("x",)}),
        # Required in another section still, but its date may be another.
        (["a: x", "b: x"], ["a: x?", "b: x"], {"optional": ("x",)}),
        (["a=Start: x"], ["a=Begin: x"], {"renamed": (("Start", "Begin"),)}),
        (["a: x", "b: y"], ["b: y", "a: x"], {"reordered": True}),
        (["a: x"], ["a: x", "b: y"], {"added": ("y",), "sections": ("b",)}),
        (["a: x", "b: y"], ["b: x y"], {"moved": (Move("x", ("a",), ("b",)),), "gone": ("a",)}),
        # A section without topics is not seen, so it is nothing new, whatever it is called.
        (["a: x"], ["a: x", "b:"], {}),
        (["a: x", "b=One:"], ["b=Two:", "a: x"], {}),
    ],
)
def test_it_says_what_changed(before, now, expected):
    found = diff_snapshots(snapshot(*before), snapshot(*now))
    assert facts(found) == expected
    assert bool(found) == bool(expected)


TOPICS = "stuvwxyz"
SECTION = st.lists(st.tuples(st.sampled_from(TOPICS), st.booleans()), unique_by=lambda pair: pair[0], max_size=6)
SNAPSHOT = st.lists(
    st.builds(
        lambda slug, title, topics: {"slug": slug, "title": title, "part": "", "topics": list(map(list, topics))},
        st.sampled_from("abcd"),
        st.sampled_from(["One", "Two"]),
        SECTION,
    ),
    unique_by=lambda section: section["slug"],
    max_size=4,
)


def applied(before, found):
    """The changes, step by step, on a snapshot."""
    topics = {section["slug"]: [list(place) for place in section["topics"]] for section in before}
    for section, topic in found.removals:
        topics[section] = [place for place in topics[section] if place[0] != topic]
    for section, topic, required in found.requirement_changes:
        next(place for place in topics[section] if place[0] == topic)[1] = required
    for insertion in found.insertions:
        there = topics.setdefault(insertion.section, [])
        place = [name for name, _required in there].index(insertion.after) + 1 if insertion.after else 0
        there.insert(place, [insertion.topic, insertion.required])
    return [{**heading._asdict(), "topics": topics[heading.slug]} for heading in found.new_headings]


@given(SNAPSHOT, SNAPSHOT)
def test_the_changes_lead_from_one_snapshot_to_the_other(before, now):
    found = diff_snapshots(before, now)
    assert applied(before, found) == [section for section in now if section["topics"]]


@given(SNAPSHOT, SNAPSHOT)
def test_each_topic_is_called_one_thing(before, now):
    """It came, it went, it was moved, or it stayed; and back again is the other way round."""
    found, back = diff_snapshots(before, now), diff_snapshots(now, before)
    had, has = ({topic for section in one for topic, _required in section["topics"]} for one in (before, now))
    assert set(found.added) == set(back.removed) == has - had
    assert set(found.removed) == set(back.added) == had - has
    assert {move.topic for move in found.moved} <= had & has
    assert {*found.now_required, *found.now_optional} <= had & has
    assert {move.topic for move in back.moved if move.from_sections or move.to_sections} == {
        move.topic for move in found.moved if move.from_sections or move.to_sections
    }
    for one in (before, now):
        assert not diff_snapshots(one, one)


def test_a_step_says_after_what():
    found = diff_snapshots(snapshot("a: x y"), snapshot("a: v x w y"))
    assert found.insertions == (Insertion("a", "v", True, None), Insertion("a", "w", True, "x"))


@pytest.mark.parametrize(
    ("before", "now", "replaces", "expected"),
    [
        ("a: x", "a: y", {}, []),
        ("a: x", "a: y", {"y": ["x"]}, [Replacement(("x",), ("y",))]),
        ("a: w x", "a: y", {"y": ["w", "x"]}, [Replacement(("w", "x"), ("y",))]),
        ("a: x", "a: y z", {"y": ["x"], "z": ["x"]}, [Replacement(("x",), ("y", "z"))]),
        # By way of a topic that this snapshot never had.
        ("a: x", "a: z", {"z": ["y"], "y": ["x"]}, [Replacement(("x",), ("z",))]),
        # Into one that was there before.
        ("a: x y", "a: y", {"y": ["x"]}, [Replacement(("x",), ("y",))]),
        # What is still there was not replaced; and a circle has an end.
        ("a: x", "a: x y", {"y": ["x"]}, []),
        ("a: x", "a: y", {"y": ["z"], "z": ["y", "x"]}, [Replacement(("x",), ("y",))]),
        ("a: v w x", "a: y z", {"y": ["v", "w"], "z": ["w", "x"]}, [Replacement(("v", "w", "x"), ("y", "z"))]),
    ],
)
def test_a_merge_or_a_split_is_named(before, now, replaces, expected):
    newer = snapshot(now)
    assert replacements(diff_snapshots(snapshot(before), newer), newer, replaces) == expected


def test_the_same_snapshot_has_the_same_hash_and_every_change_another():
    assert content_hash(snapshot("a: x y")) == content_hash(snapshot("a: x y"))
    texts = ["a: x y", "a: y x", "a: x y?", "a=A: x y", "a: x y z"]
    assert len({content_hash(snapshot(text)) for text in texts}) == len(texts)
