"""The map's layout: nothing overlaps at any width, no line crosses a box, and additions move little."""

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.content import current_content, outline_of_stages, outline_of_track
from stages.map.layout import (
    BOX_WIDTH,
    SANS,
    SERIF,
    TEXT_SIZE,
    TEXT_X,
    TITLE_LINE_HEIGHT,
    TITLE_X,
    VIEWPORTS,
    layout,
    text_width,
    wrap,
)
from stages.outline import Outline, OutlineTopic, Section

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
each_viewport = pytest.mark.parametrize("viewport", VIEWPORTS, ids=[viewport.name for viewport in VIEWPORTS])


def rectangles(nodes, viewport):
    """Everything that is read on the map as (what, left, top, right, bottom): boxes, posts and titles."""
    for node in nodes:
        for box in node.boxes:
            yield box.topic.slug, box.x, box.y, box.x + box.width, box.bottom
        x, y = node.post
        y += node.y
        yield f"post of {node.section.slug}", x - 21, y - 21, x + 21, y + 21
        left, lines = x + TITLE_X, len(node.lines)
        bottom = y + TITLE_LINE_HEIGHT * (lines - 1) + 25  # with the words below the title
        yield f"title of {node.section.slug}", left, y - viewport.title_size, left + viewport.title, bottom
        if node.part:
            yield f"part of {node.section.slug}", left, node.y + 8, left + viewport.title, node.y + 42


def assert_nothing_overlaps(nodes, viewport):
    drawn = list(rectangles(nodes, viewport))
    for what, left, top, right, bottom in drawn:
        assert left >= 0, what
        assert right <= viewport.width, what
        assert 0 <= top < bottom, what
    for (one, l1, t1, r1, b1), (other, l2, t2, r2, b2) in combinations(drawn, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1, f"{one} and {other} overlap"
    for node, following in pairwise(nodes):
        assert following.y == node.y + node.height
    for node in nodes:
        for box in node.boxes:
            room = BOX_WIDTH - TEXT_X - (20 if box.shows_level else 4)
            assert all(text_width(line, TEXT_SIZE, SANS) <= room or len(line) == 1 for line in box.lines)
        assert all(
            text_width(line, viewport.title_size, SERIF) <= viewport.title or len(line) == 1 for line in node.lines
        )


@each_viewport
@settings(max_examples=25, deadline=None)
@given(sections=sections)
def test_nothing_overlaps(viewport, sections):
    assert_nothing_overlaps(layout(outline(*sections), {}, viewport), viewport)


@each_viewport
def test_nothing_overlaps_on_the_roadmap_and_on_every_track(roadmap, viewport):
    from stages.models import Track

    needs = needs_of(current_content().prerequisites)
    for drawn in [outline_of_stages(), *map(outline_of_track, Track.objects.all())]:
        nodes = layout(drawn, needs, viewport)
        assert_nothing_overlaps(nodes, viewport)
        assert [box.topic for node in nodes for box in node.boxes] == drawn.topics
        assert_no_line_crosses(nodes)


def test_the_viewports_fit_their_screens():
    """A page has a margin of 16 on both sides, and the wide one needs room for a scrollbar, too."""
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


def assert_no_line_crosses(nodes):
    boxes = [box for node in nodes for box in node.boxes]
    for box in boxes:
        for path in filter(None, box.edges.split("M")):
            points = walk(f"M{path}", box.x, box.y)
            for start, end in pairwise(points):
                crossed = [other.topic.slug for other in boxes if crosses(start, end, other)]
                assert crossed == [], f"{box.topic.slug} crosses {crossed}"


@each_viewport
@settings(max_examples=25, deadline=None)
@given(sections=sections, data=st.data())
def test_an_edge_ends_in_a_ring_around_what_is_needed_and_crosses_no_box(viewport, sections, data):
    drawn = outline(*sections)
    pks = [topic.pk for topic in drawn.topics]
    if len(pks) < 2:
        return
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(pks), st.sampled_from(pks)), max_size=12))
    pairs = {(one, other) for one, other in pairs if one != other}
    nodes = layout(drawn, needs_of(pairs), viewport)
    assert_no_line_crosses(nodes)
    boxes = {box.topic.pk: box for node in nodes for box in node.boxes}
    for pk, needed in needs_of(pairs).items():
        box, paths = boxes[pk], [f"M{path}" for path in boxes[pk].edges.split("M")[1:]]
        for other, path in zip([boxes[pk] for pk in needed], paths, strict=True):
            start, *corners, end = walk(path, box.x, box.y)
            there, corners = corners[-5], corners[-4:]
            assert start == (box.x + BOX_WIDTH // 2, box.y)
            assert there == end == (other.x + BOX_WIDTH // 2, there[1])
            assert set(corners) == {(x, y) for x in (other.x, other.x + BOX_WIDTH) for y in (other.y, other.bottom)}
    assert all(not box.edges for pk, box in boxes.items() if pk not in needs_of(pairs))


def test_what_is_needed_but_not_on_the_map_has_no_edge():
    [node] = layout(outline([("One", "beginner")]), {1: [77]}, VIEWPORTS[0])
    assert node.boxes[0].edges == ""


# --- Stability ----------------------------------------------------------------------------------------


def positions(nodes):
    return {box.topic.pk: (box.x, box.y) for node in nodes for box in node.boxes}


@each_viewport
@settings(max_examples=40, deadline=None)
@given(sections=sections, data=st.data())
def test_a_new_topic_moves_as_little_as_possible(viewport, sections, data):
    """Nothing before it moves; what comes after its stage moves down together, by nothing but the stage's growth."""
    drawn = outline(*sections)
    where = data.draw(st.integers(0, len(sections) - 1))
    own = drawn.sections[where]
    place = data.draw(st.integers(0, len(own.topics)))
    new = topic(5000, *data.draw(st.tuples(titles, st.sampled_from(LEVELS))))
    grown = Section(
        own.slug, own.title, (*own.topics[:place], new, *own.topics[place:]), own.number, "", "", own.level
    )
    after = Outline((*drawn.sections[:where], grown, *drawn.sections[where + 1 :]))
    old, fresh = layout(drawn, {}, viewport), layout(after, {}, viewport)
    was, now = positions(old), positions(fresh)
    stays = [*(t for section in drawn.sections[:where] for t in section.topics), *own.topics[:place]]
    assert all(was[topic.pk] == now[topic.pk] for topic in stays)
    growth = fresh[where].height - old[where].height
    for section in drawn.sections[where + 1 :]:
        for moved in section.topics:
            x, y = was[moved.pk]
            assert now[moved.pk] == (x, y + growth)


@each_viewport
def test_a_topic_that_finds_room_in_the_last_row_moves_nothing(viewport):
    if len(viewport.columns) == 1:
        pytest.skip("a row has room for one")
    before = layout(outline([("One", "beginner")], [("Two", "beginner")]), {}, viewport)
    drawn = outline([("One", "beginner"), ("New", "beginner")], [("Two", "beginner")])
    assert [node.y for node in layout(drawn, {}, viewport)] == [node.y for node in before]


def test_it_is_a_function_of_what_it_is_given():
    drawn, needs = outline([("One", "beginner"), ("Two", "advanced")]), {2: [1]}
    [one], [other] = layout(drawn, needs, VIEWPORTS[0]), layout(drawn, needs, VIEWPORTS[0])
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
