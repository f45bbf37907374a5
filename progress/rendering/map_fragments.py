"""The map with the reader's progress: every topic is rendered once a status, and every post once a count."""

from functools import cache, lru_cache
from typing import Any

from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from progress.measure import ProgressSummary, StatusBits, TopicSet
from progress.models import Status
from progress.reader_progress import ReaderProgress
from progress.rendering.fragments import cached_fragment, template
from stages.map.layout import SANS, text_width
from stages.map.stylesheet import MapStage, MapStylesheet, TopicNode
from stages.outline import Outline, OutlineTopic

JOINED = 8  # drawings of one stage that are kept, for readers who are not equally far
SIZES = {"beginner": 20, "intermediate": 18, "advanced": 16}  # of posts, which differ in shape


class MapDrawing:
    """All stages of a map, one after another, as one reader after another sees them."""

    def __init__(self, sheet: MapStylesheet, outline: Outline, track: str = "") -> None:
        self.sheet, self.outline, self.track = sheet, outline, track
        stage_template = template("stages/map/includes/stage.html")
        self.starts = [
            stage_template.render(Context({"stage": stage, "section": stage.node.section, "width": sheet.width}))
            for stage in sheet.stages
        ]
        self.topic_sets = [TopicSet.of(stage.node.section.topics) for stage in sheet.stages]
        self.node = cache(lambda node, status, here: render_node(node, track, status, here))
        self.draw = lru_cache(maxsize=JOINED * len(sheet.stages))(self._draw)

    def render(self, progress: ReaderProgress) -> bytes:
        here, bits = topic_on_map(self.sheet, self.outline, progress), progress.bits
        parts = []
        for number, (stage, topic_set) in enumerate(zip(self.sheet.stages, self.topic_sets, strict=True)):
            is_here = here is not None and here.section == stage.node.section.slug
            parts.append(self.draw(number, bits.among(sum(topic_set.bits)), here if is_here else None))
        return b"".join(parts)

    def _draw(self, number: int, statuses: StatusBits, here: TopicNode | None) -> bytes:
        """One stage. It is kept, for most readers are equally far in most stages: not begun, or done."""
        stage = self.sheet.stages[number]
        measured = self.topic_sets[number].measure_bits(statuses)
        nodes = [self.node(node, statuses.status_of(node.box.topic.pk), node is here) for node in stage.topic_nodes]
        post = render_post(stage, measured, self.track)
        return "".join([self.starts[number], post, '<g role="list">', *nodes, "</g></svg></li>"]).encode()


def render_map_update(
    sheet: MapStylesheet, outline: Outline, progress: ReaderProgress, slug: str, track: str = ""
) -> SafeString:
    """What a tick changes on the map, for htmx to put in its place."""
    here = topic_on_map(sheet, outline, progress)
    changed = [(stage, node) for stage in sheet.stages for node in stage.topic_nodes if node.box.topic.slug == slug]
    parts: list[str] = [
        render_node(node, track, progress.status_of(node.box.topic.pk), False, swap=True) for __, node in changed
    ]
    parts += [
        render_post(stage, progress.measure(stage.node.section.topics), track, swap=True) for stage, __ in changed
    ]
    # Where the reader was, there is no sign any more; where the reader is, there is one now.
    sign = render_here(here) if here else '<g id="here"></g>'
    anchor = here or changed[0][1]
    parts.append(f'<g hx-swap-oob="beforeend:#{anchor.section}--{anchor.box.topic.slug}">{sign}</g>')
    # A browser takes the parts of a drawing for parts of a drawing only inside of one.
    drawing = f"<template><svg>{''.join(parts)}</svg></template>"
    return mark_safe(f'<g id="here" hx-swap-oob="delete"></g>{drawing}')  # noqa: S308


def topic_on_map(sheet: MapStylesheet, outline: Outline, progress: ReaderProgress) -> TopicNode | None:
    """The node of the topic to continue with, the first of them if there are several."""
    topic = progress.next_topic(outline.topics)
    return next(node for node in sheet.topic_nodes if node.box.topic.pk == topic.pk) if topic else None


def render_post(stage: MapStage, measured: ProgressSummary, track: str = "", *, swap: bool = False) -> SafeString:
    """The post of a stage, its title, and how far the reader is along the trail."""
    section = stage.node.section
    return cached_fragment(
        template("stages/map/includes/post.html"),
        stage=stage,
        section=section,
        size=SIZES.get(section.level),
        measured=measured,
        track=track,
        swap=swap,
    )


def render_node(node: TopicNode, track: str, status: str, here: bool, *, swap: bool = False) -> SafeString:
    """One topic with the reader's status; ``here`` when it is the one to continue with."""
    topic = node.box.topic
    facts = {"topic": topic, "section": node.section, "node": node, "status": status, "track": track, "swap": swap}
    label = node_label(topic, status, node.box.shows_level)
    return template("stages/map/includes/node.html").render(Context({**facts, "label": label, **status_sign(here)}))


def node_label(topic: OutlineTopic, status: str, sign: bool) -> str:
    """What a screen reader calls a topic, where that is more than its title."""
    words = [topic.title]
    if sign:
        words.append(_(topic.level))
    if not topic.required:
        words.append(_("optional"))
    if status in (Status.LEARNING, Status.SKIPPED):
        words.append(_(status))
    return ", ".join(words) if len(words) > 1 else ""


def render_here(node: TopicNode) -> SafeString:
    return cached_fragment(template("stages/map/includes/you_are_here.html"), node=node, **status_sign(True))


def status_sign(here: bool) -> dict[str, Any]:
    """The sign on the topic where the reader is, as wide as its words."""
    return {"here": here, "tab": round(text_width(_("You are here"), 11, SANS)) + 20}
