"""The pieces that long pages are made of: a topic's row, and what stands above the rows of a stage.

A template engine is slow at hundreds of rows. But a row depends on the topic and on one word, the reader's
standing, so it is rendered once for each such pair and kept. The key is the content itself: an edited topic is
another key, and what is kept can never be out of date.
"""

from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import mark_safe

# The pages that have rows, and the form that rows take there.
ROWS = {"roadmap": "compact", "stage": "full", "track": "full", "search": "full", "topic": "lone"}


def row_id(section, topic):
    """The id of a topic's row; a topic may stand in several sections of one page."""
    return f"{section}--{topic}"


@lru_cache(maxsize=8192)
def render_row(topic, section, row, status, *, sign=True, menu=False, swap=False):
    """The HTML of a row.

    ``topic`` is an OutlineTopic, ``section`` a slug, ``row`` is compact, full or lone. ``sign`` shows the level,
    ``menu`` leaves the further choices open, ``swap`` marks the row for htmx to put in its place.
    """
    return get_template("includes/row.html").render(
        {
            "topic": topic,
            "id": row_id(section, topic.slug),
            "row": row,
            "status": status,
            "menu": menu,
            "swap": swap,
            "sign": sign,
        }
    )


@lru_cache(maxsize=4096)
def render_stage_head(slug, title, summary, level, number, measured):
    """The HTML above the rows of a stage: the trail beside it, its name, and how far the reader is."""
    section = {"slug": slug, "title": title, "summary": summary, "level": level, "number": number}
    return get_template("includes/stage_head.html").render({"section": section, "measured": measured})


@lru_cache(maxsize=4096)
def render_bar(name, label, measured, *, swap=False):
    """The HTML of a bar and its words; ``name`` makes its id, ``label`` is what a screen reader calls it."""
    context = {"name": name, "label": label, "measured": measured, "swap": swap}
    return get_template("includes/bar.html").render(context)


@lru_cache(maxsize=4096)
def render_trail(name, measured, *, swap=False):
    """The HTML of the path beside a stage, walked as far as the reader is."""
    return get_template("includes/trail.html").render({"name": name, "measured": measured, "swap": swap})


def render_rows(section, page, progress):
    """The rows of a section on one of the pages, one after another, as the reader stands."""
    return mark_safe("".join(row_on(page, section, topic, progress) for topic in section.topics))  # noqa: S308


def row_on(page, section, topic, progress, **options):
    """One row as it is on a page: short rows say a level only where it is not their stage's own."""
    row = ROWS[page]
    sign = row != "compact" or topic.level != section.level
    return render_row(topic, section.slug, row, progress.of(topic.pk), sign=sign, **options)
