"""The map as a page carries it: drawn for the widest viewport, with a stylesheet that moves it for the others.

So every topic is in the page once, for a screen reader too, and a browser fetches the stylesheet once. What one
viewport alone has, the trail, is in the page for each of them: not every browser takes a path from a stylesheet.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from stages.content import Content
from stages.map.layout import (
    LINE_HEIGHT,
    TEXT_X,
    TITLE_LINE_HEIGHT,
    TITLE_X,
    VIEWPORTS,
    Box,
    StageNode,
    Viewport,
    layout,
)
from stages.outline import Outline

type Line = tuple[int, int, str]  # x, y and the words there


@dataclass(frozen=True, eq=False)
class TopicNode:
    """A box in its stage: ``number`` names it in the stylesheet, ``y`` is measured from the top of the stage."""

    box: Box
    section: str
    number: int
    y: int

    @property
    def lines(self) -> list[Line]:
        """The lines of the title. All but the last end in a space, which no eye sees."""
        return positioned_lines(self.box.lines, TEXT_X, 24, LINE_HEIGHT)


@dataclass(frozen=True, eq=False)
class MapStage:
    node: StageNode
    number: int
    viewports: tuple[tuple[Viewport, StageNode], ...]
    topic_nodes: tuple[TopicNode, ...]

    @property
    def titles(self) -> list[tuple[str, list[Line], int]]:
        """For each viewport the lines of the title, and where the words below it stand, seen from the post."""
        return [
            (
                viewport.name,
                positioned_lines(node.lines, TITLE_X, 0, TITLE_LINE_HEIGHT),
                TITLE_LINE_HEIGHT * (len(node.lines) - 1) + 21,
            )
            for viewport, node in self.viewports
        ]


@dataclass(frozen=True, eq=False)
class MapStylesheet:
    stages: tuple[MapStage, ...]
    css: str
    width = VIEWPORTS[0].width

    @cached_property
    def digest(self) -> str:
        """Names this stylesheet and no other, so that a browser may keep it for ever."""
        return hashlib.sha256(self.css.encode()).hexdigest()[:12]

    @cached_property
    def topic_nodes(self) -> list[TopicNode]:
        return [node for stage in self.stages for node in stage.topic_nodes]


def map_stylesheet(content: Content, outline: Outline) -> MapStylesheet:
    """The map of an outline in one version of the content, drawn once."""
    return content.keep(draw, outline)


def draw(content: Content, outline: Outline) -> MapStylesheet:
    needs: dict[int, list[int]] = {}
    for topic, needed in content.prerequisites:
        needs.setdefault(topic, []).append(needed)
    layouts = [(viewport, layout(outline, needs, viewport)) for viewport in VIEWPORTS]
    stages, count = [], 0
    for number, node in enumerate(layouts[0][1]):
        topic_nodes = tuple(
            TopicNode(box, node.section.slug, count + index, box.y - node.y) for index, box in enumerate(node.boxes)
        )
        count += len(topic_nodes)
        stages.append(
            MapStage(
                node,
                number,
                tuple((viewport, nodes[number]) for viewport, nodes in layouts),
                topic_nodes,
            )
        )
    return MapStylesheet(tuple(stages), "".join(viewport_css(viewport, nodes) for viewport, nodes in layouts))


def viewport_css(viewport: Viewport, nodes: Sequence[StageNode]) -> str:
    """What a viewport needs of the stylesheet: the widest nothing but to hide the trails of the others."""
    others = ",".join(f".map .{other.name}" for other in VIEWPORTS if other is not viewport)
    rules = [f"{others}{{display:none}}"]
    if viewport is not VIEWPORTS[0]:
        rules += [f".map-post{{transform:translate({viewport.spine}px,0)}}"]
        rules += [f".s{n}{{width:{viewport.width}px;height:{node.height}px}}" for n, node in enumerate(nodes)]
        boxes = [(box, node) for node in nodes for box in node.boxes]
        for number, (box, node) in enumerate(boxes):
            rules.append(f".n{number}{{transform:translate({box.x}px,{box.y - node.y}px)}}")
            if box.edges:
                rules.append(f'.n{number} .edges{{d:path("{box.edges}")}}')
        rules.append('@supports not (d:path("M0 0")){.edges{display:none}}')
    return f"@media {viewport.media}{{{'\n'.join(rules)}}}\n"


def positioned_lines(lines: Sequence[str], x: int, y: int, pitch: int) -> list[Line]:
    last = len(lines) - 1
    return [(x, y + pitch * index, line if index == last else f"{line} ") for index, line in enumerate(lines)]
