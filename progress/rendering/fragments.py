"""Cached fragments of long pages: rows, bars and trails.

A template engine is slow at hundreds of rows. But a row depends on the topic and on one word, the reader's status,
so it is rendered once for each such pair and cached. The key is what the fragment is made of, content and template
and language: an edit makes another key, and what is cached can never be out of date.
"""

from collections.abc import Hashable
from functools import lru_cache

from django.template import Context, Template
from django.template.engine import Engine
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from progress.activity import Month
from progress.measure import ProgressSummary
from stages.outline import OutlineTopic, Section

# The pages that have rows, and the variant of row.html there.
ROW_TEMPLATES = {
    "roadmap": "compact",
    "table": "compact",
    "outline": "compact",
    "map": "lone",  # in the panel beside it
    "stage": "full",
    "track": "full",
    "search": "full",
    "source": "compact",
    "topic": "lone",
}


def template(name: str) -> Template:
    """A compiled template. Django keeps it, and on a laptop compiles another when its file changes."""
    return Engine.get_default().get_template(name)


@lru_cache(maxsize=4096)
def _cached_for_language(language: str | None, template: Template, **facts: Hashable) -> SafeString:
    return template.render(Context(facts))


def cached_fragment(template: Template, **facts: Hashable) -> SafeString:
    """``template`` rendered with ``facts``, once in each language."""
    return _cached_for_language(get_language(), template, **facts)


def render_row(
    page: str, section: Section, topic: OutlineTopic, track: str, status: str, shown: bool, *, swap: bool = False
) -> SafeString:
    """One row as it is on a page; short ones say a level only where it is not their stage's own.

    ``shown`` says whether the topic is not only done, but its exercises passed as well. ``track`` is the slug of the
    track that the page is of, for its links to lead along. ``swap`` marks the row for htmx to put in its place.
    """
    variant = ROW_TEMPLATES[page]
    sign = variant != "compact" or (page not in ("outline", "source") and topic.level != section.level)
    return cached_fragment(
        template("includes/row.html"),
        topic=topic,
        section=section.slug,
        track=track,
        variant=variant,
        status=status,
        shown=shown,
        sign=sign,
        swap=swap,
    )


def render_topic_link(slug: str, title: str, status: str) -> SafeString:
    return cached_fragment(template("includes/topic_link.html"), slug=slug, title=title, status=status)


def render_resource_tick(pk: int, title: str, *, ticked: bool) -> SafeString:
    """The box of a resource at a topic."""
    file = "progress/annotations/includes/resource_tick.html"
    return cached_fragment(template(file), pk=pk, title=title, ticked=ticked)


def render_bar(name: str, label: str, measured: ProgressSummary, *, swap: bool = False) -> SafeString:
    """A bar and its words; ``name`` makes its id, ``label`` is what a screen reader calls it."""
    return cached_fragment(
        template("includes/progress_bar.html"), name=name, label=label, measured=measured, swap=swap
    )


def render_trail(name: str, measured: ProgressSummary, *, swap: bool = False) -> SafeString:
    """The path beside a stage, walked as far as the reader is."""
    return cached_fragment(template("includes/trail.html"), name=name, measured=measured, swap=swap)


def render_continue_button(
    topic: OutlineTopic | None, track: str = "", *, started: bool, swap: bool = False
) -> SafeString:
    """The button to the topic to go on with; without a topic, nothing is left."""
    return cached_fragment(
        template("includes/continue_button.html"), topic=topic, track=track, started=started, swap=swap
    )


def render_month(month: Month, *, shows_year: bool) -> SafeString:
    """A month of somebody's year, drawn."""
    return cached_fragment(template("progress/includes/month.html"), month=month, shows_year=shows_year)


def render_dialogs() -> SafeString:
    """The palette and the list of shortcuts, closed: at the foot of every page."""
    return cached_fragment(template("includes/dialogs.html"))
