from dataclasses import replace
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from stages.content import Content, current_content
from stages.dictionaries import Dictionary, offer_dictionary
from stages.links.display import with_alternatives
from stages.models import Source, Stage, Topic, Track
from stages.outline import Neighbors, Outline, prerequisites_and_unlocks
from stages.pages import render_page, text_for_strangers
from stages.roadmap.documents import PUBLISHED_TRACK, read_document
from stages.roadmap.layouts import RoadmapLayout, layout_context, layout_of, remember_layout
from stages.roadmap.setup import setup_of
from stages.track_access import get_readable_track
from stages.visitor_pages import brings_nothing

ROADMAP = "stages/roadmap/roadmap.html"
YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
def roadmap(request: HttpRequest) -> HttpResponseBase:
    """The merged roadmap: every stage with its topics, in learning order."""
    content, layout = current_content(), layout_of(request)
    page = render_page(request, content, ROADMAP, roadmap_context, layout)
    if not brings_nothing(request):
        offer_dictionary(page, content.keep(dictionary_of_roadmap, layout))
    return remember_layout(request, page)


@login_not_required
@require_safe
def roadmap_dictionary(request: HttpRequest) -> HttpResponseBase:
    """What the roadmap is compressed with for browsers that have it. Its address names its content."""
    dictionary = current_content().keep(dictionary_of_roadmap, layout_of(request))
    response = HttpResponse(dictionary.text, content_type="text/plain; charset=utf-8")
    if request.GET.get("v") == dictionary.version:
        response.headers["Use-As-Dictionary"] = f'match="{reverse("roadmap")}", match-dest=("document")'
        patch_cache_control(response, public=True, immutable=True, max_age=YEAR)
    else:
        patch_cache_control(response, no_cache=True)
    return response


def dictionary_of_roadmap(content: Content, layout: RoadmapLayout) -> Dictionary:
    text = text_for_strangers(content, reverse("roadmap"), ROADMAP, roadmap_context, layout)
    return Dictionary(text, f"{reverse('roadmap_dictionary')}?view={layout}")


def roadmap_context(content: Content, layout: RoadmapLayout) -> dict[str, Any]:
    return {
        "outline": content.outline,
        "source_count": content.source_count,
        "has_certificate": Track.objects.published().filter(follows_stages=True).exists(),
        **layout_context(content, content.outline, layout),
    }


@login_not_required
@require_safe
def stage(request: HttpRequest, slug: str) -> HttpResponseBase:
    return render_page(request, current_content(), "stages/roadmap/stage.html", stage_context, slug)


def stage_context(content: Content, slug: str) -> dict[str, Any]:
    index = next((index for index, section in enumerate(content.outline.sections) if section.slug == slug), None)
    if index is None:
        raise Http404
    return describe_stage(Stage.objects.get(slug=slug), content.outline, index)


def describe_stage(stage: Stage, outline: Outline, index: int) -> dict[str, Any]:
    """What the page of a stage says, which is the section ``index`` of ``outline``."""
    sections = outline.sections
    return {
        "stage": stage,
        "section": sections[index],
        "previous": sections[index - 1] if index else None,
        "next": sections[index + 1] if index + 1 < len(sections) else None,
    }


@login_not_required
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page of a topic, along the way that its reader takes: ``?track=`` of one that has it, or the roadmap."""
    content = current_content()
    if slug not in content.outline.positions_by_slug:
        successors = get_object_or_404(Topic, slug=slug).successors()
        if not successors:
            raise Http404
        # Merged or split: the old address leads to what took over.
        return redirect(successors[0])
    track, outline = None, content.outline
    access = get_readable_track(content, request.user, request.GET["track"]) if "track" in request.GET else None
    if access and not access.track.follows_stages and slug in access.outline.positions_by_slug:
        track, outline = access.track, access.outline
    around = outline.neighbors[slug]
    return render_page(request, content, "stages/roadmap/topic.html", topic_context, slug, track, around)


def topic_context(content: Content, slug: str, track: Track | None, around: Neighbors) -> dict[str, Any]:
    """What the page of a topic says on its way: along which track, if not the roadmap, and between which topics."""
    topic = Topic.objects.select_related("stage").get(slug=slug)
    described = describe_topic(topic, content.outline, content)
    return {**described, "track": track, "around": around}


def describe_topic(topic: Topic, outline: Outline, content: Content) -> dict[str, Any]:
    """What the page of a topic says that is in ``outline``, the merged roadmap or a draft of it."""
    [(section, outline_topic)] = outline.positions_by_slug[topic.slug]
    entries = topic.entries.select_related("source").order_by("source__position", "position")
    return {
        "topic": topic,
        "section": section,
        "outline_topic": outline_topic,
        "topic_section": replace(section, topics=(outline_topic,)),
        **prerequisites_and_unlocks(topic.pk, outline, content.prerequisites),
        "setup": setup_of(topic.body, outline),
        "exercises": [exercise for exercise in content.exercises if exercise.topic == topic.pk],
        "links": with_alternatives(topic.links.shown()),
        "source_count": content.source_count,
        "mentions": [(source, list(group)) for source, group in groupby(entries, key=lambda entry: entry.source)],
    }


@login_not_required
@require_safe
def track_list(request: HttpRequest) -> HttpResponseBase:
    return render_page(request, current_content(), "stages/roadmap/track_list.html", track_list_context)


def track_list_context(content: Content) -> dict[str, Any]:
    tracks = list(Track.objects.published().select_related("source"))
    outlines = content.track_outlines(tracks)
    return {"tracks": [(track, outlines[track.pk]) for track in tracks]}


@login_not_required
@require_safe
def track(request: HttpRequest, slug: str) -> HttpResponseBase:
    content = current_content()
    track = content.keep(published_track, slug)
    if track.follows_stages:
        return redirect("roadmap")
    page = render_page(request, content, "stages/roadmap/track.html", track_context, track, layout_of(request))
    return remember_layout(request, page)


def published_track(content: Content, slug: str) -> Track:
    return get_object_or_404(Track.objects.published().select_related("source"), slug=slug)


def track_context(content: Content, track: Track, layout: RoadmapLayout) -> dict[str, Any]:
    return describe_track(content, track, content.track_outline(track), layout)


def describe_track(content: Content, track: Track, outline: Outline, layout: RoadmapLayout) -> dict[str, Any]:
    """What the page of a track says, in the outline that its reader gets of it."""
    return {
        "track": track,
        "outline": outline,
        "parts": [(part, list(group)) for part, group in groupby(outline.sections, key=lambda section: section.part)],
        "roadmap": content.outline,
        **compare_with_roadmap(outline, content.outline),
        **layout_context(content, outline, layout),
    }


def compare_with_roadmap(outline: Outline, roadmap: Outline) -> dict[str, Any]:
    """How a track differs from the merged roadmap: what it takes of each stage, and what it insists on."""
    required = {topic.slug for topic in outline.topics if topic.required}
    return {
        "stage_coverage": [
            (stage, sum(topic.slug in outline.positions_by_slug for topic in stage.topics))
            for stage in roadmap.sections
            if stage.topics
        ],
        "required_here": [topic for topic in roadmap.topics if topic.slug in required and not topic.required],
    }


@login_not_required
@require_safe
def source_list(request: HttpRequest) -> HttpResponseBase:
    return render_page(request, current_content(), "stages/roadmap/source_list.html", source_list_context)


def source_list_context(content: Content) -> dict[str, Any]:
    return {"sources": Source.objects.with_counts().prefetch_related(PUBLISHED_TRACK)}


@login_not_required
@require_safe
def source(request: HttpRequest, key: str) -> HttpResponseBase:
    return render_page(request, current_content(), "stages/roadmap/source.html", source_context, key)


def source_context(content: Content, key: str) -> dict[str, Any]:
    try:
        document = content.keep(read_document, key)
    except Source.DoesNotExist as error:
        raise Http404 from error
    return {"document": document, "source": document.source}
