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

BOX = 204  # the width of every box, so that a title is broken the same way in every frame
LINE = 17  # from one line of a title to the next
HEIGHT = 38  # of a box with one line
TEXT = 37  # where a title starts in its box; the tick stands before it
TEXT_SIZE = 13
HEAD = 36  # where a stage's title starts, from the spine
HEAD_LINE = 25
POST = 30  # how far below the top of its stage a post stands
PART = 64  # what the heading of a part takes above the stage that begins it
GAP = 18  # between rows: room for edges, and for the sign that says “You are here”
AFTER = 26  # after a stage


@dataclass(frozen=True, eq=False)
class Box:
    """A topic on the map.

    ``sign`` says that its level is not its stage's own, and is to be told. ``edges`` is a path from its top left
    corner to what it needs, with a ring around each.
    """

    topic: OutlineTopic
    x: int
    y: int
    height: int
    lines: tuple[str, ...]
    sign: bool
    edges: str = ""

    width = BOX

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
    twigs: str
    boxes: tuple[Box, ...]


def layout(outline: Outline, needs: Needs, frame: Viewport) -> tuple[StageNode, ...]:
    """The stops of a map from first to last."""
    stops, y, part = [], 0, ""
    for section in outline.sections:
        stop = place_stage(
            section, y, section.part if section.part != part else "", frame, section is outline.sections[-1]
        )
        stops.append(stop)
        y, part = y + stop.height, section.part
    return with_edges(stops, needs, frame)


# --- Boxes --------------------------------------------------------------------------------------------


def place_stage(section: Section, top: int, part: str, frame: Viewport, last: bool) -> StageNode:
    """A stage whose top is at ``top``, without edges."""
    lines = wrap(section.title, frame.title, frame.title_size, SERIF)
    lead = PART if part else 0
    post = (frame.spine, lead + POST)
    boxes = [topic_box(topic, section) for topic in section.topics]
    rows = list(batched(boxes, len(frame.columns), strict=False))
    # The title, and one line below it for the words that say how far the reader is.
    head = lead + POST + HEAD_LINE * (len(lines) - 1) + 30
    starts = list(accumulate((max(box.height for box in row) + GAP for row in rows), initial=head + GAP))
    height = starts[-1] - (GAP if rows else 0) + AFTER
    end = starts[-2] + HEIGHT // 2 if last and rows else height
    placed = tuple(
        replace(box, x=x, y=top + y)
        for row, y in zip(rows, starts, strict=False)
        for box, x in zip(row, frame.columns, strict=False)
    )
    levels = [y + HEIGHT // 2 for y in starts[:-1]]
    twigs = "".join(
        branch_path(frame, [x for _, x in zip(row, frame.columns, strict=False)], level, post[1], end)
        for row, level in zip(rows, levels, strict=True)
    )
    trail = trail_path(frame, post[1], end, from_above=top > 0)
    return StageNode(section, top, height, part, lines, post, trail, twigs, placed)


def topic_box(topic: OutlineTopic, section: Section) -> Box:
    sign = topic.level != section.level
    lines = wrap(topic.title, BOX - TEXT - (24 if sign else 8), TEXT_SIZE, SANS)
    return Box(topic, 0, 0, HEIGHT + LINE * (len(lines) - 1), lines, sign)


# --- The trail ----------------------------------------------------------------------------------------


def trail_curve_points(frame: Viewport, start: int, end: int) -> tuple[Point, ...]:
    """The points where the trail runs straight down: its ends, a turn to the left, and one to the right."""
    x, quarter = frame.spine, (end - start) // 4
    return (x, start), (x - frame.sway, start + quarter), (x + frame.sway, end - quarter), (x, end)


def trail_path(frame: Viewport, start: int, end: int, from_above: bool) -> str:
    """The trail from a post at ``start`` down to ``end``, and to the post from the stage above."""
    path = f"M{frame.spine} 0V{start}" if from_above else f"M{frame.spine} {start}"
    for (x0, y0), (x1, y1) in pairwise(trail_curve_points(frame, start, end)):
        third = (y1 - y0) // 3
        path += f"C{x0} {y0 + third} {x1} {y1 - third} {x1} {y1}"
    return path


def trail_x_at(frame: Viewport, start: int, end: int, y: int) -> int:
    """Where the trail is at ``y``. Between two bends y is linear in t, for its control points stand at the thirds."""
    for (x0, y0), (x1, y1) in pairwise(trail_curve_points(frame, start, end)):
        if y0 <= y < y1:
            t = (y - y0) / (y1 - y0)
            return round(x0 + (x1 - x0) * t * t * (3 - 2 * t))
    return frame.spine


def branch_path(frame: Viewport, columns: Sequence[int], level: int, start: int, end: int) -> str:
    """From the trail to the boxes of a row, on both sides of it; it goes on behind them to the farthest."""
    leaves = max(level - 24, start)
    x = trail_x_at(frame, start, end, leaves)
    ways = []
    for side in ([at for at in columns if at < frame.spine], [at for at in columns if at > frame.spine]):
        if side:
            left = side[0] < frame.spine
            near, far = (side[-1] + BOX, side[0] + BOX // 2) if left else (side[0], side[-1] + BOX // 2)
            ways.append(f"M{x} {leaves}Q{x} {level} {(x + near) // 2} {level}H{near}H{far}")
    return "".join(ways)


# --- Edges --------------------------------------------------------------------------------------------


def with_edges(stops: Sequence[StageNode], needs: Needs, frame: Viewport) -> tuple[StageNode, ...]:
    """The stops with a path in each box to the boxes of what it needs: the nearest before it, else the first after.

    A path leaves a box at its top, runs between rows and along the free line beside the other's column, and comes
    to the other from below, so it crosses no box. Around the other it closes a ring.
    """
    order = [(box, floor) for stop in stops for box, floor in zip(stop.boxes, floors(stop.boxes), strict=True)]
    places: dict[int, list[int]] = {}
    for place, (box, _) in enumerate(order):
        places.setdefault(box.topic.pk, []).append(place)
    found = []
    for place, (box, _) in enumerate(order):
        paths = []
        for pk in needs.get(box.topic.pk, ()):
            if there := places.get(pk):
                nearest = max((at for at in there if at < place), default=there[0])
                other, floor = order[nearest]
                paths.append(edge(box, other, floor, frame))
        found.append(replace(box, edges="".join(paths)))
    rest = iter(found)
    return tuple(replace(stop, boxes=tuple(islice(rest, len(stop.boxes)))) for stop in stops)


def floors(boxes: Sequence[Box]) -> list[int]:
    """For each box the bottom of its row, which is that of the tallest box in it."""
    deepest: dict[int, int] = {}
    for box in boxes:
        deepest[box.y] = max(deepest.get(box.y, 0), box.bottom)
    return [deepest[box.y] for box in boxes]


def edge(box: Box, other: Box, floor: int, frame: Viewport) -> str:
    """The path from the top of ``box`` to ``other``, whose row ends at ``floor``, relative to the box's corner."""
    middle, target = box.x + BOX // 2, other.x + BOX // 2
    out, into = box.y - GAP // 2, floor + GAP // 2
    if other.y == box.y:
        points, ring = [(middle, box.y), (middle, out), (target, out), (target, other.y)], other.height
    else:
        channel = frame.channels[frame.columns.index(other.x)]
        bend = [(channel, out), (channel, into)] if out != into else []
        points = [(middle, box.y), (middle, out), *bend, (target, into), (target, other.bottom)]
        ring = -other.height
    return rounded([(x - box.x, y - box.y) for x, y in points]) + f"h{BOX // 2}v{ring}h-{BOX}v{-ring}h{BOX // 2}"


def rounded(points: Sequence[Point], radius: int = 7) -> str:
    """A path along ``points``, each step straight across or straight down, with its corners rounded."""
    points = [point for place, point in enumerate(points) if not place or point != points[place - 1]]
    path, (x, y) = "M{} {}".format(*points[0]), points[0]
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, (abs(x1 - x0) + abs(y1 - y0)) // 2, (abs(x2 - x1) + abs(y2 - y1)) // 2)
        enter = (x1 - r * sign(x1 - x0), y1 - r * sign(y1 - y0))
        leave = (x1 + r * sign(x2 - x1), y1 + r * sign(y2 - y1))
        path += step(enter[0] - x, enter[1] - y)
        if sign(x1 - x0) != sign(x2 - x1):  # not straight on
            path += f"q{x1 - enter[0]} {y1 - enter[1]} {leave[0] - enter[0]} {leave[1] - enter[1]}"
            x, y = leave
        else:
            x, y = enter
    return path + step(points[-1][0] - x, points[-1][1] - y)


def step(across: int, down: int) -> str:
    """A straight piece of a path: this far across, or this far down."""
    return f"h{across}" if across else f"v{down}" if down else ""


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


# --- Text ---------------------------------------------------------------------------------------------


def widths(letters: Mapping[float, str]) -> Font:
    return {letter: width for width, all_of_them in letters.items() for letter in all_of_them}


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
OTHER = 1.3  # whatever is not listed, such as the letters of other scripts
WIDE = 1.4  # emoji, and the letters of East Asia


def text_width(text: str, size: int, font: Font) -> float:
    """How wide a text is at most."""
    return size * sum(
        font.get(letter) or (WIDE if unicodedata.east_asian_width(letter) in "WF" else OTHER) for letter in text
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
