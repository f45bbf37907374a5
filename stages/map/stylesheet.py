"""The map as a page carries it: drawn for the widest frame, with a stylesheet that moves it for the others.

So every topic is in the page once, for a screen reader too, and a browser fetches the stylesheet once. What one
frame alone has, the trail, is in the page for each of them: not every browser takes a path from a stylesheet.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from stages.map.layout import HEAD, HEAD_LINE, LINE, TEXT, VIEWPORTS, Box, StageNode, Viewport, layout
from stages.outline import Outline, Pair

type Line = tuple[int, int, str]  # x, y and the words there


@dataclass(frozen=True, eq=False)
class Node:
    """A box in its stage: ``number`` names it in the stylesheet, ``y`` is measured from the top of the stage."""

    box: Box
    section: str
    number: int
    y: int

    @property
    def lines(self) -> list[Line]:
        """The lines of the title. All but the last end in a space, which no eye sees."""
        return placed(self.box.lines, TEXT, 24, LINE)


@dataclass(frozen=True, eq=False)
class Stage:
    stop: StageNode
    number: int
    frames: tuple[tuple[Viewport, StageNode], ...]
    nodes: tuple[Node, ...]

    @property
    def titles(self) -> list[tuple[str, list[Line], int]]:
        """For each frame the lines of the title, and where the words below it stand, seen from the post."""
        return [
            (frame.name, placed(stop.lines, HEAD, 0, HEAD_LINE), HEAD_LINE * (len(stop.lines) - 1) + 21)
            for frame, stop in self.frames
        ]


@dataclass(frozen=True, eq=False)
class MapStylesheet:
    stages: tuple[Stage, ...]
    style: str
    width = VIEWPORTS[0].width

    @cached_property
    def digest(self) -> str:
        """Names this stylesheet and no other, so that a browser may keep it for ever."""
        return hashlib.sha256(self.style.encode()).hexdigest()[:12]

    @cached_property
    def nodes(self) -> list[Node]:
        return [node for stage in self.stages for node in stage.nodes]


@lru_cache(maxsize=32)
def map_stylesheet(outline: Outline, prerequisites: tuple[Pair, ...]) -> MapStylesheet:
    """The map of an outline; ``prerequisites`` are pairs of pks: a topic and what it needs."""
    needs: dict[int, list[int]] = {}
    for topic, needed in prerequisites:
        needs.setdefault(topic, []).append(needed)
    drawn = [(frame, layout(outline, needs, frame)) for frame in VIEWPORTS]
    stages, count = [], 0
    for number, stop in enumerate(drawn[0][1]):
        nodes = tuple(
            Node(box, stop.section.slug, count + place, box.y - stop.y) for place, box in enumerate(stop.boxes)
        )
        count += len(nodes)
        stages.append(Stage(stop, number, tuple((frame, stops[number]) for frame, stops in drawn), nodes))
    return MapStylesheet(tuple(stages), "".join(viewport_css(frame, stops) for frame, stops in drawn))


def viewport_css(frame: Viewport, stops: Sequence[StageNode]) -> str:
    """What a frame needs of the stylesheet: the widest nothing but to hide the trails of the others."""
    others = ",".join(f".map .{other.name}" for other in VIEWPORTS if other is not frame)
    rules = [f"{others}{{display:none}}"]
    if frame is not VIEWPORTS[0]:
        rules += [f".map-post{{transform:translate({frame.spine}px,0)}}"]
        rules += [f".s{n}{{width:{frame.width}px;height:{stop.height}px}}" for n, stop in enumerate(stops)]
        boxes = [(box, stop) for stop in stops for box in stop.boxes]
        for number, (box, stop) in enumerate(boxes):
            rules.append(f".n{number}{{transform:translate({box.x}px,{box.y - stop.y}px)}}")
            if box.edges:
                rules.append(f'.n{number} .edges{{d:path("{box.edges}")}}')
        rules.append('@supports not (d:path("M0 0")){.edges{display:none}}')
    return f"@media {frame.media}{{{'\n'.join(rules)}}}\n"


def placed(lines: Sequence[str], x: int, y: int, pitch: int) -> list[Line]:
    last = len(lines) - 1
    return [(x, y + pitch * place, line if place == last else f"{line} ") for place, line in enumerate(lines)]
