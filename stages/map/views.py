"""What the map asks for beside its page: a stylesheet, and topics in short."""

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from stages.content import current_content
from stages.map.stylesheet import map_stylesheet
from stages.models import Topic
from stages.outline import prerequisites_and_unlocks
from stages.requests import HtmxRequest
from stages.track_access import get_readable_track, get_readable_track_or_404

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
def map_style(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The stylesheet that moves the map of the roadmap, or of a track, for narrower screens.

    Its address names its content, so a browser that has it never asks again.
    """
    content = current_content()
    access = get_readable_track_or_404(content, request.user, slug) if slug else None
    stylesheet = map_stylesheet(content, access.outline if access else content.outline)
    response = HttpResponse(stylesheet.css, content_type="text/css")
    if request.GET.get("v") == stylesheet.digest:
        visibility = "private" if access and access.track.private else "public"
        patch_cache_control(response, **{visibility: True}, immutable=True, max_age=YEAR)
    else:
        patch_cache_control(response, no_cache=True)
    return response


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def topic_panel(request: HtmxRequest, slug: str) -> HttpResponse:
    """A topic in short, for the panel beside the map. Whoever comes without the map is led to the topic itself."""
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    content = current_content()
    positions = content.outline.positions_by_slug.get(slug)
    if not positions:
        raise Http404
    if not request.htmx:
        return redirect(topic)
    [(section, outline_topic)] = positions
    context = {
        "topic": topic,
        "outline_topic": outline_topic,
        "topic_section": replace(section, slug="beside", topics=(outline_topic,)),
        **prerequisites_and_unlocks(topic.pk, content.outline, content.prerequisites),
    }
    if "track" in request.GET:
        access = get_readable_track(content, request.user, request.GET["track"])
        context["track"] = access and access.track
    return render(request, "stages/map/topic_panel.html", context)
