"""Tags and filters for the reader's progress. All of it comes from the lazy ``progress`` in the context."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.activity import Month
from progress.measure import Countable, ProgressSummary, StatusBits, TopicSet, bits_of
from progress.models import NONE, STATUS_LABELS, HasPk
from progress.reader_progress import ReaderProgress
from progress.rendering.fragments import (
    render_bar,
    render_continue_button,
    render_dialogs,
    render_month,
    render_row,
    render_topic_link,
    render_trail,
)
from progress.rendering.map_fragments import MapDrawing
from stages.map.stylesheet import MapStylesheet
from stages.outline import Outline, OutlineTopic, Section
from stages.pages import Hole, hole

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()

JOINED = 8  # texts of one section that are kept; each can be as long as a page


@register.simple_tag(takes_context=True)
def rows(context: Context, section: Section, page: str) -> SafeString:
    """The rows of a section's topics: ``{% rows section "roadmap" %}``."""
    track = slug_of_track(context)
    pieces = [(topic.pk, partial(render_row, page, section, topic, track)) for topic in section.topics]
    return hole(context, by_standing(pieces))


@register.simple_tag(takes_context=True)
def topic_link(context: Context, topic: OutlineTopic) -> SafeString:
    """A line that leads to a topic and says how far the reader is in it: ``{% topic_link other %}``."""
    link = partial(render_topic_link, topic.slug, topic.title)
    return hole(context, by_standing([(topic.pk, lambda status, _: link(status))]))


def by_standing(pieces: Sequence[tuple[int, Callable[[str, bool], SafeString]]]) -> Hole:
    """Pieces that look otherwise by the reader's status in a topic and whether it is shown, one after another.

    Each is (the topic's pk, what renders it for these two). It is rendered once for each of them, and all pieces are
    joined once for readers who are equally far in them, as most are where nobody has begun.
    """
    topics = bits_of(pk for pk, _ in pieces)
    rendered = [(pk, lru_cache(maxsize=None)(render)) for pk, render in pieces]

    @lru_cache(maxsize=JOINED)
    def join(statuses: StatusBits, shown: int) -> bytes:
        by_pk = statuses.to_dict()
        return "".join([render(by_pk.get(pk, NONE), bool(shown >> pk & 1)) for pk, render in rendered]).encode()

    def fill(reader: Context) -> bytes:
        progress: ReaderProgress = reader["progress"]
        return join(progress.bits.among(topics), progress.shown & topics)

    return fill


def by_count(topics: Iterable[Countable], render: Callable[[ProgressSummary], SafeString]) -> Hole:
    """A piece that looks otherwise by how far the reader is in ``topics``: rendered once for each count."""
    counted, rendered = TopicSet.of(topics), lru_cache(maxsize=256)(render)

    def fill(reader: Context) -> SafeString:
        progress: ReaderProgress = reader["progress"]
        return rendered(counted.measure_bits(progress.bits, progress.shown))

    return fill


@register.simple_tag(takes_context=True)
def draw_map(context: Context, sheet: MapStylesheet, outline: Outline) -> SafeString:
    """The map of an outline: ``{% draw_map map_stylesheet outline %}``."""
    drawing = MapDrawing(sheet, outline, slug_of_track(context))
    return hole(context, lambda reader: drawing.render(reader["progress"]))


@register.simple_tag(takes_context=True)
def progress_bar(context: Context, name: str, label: str, topics: Iterable[Countable]) -> SafeString:
    """How far the reader is in topics, as a bar: ``{% progress_bar "total" "The whole roadmap" outline.topics %}``."""
    return hole(context, by_count(topics, partial(render_bar, name, label)))


@register.simple_tag
def bar(name: str, label: str, measured: ProgressSummary) -> SafeString:
    """The same of what is measured already: ``{% bar "total" "The whole roadmap" measured %}``."""
    return render_bar(name, label, measured)


@register.simple_tag(takes_context=True)
def trail(context: Context, name: str, topics: Iterable[Countable]) -> SafeString:
    """The path beside a stage: ``{% trail section.slug section.topics %}``."""
    return hole(context, by_count(topics, partial(render_trail, name)))


@register.simple_tag(takes_context=True)
def continue_button(context: Context, topics: Sequence[OutlineTopic]) -> SafeString:
    """The button to where the reader goes on: ``{% continue_button outline.topics %}``."""
    track = slug_of_track(context)

    def fill(reader: Context) -> str:
        progress: ReaderProgress = reader["progress"]
        started = any(topic.pk in progress.statuses for topic in topics)
        return render_continue_button(progress.next_topic(topics), track, started=started)

    return hole(context, fill)


def slug_of_track(context: Context) -> str:
    """Which track a page follows, if it is not the merged roadmap."""
    track = context.get("track")
    return track.slug if track else ""


@register.simple_tag(takes_context=True)
def topic_status(context: Context, topic: HasPk) -> str:
    """The reader's status in a topic, or "none": ``{% topic_status topic as status %}``."""
    progress: ReaderProgress = context["progress"]
    return progress.status_of(topic.pk)


@register.simple_tag
def month_of_year(month: Month, is_first: bool) -> SafeString:
    """A month as it is drawn: ``{% month_of_year month forloop.first %}``; the first and each January say the year."""
    return render_month(month, shows_year=is_first or month.first.month == 1)


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
