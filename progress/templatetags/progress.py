"""Tags and filters for the reader's progress. All of it comes from the lazy ``progress`` in the context."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.measure import Countable, ProgressSummary
from progress.models import STATUS_LABELS, HasPk
from progress.reader_progress import ReaderProgress
from progress.rendering.fragments import (
    render_bar,
    render_continue_button,
    render_dialogs,
    render_rows,
    render_stage_head,
    render_trail,
)
from progress.rendering.map_fragments import render_map
from stages.map.stylesheet import MapStylesheet
from stages.outline import Outline, OutlineTopic, Section

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()


@register.simple_tag(takes_context=True)
def rows(context: Context, section: Section, page: str) -> SafeString:
    """The rows of a section's topics: ``{% rows section "roadmap" %}``."""
    return render_rows(section, page, context["progress"], slug_of_track(context))


@register.simple_tag(takes_context=True)
def draw_map(context: Context, sheet: MapStylesheet, outline: Outline) -> SafeString:
    """The map of an outline: ``{% draw_map sheet outline %}``."""
    return render_map(sheet, outline, context["progress"], slug_of_track(context))


@register.simple_tag(takes_context=True)
def stage_head(context: Context, section: Section) -> SafeString:
    """What stands above the rows of a stage: ``{% stage_head section %}``."""
    return render_stage_head(section, context["progress"].measure(section.topics))


@register.simple_tag
def bar(name: str, label: str, measured: ProgressSummary) -> SafeString:
    """A bar and its words: ``{% bar "total" "The whole roadmap" measured %}``."""
    return render_bar(name, label, measured)


@register.simple_tag
def trail(name: str, measured: ProgressSummary) -> SafeString:
    """The path beside a stage: ``{% trail section.slug measured %}``."""
    return render_trail(name, measured)


@register.simple_tag(takes_context=True)
def measure(context: Context, topics: Iterable[Countable]) -> ProgressSummary:
    """How far the reader is: ``{% measure section.topics as measured %}``."""
    progress: ReaderProgress = context["progress"]
    return progress.measure(topics)


@register.simple_tag(takes_context=True)
def continue_button(context: Context, topics: Sequence[OutlineTopic]) -> SafeString:
    """The button to where the reader goes on: ``{% continue_button outline.topics %}``."""
    progress: ReaderProgress = context["progress"]
    statuses = progress.statuses
    started = any(topic.pk in statuses for topic in topics)
    return render_continue_button(progress.next_topic(topics), slug_of_track(context), started=started)


def slug_of_track(context: Context) -> str:
    """Which track a page follows, if it is not the merged roadmap."""
    track = context.get("track")
    return track.slug if track else ""


@register.simple_tag(takes_context=True)
def topic_status(context: Context, topic: HasPk) -> str:
    """The reader's status in a topic, or "none": ``{% topic_status topic as status %}``."""
    progress: ReaderProgress = context["progress"]
    return progress.status_of(topic.pk)


@register.filter
def status_label(status: str) -> "StrPromise":
    """A status, or "none", as a reader sees it: ``{{ status|status_label }}``."""
    return STATUS_LABELS[status]


@register.filter
def links(topics: Iterable[OutlineTopic], shown: int = 3) -> SafeString:
    """Links to topics as part of a sentence: ``{{ topics|links }}`` is "A, B, C and 2 more"."""
    texts: list[str] = [
        format_html('<a href="{}">{}</a>', reverse("topic", args=[topic.slug]), topic.title) for topic in topics
    ]
    more = len(texts) - shown
    if more > 1:
        texts[shown:] = [ngettext("%d more", "%d more", more) % more]
    return mark_safe(get_text_list(texts, _("and")))  # noqa: S308 - of links that are escaped


@register.simple_tag
def dialogs() -> SafeString:
    """What opens by key on every page: the palette and the list of shortcuts."""
    return render_dialogs()
