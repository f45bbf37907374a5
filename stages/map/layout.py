"""Where everything stands on the map. A pure function: an outline and what needs what in, boxes and paths out.

A unit is a CSS pixel. y grows downward, and reading order is row by row, so a topic that is added moves nothing
that comes before it, and what comes after its stage moves down as one piece.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, batched, islice, pairwise
from typing import NamedTuple

from stages.outline import Outline, OutlineTopic, Section

type Point = tuple[int, int]
type Needs = Mapping[int, Iterable[int]]  # a topic's pk: the pks of its prerequisites
type Font = Mapping[str, float]  # a letter: how wide it is, as a part of the size


class Viewport(NamedTuple):
    """A width to draw for: the columns that boxes stand in, and the spine that the trail winds along.

    ``channels`` has for each column the free line that edges to it run along. Titles are ``title`` wide and end
    before the first of these lines that they could cross.
    """

    name: str
    media: str
    width: int
    spine: int
    sway: int
    columns: tuple[int, ...]
    channels: tuple[int, ...]
    title: int
    title_size: int


VIEWPORTS = (
    Viewport("wide", "screen and (width >= 72rem)", 1100, 550, 76, (20, 236, 660, 876), (230, 230, 870, 870), 274, 21),
    Viewport("medium", "print, (46rem <= width < 72rem)", 688, 24, 10, (56, 268, 480), (476, 476, 687), 408, 21),
    Viewport("narrow", "screen and (width < 46rem)", 288, 22, 9, (56,), (274,), 204, 17),
)

BOX_WIDTH = 204  # the width of every box, so that a title is broken the same way in every viewport
LINE_HEIGHT = 17  # from one line of a title to the next
BOX_HEIGHT = 38  # of a box with one line
TEXT_X = 37  # where a title starts in its box; the tick stands before it
TEXT_SIZE = 13
TITLE_X = 36  # where a stage's title starts, from the spine
TITLE_LINE_HEIGHT = 25
POST_Y = 30  # how far below the top of its stage a post stands
PART_HEIGHT = 64  # what the heading of a part takes above the stage that begins it
ROW_GAP = 18  # between rows: room for edges, and for the sign that says “You are here”
STAGE_GAP = 26  # after a stage


@dataclass(frozen=True, eq=False)
class Box:
    """A topic on the map.

    ``shows_level``: its level is not its stage's own, so a sign tells it. ``edges`` is a path from its top left
    corner to what it needs, with a ring around each.
    """

    topic: OutlineTopic
    x: int
    y: int
    height: int
    lines: tuple[str, ...]
    shows_level: bool
    edges: str = ""

    width = BOX_WIDTH

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, eq=False)
class StageNode:
    """A stage on the map, with everything measured from the top of the map but paths, which start at its own."""

    section: Section
    y: int
    height: int
    part: str
    lines: tuple[str, ...]
    post: Point
    trail: str
    branches: str
    boxes: tuple[Box, ...]


def layout(outline: Outline, needs: Needs, viewport: Viewport) -> tuple[StageNode, ...]:
    """The stages of a map from first to last."""
    nodes, y, part = [], 0, ""
    for section in outline.sections:
        node = place_stage(
            section, y, section.part if section.part != part else "", viewport, section is outline.sections[-1]
        )
        nodes.append(node)
        y, part = y + node.height, section.part
    return with_edges(nodes, needs, viewport)


# --- Boxes --------------------------------------------------------------------------------------------


def place_stage(section: Section, top: int, part: str, viewport: Viewport, last: bool) -> StageNode:
    """A stage whose top is at ``top``, without edges."""
    lines = wrap(section.title, viewport.title, viewport.title_size, SERIF)
    lead = PART_HEIGHT if part else 0
    post = (viewport.spine, lead + POST_Y)
    boxes = [topic_box(topic, section) for topic in section.topics]
    rows = list(batched(boxes, len(viewport.columns), strict=False))
    # The title, and one line below it for the words that say how far the reader is.
    head = lead + POST_Y + TITLE_LINE_HEIGHT * (len(lines) - 1) + 30
    starts = list(accumulate((max(box.height for box in row) + ROW_GAP for row in rows), initial=head + ROW_GAP))
    height = starts[-1] - (ROW_GAP if rows else 0) + STAGE_GAP
    end = starts[-2] + BOX_HEIGHT // 2 if last and rows else height
    placed_boxes = tuple(
        replace(box, x=x, y=top + y)
        for row, y in zip(rows, starts, strict=False)
        for box, x in zip(row, viewport.columns, strict=False)
    )
    levels = [y + BOX_HEIGHT // 2 for y in starts[:-1]]
    branches = "".join(
        branch_path(viewport, [x for _, x in zip(row, viewport.columns, strict=False)], level, post[1], end)
        for row, level in zip(rows, levels, strict=True)
    )
    trail = trail_path(viewport, post[1], end, from_above=top > 0)
    return StageNode(section, top, height, part, lines, post, trail, branches, placed_boxes)


def topic_box(topic: OutlineTopic, section: Section) -> Box:
    shows_level = topic.level != section.level
    lines = wrap(topic.title, BOX_WIDTH - TEXT_X - (24 if shows_level else 8), TEXT_SIZE, SANS)
    return Box(topic, 0, 0, BOX_HEIGHT + LINE_HEIGHT * (len(lines) - 1), lines, shows_level)


# --- The trail ----------------------------------------------------------------------------------------


def trail_curve_points(viewport: Viewport, start: int, end: int) -> tuple[Point, ...]:
    """The points where the trail runs straight down: its ends, a turn to the left, and one to the right."""
    x, quarter = viewport.spine, (end - start) // 4
    return (x, start), (x - viewport.sway, start + quarter), (x + viewport.sway, end - quarter), (x, end)


def trail_path(viewport: Viewport, start: int, end: int, from_above: bool) -> str:
    """The trail from a post at ``start`` down to ``end``, and to the post from the stage above."""
    path = f"M{viewport.spine} 0V{start}" if from_above else f"M{viewport.spine} {start}"
    for (x0, y0), (x1, y1) in pairwise(trail_curve_points(viewport, start, end)):
        third = (y1 - y0) // 3
        path += f"C{x0} {y0 + third} {x1} {y1 - third} {x1} {y1}"
    return path


def trail_x_at(viewport: Viewport, start: int, end: int, y: int) -> int:
    """Where the trail is at ``y``. Between two bends y is linear in t, for its control points stand at the thirds."""
    for (x0, y0), (x1, y1) in pairwise(trail_curve_points(viewport, start, end)):
        if y0 <= y < y1:
            t = (y - y0) / (y1 - y0)
            return round(x0 + (x1 - x0) * t * t * (3 - 2 * t))
    return viewport.spine


def branch_path(viewport: Viewport, columns: Sequence[int], level: int, start: int, end: int) -> str:
    """From the trail to the boxes of a row, on both sides of it; it goes on behind them to the farthest."""
    leaves = max(level - 24, start)
    x = trail_x_at(viewport, start, end, leaves)
    paths = []
    for side in (
        [column for column in columns if column < viewport.spine],
        [column for column in columns if column > viewport.spine],
    ):
        if side:
            left = side[0] < viewport.spine
            near, far = (
                (side[-1] + BOX_WIDTH, side[0] + BOX_WIDTH // 2) if left else (side[0], side[-1] + BOX_WIDTH // 2)
            )
            paths.append(f"M{x} {leaves}Q{x} {level} {(x + near) // 2} {level}H{near}H{far}")
    return "".join(paths)


# --- Edges --------------------------------------------------------------------------------------------


def with_edges(nodes: Sequence[StageNode], needs: Needs, viewport: Viewport) -> tuple[StageNode, ...]:
    """The nodes with a path in each box to the boxes of what it needs: the nearest before it, else the first after.

    A path leaves a box at its top, runs between rows and along the free line beside the other's column, and comes
    to the other from below, so it crosses no box. Around the other it closes a ring.
    """
    order = [(box, floor) for node in nodes for box, floor in zip(node.boxes, floors(node.boxes), strict=True)]
    indexes: dict[int, list[int]] = {}
    for index, (box, _) in enumerate(order):
        indexes.setdefault(box.topic.pk, []).append(index)
    boxes = []
    for index, (box, _) in enumerate(order):
        paths = []
        for pk in needs.get(box.topic.pk, ()):
            if others := indexes.get(pk):
                nearest = max((other_index for other_index in others if other_index < index), default=others[0])
                other, floor = order[nearest]
                paths.append(edge(box, other, floor, viewport))
        boxes.append(replace(box, edges="".join(paths)))
    remaining = iter(boxes)
    return tuple(replace(node, boxes=tuple(islice(remaining, len(node.boxes)))) for node in nodes)


def floors(boxes: Sequence[Box]) -> list[int]:
    """For each box the bottom of its row, which is that of the tallest box in it."""
    deepest: dict[int, int] = {}
    for box in boxes:
        deepest[box.y] = max(deepest.get(box.y, 0), box.bottom)
    return [deepest[box.y] for box in boxes]


def edge(box: Box, other: Box, floor: int, viewport: Viewport) -> str:
    """The path from the top of ``box`` to ``other``, whose row ends at ``floor``, relative to the box's corner."""
    middle, target = box.x + BOX_WIDTH // 2, other.x + BOX_WIDTH // 2
    leave, enter = box.y - ROW_GAP // 2, floor + ROW_GAP // 2
    if other.y == box.y:
        points, ring = [(middle, box.y), (middle, leave), (target, leave), (target, other.y)], other.height
    else:
        channel = viewport.channels[viewport.columns.index(other.x)]
        bend = [(channel, leave), (channel, enter)] if leave != enter else []
        points = [(middle, box.y), (middle, leave), *bend, (target, enter), (target, other.bottom)]
        ring = -other.height
    return (
        rounded([(x - box.x, y - box.y) for x, y in points])
        + f"h{BOX_WIDTH // 2}v{ring}h-{BOX_WIDTH}v{-ring}h{BOX_WIDTH // 2}"
    )


def rounded(points: Sequence[Point], radius: int = 7) -> str:
    """A path along ``points``, each step straight across or straight down, with its corners rounded."""
    points = [point for index, point in enumerate(points) if not index or point != points[index - 1]]
    path, (x, y) = "M{} {}".format(*points[0]), points[0]
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, (abs(x1 - x0) + abs(y1 - y0)) // 2, (abs(x2 - x1) + abs(y2 - y1)) // 2)
        enter = (x1 - r * sign(x1 - x0), y1 - r * sign(y1 - y0))
        leave = (x1 + r * sign(x2 - x1), y1 + r * sign(y2 - y1))
        path += segment(enter[0] - x, enter[1] - y)
        if sign(x1 - x0) != sign(x2 - x1):  # not straight on
            path += f"q{x1 - enter[0]} {y1 - enter[1]} {leave[0] - enter[0]} {leave[1] - enter[1]}"
            x, y = leave
        else:
            x, y = enter
    return path + segment(points[-1][0] - x, points[-1][1] - y)


def segment(across: int, down: int) -> str:
    """A straight piece of a path: this far across, or this far down."""
    return f"h{across}" if across else f"v{down}" if down else ""


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


# --- Text ---------------------------------------------------------------------------------------------


def widths(letters: Mapping[float, str]) -> Font:
    return {letter: width for width, group in letters.items() for letter in group}


# How wide letters are at most, as parts of their size. DejaVu is the widest of the fonts that a system may choose,
# so what fits here fits everywhere.
SANS = widths(
    {
        0.3: "ijlIJ'",
        0.35: ",./:;\\| ’",
        0.4: "ft()-[]",
        0.5: 'r!"*_`–',
        0.56: "cszL?“”",
        0.6: "kvxyF•",
        0.62: "aeoPTY",
        0.64: "0123456789bdghnpquES${}",
        0.7: "ABCKRVXZ",
        0.78: "DGHNU&",
        0.86: "wOQ#+<=>^~",
        1.0: "mMW%@",
    }
)
SERIF = widths(
    {
        0.4: ",./:;\\| ’ijl'-",
        0.46: "ft!I",
        0.52: '()_`–"*J[]',
        0.6: "rsz",
        0.66: "c?“”vxy",
        0.74: "aeo0123456789$bdgkpqLFYST",
        0.8: "hnuEPZ",
        0.9: "ABCDGKORUVXQw",
        1.12: "HNmM%&@",
    }
)
OTHER_WIDTH = 1.3  # whatever is not listed, such as the letters of other scripts
FULL_WIDTH = 1.4  # emoji, and the letters of East Asia


def text_width(text: str, size: int, font: Font) -> float:
    """How wide a text is at most."""
    return size * sum(
        font.get(letter) or (FULL_WIDTH if unicodedata.east_asian_width(letter) in "WF" else OTHER_WIDTH)
        for letter in text
    )


def wrap(text: str, width: int, size: int, font: Font) -> tuple[str, ...]:
    """The lines of a text that is broken between words, and within a word only where the word is too wide."""
    lines, line = [], ""
    for word in text.split():
        if line and text_width(f"{line} {word}", size, font) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        line = ""
        for letter in word:
            if line and text_width(line + letter, size, font) > width:
                lines.append(line)
                line = ""
            line += letter
    return (*lines, line)
