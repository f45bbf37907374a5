"""What templates ask of the reader's progress. All of it comes from the lazy ``progress`` in the context."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.map_pieces import render_map
from progress.models import IN_WORDS
from progress.pieces import render_bar, render_dialogs, render_onward, render_rows, render_stage_head, render_trail

register = template.Library()


@register.simple_tag(takes_context=True)
def rows(context, section, page):
    """The rows of a section's topics: ``{% rows section "roadmap" %}``."""
    return render_rows(section, page, context["progress"], slug_of_track(context))


@register.simple_tag(takes_context=True)
def draw(context, sheet, outline):
    """The map of an outline: ``{% draw sheet outline %}``."""
    return render_map(sheet, outline, context["progress"], slug_of_track(context))


@register.simple_tag(takes_context=True)
def stage_head(context, section):
    """What stands above the rows of a stage: ``{% stage_head section %}``."""
    return render_stage_head(section, context["progress"].measure(section.topics))


@register.simple_tag
def bar(name, label, measured):
    """A bar and its words: ``{% bar "total" "The whole roadmap" measured %}``."""
    return render_bar(name, label, measured)


@register.simple_tag
def trail(name, measured):
    """The path beside a stage: ``{% trail section.slug measured %}``."""
    return render_trail(name, measured)


@register.simple_tag(takes_context=True)
def measure(context, topics):
    """How far the reader is: ``{% measure section.topics as measured %}``."""
    return context["progress"].measure(topics)


@register.simple_tag(takes_context=True)
def onward(context, topics):
    """The button to where the reader goes on: ``{% onward outline.topics %}``."""
    progress = context["progress"]
    statuses = progress.statuses
    started = any(topic.pk in statuses for topic in topics)
    return render_onward(progress.next_topic(topics), slug_of_track(context), started=started)


def slug_of_track(context):
    """Which track a page follows, if it is not the merged roadmap."""
    track = context.get("track")
    return track.slug if track else ""


@register.simple_tag(takes_context=True)
def standing(context, topic):
    """The reader's status in a topic, or "none": ``{% standing topic as status %}``."""
    return context["progress"].of(topic.pk)


@register.filter
def in_words(status):
    """A status, or "none", as a reader sees it: ``{{ status|in_words }}``."""
    return IN_WORDS[status]


@register.filter
def links(topics, shown=3):
    """Links to topics as part of a sentence: ``{{ topics|links }}`` is "A, B, C and 2 more"."""
    found = [format_html('<a href="{}">{}</a>', reverse("topic", args=[topic.slug]), topic.title) for topic in topics]
    more = len(found) - shown
    if more > 1:
        found[shown:] = [ngettext("%d more", "%d more", more) % more]
    return mark_safe(get_text_list(found, _("and")))  # noqa: S308 - of links that are escaped


@register.simple_tag
def dialogs():
    """What opens by key on every page: the palette and the list of shortcuts."""
    return render_dialogs()
