"""What changed in a track since a cohort agreed on it. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.track_snapshot import Insertion, Move, Replacement, content_hash, diff_snapshots, replacements


def form(*sections):
    """Sections as "slug: topic topic?", where a question mark means optional; ``=`` gives another title."""
    made = []
    for text in sections:
        head, _, topics = text.partition(":")
        slug, _, title = head.partition("=")
        places = [[topic.rstrip("?"), not topic.endswith("?")] for topic in topics.split()]
        made.append({"slug": slug, "title": title or slug, "part": "", "topics": places})
    return made


def facts(found):
    """What is not empty of what a person reads."""
    every = {
        "added": found.added,
        "removed": found.removed,
        "moved": found.moved,
        "required": found.now_required,
        "optional": found.now_optional,
        "renamed": tuple((old.title, new.title) for old, new in found.renamed),
        "sections": tuple(heading.slug for heading in found.new_sections),
        "gone": tuple(heading.slug for heading in found.gone_sections),
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
    found = diff_snapshots(form(*before), form(*now))
    assert facts(found) == expected
    assert bool(found) == bool(expected)


TOPICS = "stuvwxyz"
SECTION = st.lists(st.tuples(st.sampled_from(TOPICS), st.booleans()), unique_by=lambda pair: pair[0], max_size=6)
FORM = st.lists(
    st.builds(
        lambda slug, title, topics: {"slug": slug, "title": title, "part": "", "topics": list(map(list, topics))},
        st.sampled_from("abcd"),
        st.sampled_from(["One", "Two"]),
        SECTION,
    ),
    unique_by=lambda kept: kept["slug"],
    max_size=4,
)


def applied(before, found):
    """The changes, step by step, on a form."""
    places = {kept["slug"]: [list(place) for place in kept["topics"]] for kept in before}
    for section, topic in found.taken:
        places[section] = [place for place in places[section] if place[0] != topic]
    for section, topic, required in found.flags:
        next(place for place in places[section] if place[0] == topic)[1] = required
    for put in found.put:
        there = places.setdefault(put.section, [])
        place = [name for name, _required in there].index(put.after) + 1 if put.after else 0
        there.insert(place, [put.topic, put.required])
    return [{**heading._asdict(), "topics": places[heading.slug]} for heading in found.now]


@given(FORM, FORM)
def test_the_changes_lead_from_one_form_to_the_other(before, now):
    found = diff_snapshots(before, now)
    assert applied(before, found) == [kept for kept in now if kept["topics"]]


@given(FORM, FORM)
def test_each_topic_is_called_one_thing(before, now):
    """It came, it went, it was moved, or it stayed; and back again is the other way round."""
    found, back = diff_snapshots(before, now), diff_snapshots(now, before)
    had, has = ({topic for kept in one for topic, _required in kept["topics"]} for one in (before, now))
    assert set(found.added) == set(back.removed) == has - had
    assert set(found.removed) == set(back.added) == had - has
    assert {move.topic for move in found.moved} <= had & has
    assert {*found.now_required, *found.now_optional} <= had & has
    assert {move.topic for move in back.moved if move.out_of or move.into} == {
        move.topic for move in found.moved if move.out_of or move.into
    }
    for one in (before, now):
        assert not diff_snapshots(one, one)


def test_a_step_says_after_what():
    found = diff_snapshots(form("a: x y"), form("a: v x w y"))
    assert found.put == (Insertion("a", "v", True, None), Insertion("a", "w", True, "x"))


@pytest.mark.parametrize(
    ("before", "now", "replaces", "expected"),
    [
        ("a: x", "a: y", {}, []),
        ("a: x", "a: y", {"y": ["x"]}, [Replacement(("x",), ("y",))]),
        ("a: w x", "a: y", {"y": ["w", "x"]}, [Replacement(("w", "x"), ("y",))]),
        ("a: x", "a: y z", {"y": ["x"], "z": ["x"]}, [Replacement(("x",), ("y", "z"))]),
        # By way of a topic that this form never had.
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
    newer = form(now)
    assert replacements(diff_snapshots(form(before), newer), newer, replaces) == expected


def test_the_same_form_has_the_same_digest_and_every_change_another():
    assert content_hash(form("a: x y")) == content_hash(form("a: x y"))
    texts = ["a: x y", "a: y x", "a: x y?", "a=A: x y", "a: x y z"]
    assert len({content_hash(form(text)) for text in texts}) == len(texts)
