"""Cached fragments of the map with the reader's progress: every topic and every post is rendered once a status.

A drawing never changes (an edit of the content makes another), so its parts are their own keys.
"""

from functools import lru_cache
from typing import Any

from django.template import Context, Template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from progress.models import NONE, Status
from progress.reader_progress import ReaderProgress
from progress.rendering.fragments import cached_fragment, template
from stages.map.layout import SANS, text_width
from stages.map.stylesheet import MapStylesheet, Node, Stage
from stages.outline import Outline, OutlineTopic

SIZES = {"beginner": 20, "intermediate": 18, "advanced": 16}  # of posts, which differ in shape


def render_map(sheet: MapStylesheet, outline: Outline, progress: ReaderProgress, track: str = "") -> SafeString:
    """All stages of a map, one after another."""
    stage_template = template("stages/map/includes/stage.html")
    node_template = template("stages/map/includes/node.html")
    here = topic_on_map(sheet, outline, progress)
    parts: list[str] = []
    language = get_language()
    for stage in sheet.stages:
        parts += [
            render_start(stage_template, stage, sheet.width),
            render_post(stage, progress, track),
            '<g role="list">',
        ]
        parts += [
            _cached_node(
                node_template,
                node,
                track,
                progress.statuses.get(node.box.topic.pk, NONE),
                node is here,
                False,
                language,
            )
            for node in stage.nodes
        ]
        parts.append("</g></svg></li>")
    return mark_safe("".join(parts))  # noqa: S308


def render_map_update(
    sheet: MapStylesheet, outline: Outline, progress: ReaderProgress, slug: str, track: str = ""
) -> SafeString:
    """What a tick changes on the map, for htmx to put in its place."""
    here = topic_on_map(sheet, outline, progress)
    changed = [(stage, node) for stage in sheet.stages for node in stage.nodes if node.box.topic.slug == slug]
    node_template = template("stages/map/includes/node.html")
    parts: list[str] = [
        _cached_node(node_template, node, track, progress.status_of(node.box.topic.pk), False, True, get_language())
        for __, node in changed
    ]
    parts += [render_post(stage, progress, track, swap=True) for stage, __ in changed]
    # Where the reader was, there is no sign any more; where the reader is, there is one now.
    sign = render_here(here) if here else '<g id="here"></g>'
    anchor = here or changed[0][1]
    parts.append(f'<g hx-swap-oob="beforeend:#{anchor.section}--{anchor.box.topic.slug}">{sign}</g>')
    # A browser takes the parts of a drawing for parts of a drawing only inside of one.
    drawing = f"<template><svg>{''.join(parts)}</svg></template>"
    return mark_safe(f'<g id="here" hx-swap-oob="delete"></g>{drawing}')  # noqa: S308


def topic_on_map(sheet: MapStylesheet, outline: Outline, progress: ReaderProgress) -> Node | None:
    """The node of the topic to continue with, the first of them if there are several."""
    topic = progress.next_topic(outline.topics)
    return next(node for node in sheet.nodes if node.box.topic.pk == topic.pk) if topic else None


@lru_cache(maxsize=256)
def render_start(stage_template: Template, stage: Stage, width: int) -> SafeString:
    return stage_template.render(Context({"stage": stage, "section": stage.stop.section, "width": width}))


def render_post(stage: Stage, progress: ReaderProgress, track: str = "", *, swap: bool = False) -> SafeString:
    """The post of a stage, its title, and how far the reader is along the trail."""
    section = stage.stop.section
    return cached_fragment(
        template("stages/map/includes/post.html"),
        stage=stage,
        section=section,
        size=SIZES.get(section.level),
        measured=progress.measure(section.topics),
        track=track,
        swap=swap,
    )


@lru_cache(maxsize=16384)
def _cached_node(
    template: Template, node: Node, track: str, status: str, here: bool, swap: bool, language: str | None
) -> SafeString:
    """One topic with the reader's status, in one language; ``here`` when it is the one to continue with."""
    topic = node.box.topic
    facts = {"topic": topic, "section": node.section, "node": node, "status": status, "track": track, "swap": swap}
    return template.render(Context({**facts, "label": node_label(topic, status, node.box.sign), **status_sign(here)}))


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


def render_here(node: Node) -> SafeString:
    return cached_fragment(template("stages/map/includes/you_are_here.html"), node=node, **status_sign(True))


def status_sign(here: bool) -> dict[str, Any]:
    """The sign on the topic where the reader is, as wide as its words."""
    return {"here": here, "tab": round(text_width(_("You are here"), 11, SANS)) + 20}
