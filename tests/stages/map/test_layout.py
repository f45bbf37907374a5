"""The map's layout: nothing overlaps at any width, no line crosses a box, and additions move little."""

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.map.layout import BOX, HEAD, HEAD_LINE, SANS, SERIF, TEXT, TEXT_SIZE, VIEWPORTS, layout, text_width, wrap
from stages.outline import Outline, OutlineTopic, Section, outline_of_stages, outline_of_track, prerequisites

LEVELS = ["beginner", "intermediate", "advanced"]


def topic(pk, title="A topic", level="beginner"):
    return OutlineTopic(pk, f"t{pk}", title, "", level, "lesson", 0, 0, True)


def outline(*sections):
    """An outline of sections, each a list of (title, level); pks count from 1."""
    pks = iter(range(1, 10_000))
    return Outline(
        tuple(
            Section(
                f"s{n}", f"Section {n}", tuple(topic(next(pks), *facts) for facts in facts_of), n, "", "", "beginner"
            )
            for n, facts_of in enumerate(sections, start=1)
        )
    )


titles = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=60
).filter(str.strip)
sections = st.lists(st.lists(st.tuples(titles, st.sampled_from(LEVELS)), max_size=9), min_size=1, max_size=4)
frames = pytest.mark.parametrize("frame", VIEWPORTS, ids=[frame.name for frame in VIEWPORTS])


def rectangles(stops, frame):
    """Everything that is read on the map as (what, left, top, right, bottom): boxes, posts and titles."""
    for stop in stops:
        for box in stop.boxes:
            yield box.topic.slug, box.x, box.y, box.x + box.width, box.bottom
        x, y = stop.post
        y += stop.y
        yield f"post of {stop.section.slug}", x - 21, y - 21, x + 21, y + 21
        left, lines = x + HEAD, len(stop.lines)
        bottom = y + HEAD_LINE * (lines - 1) + 25  # with the words below the title
        yield f"title of {stop.section.slug}", left, y - frame.title_size, left + frame.title, bottom
        if stop.part:
            yield f"part of {stop.section.slug}", left, stop.y + 8, left + frame.title, stop.y + 42


def assert_nothing_overlaps(stops, frame):
    found = list(rectangles(stops, frame))
    for what, left, top, right, bottom in found:
        assert left >= 0, what
        assert right <= frame.width, what
        assert 0 <= top < bottom, what
    for (one, l1, t1, r1, b1), (other, l2, t2, r2, b2) in combinations(found, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1, f"{one} and {other} overlap"
    for stop, following in pairwise(stops):
        assert following.y == stop.y + stop.height
    for stop in stops:
        for box in stop.boxes:
            room = BOX - TEXT - (20 if box.sign else 4)
            assert all(text_width(line, TEXT_SIZE, SANS) <= room or len(line) == 1 for line in box.lines)
        assert all(text_width(line, frame.title_size, SERIF) <= frame.title or len(line) == 1 for line in stop.lines)


@frames
@settings(max_examples=25, deadline=None)
@given(sections=sections)
def test_nothing_overlaps(frame, sections):
    assert_nothing_overlaps(layout(outline(*sections), {}, frame), frame)


@frames
def test_nothing_overlaps_on_the_roadmap_and_on_every_track(roadmap, frame):
    from stages.models import Track

    needs = needs_of(prerequisites())
    for found in [outline_of_stages(), *map(outline_of_track, Track.objects.all())]:
        stops = layout(found, needs, frame)
        assert_nothing_overlaps(stops, frame)
        assert [box.topic for stop in stops for box in stop.boxes] == found.topics
        assert_no_line_crosses(stops)


def test_the_frames_fit_their_screens():
    """A page has a margin of 16 on both sides, and the wide frame needs room for a scrollbar, too."""
    wide, medium, narrow = VIEWPORTS
    assert narrow.width == 320 - 32
    assert medium.width <= 46 * 16 - 32
    assert wide.width <= 72 * 16 - 32 - 15
    assert "72rem" in wide.media
    assert "46rem" in medium.media


# --- Edges --------------------------------------------------------------------------------------------


def needs_of(pairs):
    needs = {}
    for one, other in pairs:
        needs.setdefault(one, []).append(other)
    return needs


def walk(path, x, y):
    """The straight pieces and corners of the first edge in a path, from a box's corner, as a list of points."""
    points = []
    for command, numbers in re.findall(r"([Mhvq])([-\d ]+)", path):
        values = [int(number) for number in re.findall(r"-?\d+", numbers)]
        match command:
            case "M":
                x, y = x + values[0], y + values[1]
            case "h":
                x += values[0]
            case "v":
                y += values[0]
            case "q":
                x, y = x + values[2], y + values[3]
        points.append((x, y))
    return points


def crosses(start, end, box):
    """Whether a straight piece goes through the inside of a box."""
    (x1, y1), (x2, y2) = start, end
    return (
        max(x1, x2) > box.x + 1
        and min(x1, x2) < box.x + box.width - 1
        and max(y1, y2) > box.y + 1
        and min(y1, y2) < box.bottom - 1
    )


def assert_no_line_crosses(stops):
    boxes = [box for stop in stops for box in stop.boxes]
    for box in boxes:
        for path in filter(None, box.edges.split("M")):
            points = walk(f"M{path}", box.x, box.y)
            for start, end in pairwise(points):
                crossed = [other.topic.slug for other in boxes if crosses(start, end, other)]
                assert crossed == [], f"{box.topic.slug} crosses {crossed}"


@frames
@settings(max_examples=25, deadline=None)
@given(sections=sections, data=st.data())
def test_an_edge_ends_in_a_ring_around_what_is_needed_and_crosses_no_box(frame, sections, data):
    found = outline(*sections)
    pks = [topic.pk for topic in found.topics]
    if len(pks) < 2:
        return
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(pks), st.sampled_from(pks)), max_size=12))
    pairs = {(one, other) for one, other in pairs if one != other}
    stops = layout(found, needs_of(pairs), frame)
    assert_no_line_crosses(stops)
    boxes = {box.topic.pk: box for stop in stops for box in stop.boxes}
    for pk, needed in needs_of(pairs).items():
        box, paths = boxes[pk], [f"M{path}" for path in boxes[pk].edges.split("M")[1:]]
        for other, path in zip([boxes[pk] for pk in needed], paths, strict=True):
            start, *corners, end = walk(path, box.x, box.y)
            there, corners = corners[-5], corners[-4:]
            assert start == (box.x + BOX // 2, box.y)
            assert there == end == (other.x + BOX // 2, there[1])
            assert set(corners) == {(x, y) for x in (other.x, other.x + BOX) for y in (other.y, other.bottom)}
    assert all(not box.edges for pk, box in boxes.items() if pk not in needs_of(pairs))


def test_what_is_needed_but_not_on_the_map_has_no_edge():
    [stop] = layout(outline([("One", "beginner")]), {1: [77]}, VIEWPORTS[0])
    assert stop.boxes[0].edges == ""


# --- Stability ----------------------------------------------------------------------------------------


def places(stops):
    return {box.topic.pk: (box.x, box.y) for stop in stops for box in stop.boxes}


@frames
@settings(max_examples=40, deadline=None)
@given(sections=sections, data=st.data())
def test_a_new_topic_moves_as_little_as_possible(frame, sections, data):
    """Nothing before it moves; what comes after its stage moves down together, by nothing but the stage's growth."""
    found = outline(*sections)
    where = data.draw(st.integers(0, len(sections) - 1))
    own = found.sections[where]
    place = data.draw(st.integers(0, len(own.topics)))
    new = topic(5000, *data.draw(st.tuples(titles, st.sampled_from(LEVELS))))
    grown = Section(
        own.slug, own.title, (*own.topics[:place], new, *own.topics[place:]), own.number, "", "", own.level
    )
    after = Outline((*found.sections[:where], grown, *found.sections[where + 1 :]))
    old, fresh = layout(found, {}, frame), layout(after, {}, frame)
    was, now = places(old), places(fresh)
    stays = [*(t for section in found.sections[:where] for t in section.topics), *own.topics[:place]]
    assert all(was[topic.pk] == now[topic.pk] for topic in stays)
    growth = fresh[where].height - old[where].height
    for section in found.sections[where + 1 :]:
        for moved in section.topics:
            x, y = was[moved.pk]
            assert now[moved.pk] == (x, y + growth)


@frames
def test_a_topic_that_finds_room_in_the_last_row_moves_nothing(frame):
    if len(frame.columns) == 1:
        pytest.skip("a row has room for one")
    before = layout(outline([("One", "beginner")], [("Two", "beginner")]), {}, frame)
    found = outline([("One", "beginner"), ("New", "beginner")], [("Two", "beginner")])
    assert [stop.y for stop in layout(found, {}, frame)] == [stop.y for stop in before]


def test_it_is_a_function_of_what_it_is_given():
    found, needs = outline([("One", "beginner"), ("Two", "advanced")]), {2: [1]}
    [one], [other] = layout(found, needs, VIEWPORTS[0]), layout(found, needs, VIEWPORTS[0])
    assert [vars(box) for box in one.boxes] == [vars(box) for box in other.boxes]


# --- Text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Loops", ("Loops",)),
        ("Syntax and first programs", ("Syntax and first", "programs")),
        ("  Many   spaces ", ("Many spaces",)),
        ("Donaudampfschifffahrtsgesellschaft", ("Donaudampfschifffahrt", "sgesellschaft")),
        ("", ("",)),
    ],
)
def test_titles_are_broken_between_words_where_that_is_possible(text, lines):
    assert wrap(text, 159, 13, SANS) == lines


@given(text=titles)
def test_no_letter_is_lost(text):
    assert "".join("".join(wrap(text, 159, 13, SANS)).split()) == "".join(text.split())


def test_wide_letters_have_more_room():
    assert text_width("mmm", 10, SANS) > text_width("iii", 10, SANS)
    assert text_width("地図", 10, SANS) > text_width("AB", 10, SANS)
