"""Tags and filters for annotations: notes, stars and ticked resources."""

import re
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.timezones import parse_zone
from progress.annotations.topic_annotations import TopicAnnotations
from progress.models import HasPk, Note, Reset, Star
from progress.pending_actions import unsaved_note
from progress.rendering.fragments import render_resource_tick
from stages.models import Resource
from stages.pages import hole
from stages.prepared_query import PreparedQuery

register = template.Library()

ANNOTATIONS = "annotations"  # where they are in the render_context, once they are loaded


@register.simple_tag(takes_context=True)
def annotations(context: Context, topic: HasPk) -> TopicAnnotations | None:
    """The learner's annotations: ``{% annotations topic as annotations %}``; None for visitors.

    One query, however often a page asks.
    """
    user, loaded = context["user"], context.render_context
    if not user.is_authenticated:
        return None
    if (found := loaded.get(ANNOTATIONS)) is None:
        found = loaded[ANNOTATIONS] = TopicAnnotations.load(user.pk, topic.pk)
    return found


@register.simple_tag(takes_context=True)
def resource_tick(context: Context, topic: HasPk, resource: Resource) -> SafeString:
    """The box of a link, for learners: ``{% resource_tick topic link.resource %}``."""

    def fill(reader: Context) -> str:
        found = annotations(reader, topic)
        return (
            render_resource_tick(resource.pk, resource.title, ticked=resource.pk in found.resources) if found else ""
        )

    return hole(context, fill)


@register.simple_tag(takes_context=True)
def has_unsaved_note(context: Context, topic: HasPk) -> bool:
    """Whether a note on the topic waits since it could not be saved at log-in."""
    return bool(unsaved_note(context["request"].session, topic.pk))


@register.simple_tag(takes_context=True)
def reader_zone(context: Context) -> ZoneInfo:
    """The reader's time zone: ``{% reader_zone as zone %}{% timezone zone %}``."""
    return parse_zone(context["request"])


@register.simple_tag(takes_context=True)
def notes_with(context: Context, text: str, limit: int = 10) -> list[Note]:
    """The learner's own notes that have every word of ``text``: ``{% notes_with text as notes %}``."""
    user = context["user"]
    if not text or not user.is_authenticated:
        return []
    return list(Note.objects.filter(user=user).search(text).select_related("topic")[:limit])


@register.filter
def excerpt(text: str, words: str, width: int = 160) -> str:
    """The part of ``text`` that has the first of ``words`` in it."""
    match = re.search("|".join(map(re.escape, re.findall(r"\w+", words))) or "$", text, re.IGNORECASE)
    start = max(0, match.start() - width // 3) if match else 0
    part = text[start : start + width]
    return f"{'…' if start else ''}{part.strip()}{'…' if start + width < len(text) else ''}"


@register.simple_tag(takes_context=True)
def starred(context: Context) -> str:
    """The topics that the learner has starred. One query, and another if there are any."""
    if not STARS.rows(context["user"].pk):
        return ""
    stars = context["user"].stars.select_related("topic__stage").order_by("-at")
    facts = {"stars": stars, "progress": context["progress"]}
    return render_to_string("progress/annotations/includes/starred.html", facts)


STARS = PreparedQuery(lambda user: Star.objects.filter(user=user).values_list("pk")[:1], parameters=1)


@register.simple_tag(takes_context=True)
def resets(context: Context) -> str:
    """What the learner has reset and not taken back, to take it back. One query, and another if there is any."""
    if not RESETS.rows(context["user"].pk):
        return ""
    facts = context.flatten() | {"resets": context["user"].resets.active()[:5]}
    return render_to_string("progress/tracking/includes/resets.html", facts)


RESETS = PreparedQuery(lambda user: Reset.objects.filter(user=user).active().values_list("pk")[:1], parameters=1)
