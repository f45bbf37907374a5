from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from stages.content import outline_of_stages, outline_of_track, outlines, prerequisites
from stages.links.display import with_alternatives
from stages.models import Resource, Source, Stage, Topic, Track
from stages.outline import Outline, Section, prerequisites_and_unlocks, unique_topics
from stages.roadmap.layouts import layout_context, remember_layout
from stages.track_access import TrackAccess, get_readable_track

PUBLISHED_TRACK = Prefetch("track", Track.objects.published())


@login_not_required
@require_safe
def roadmap(request: HttpRequest) -> HttpResponse:
    """The merged roadmap: every stage with its topics, in learning order."""
    return remember_layout(request, show_roadmap(request, outline_of_stages()))


def show_roadmap(request: HttpRequest, outline: Outline) -> HttpResponse:
    context = {
        "outline": outline,
        "has_certificate": Track.objects.published().filter(follows_stages=True).exists,  # asked by who has begun
        **layout_context(request, outline),
    }
    return render(request, "stages/roadmap/roadmap.html", context)


@login_not_required
@require_safe
def stage(request: HttpRequest, slug: str) -> HttpResponse:
    sections = outline_of_stages().sections
    index = next((number for number, section in enumerate(sections) if section.slug == slug), None)
    if index is None:
        raise Http404
    return show_stage(request, Stage.objects.get(slug=slug), sections, index)


def show_stage(request: HttpRequest, stage: Stage, sections: Sequence[Section], index: int) -> HttpResponse:
    context = {"stage": stage, "section": sections[index], **neighbors(sections, index)}
    return render(request, "stages/roadmap/stage.html", context)


@login_not_required
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_of_stages()
    if slug not in outline.positions_by_slug:
        successors = topic.successors()
        if not successors:
            raise Http404
        # Merged or split: the old address leads to what took over.
        return redirect(successors[0])
    access = get_readable_track(request.user, request.GET["track"]) if "track" in request.GET else None
    return show_topic(request, topic, outline, access)


def show_topic(
    request: HttpRequest, topic: Topic, outline: Outline, access: TrackAccess | None = None
) -> HttpResponse:
    """The page of a topic that is in ``outline``, the merged roadmap."""
    [(section, outline_topic)] = outline.positions_by_slug[topic.slug]
    entries = topic.entries.select_related("source").order_by("source__position", "position")
    context = {
        "topic": topic,
        "section": section,
        "outline_topic": outline_topic,
        "topic_section": replace(section, topics=(outline_topic,)),
        **prerequisites_and_unlocks(topic.pk, outline, prerequisites()),
        "links": with_alternatives(topic.links.shown()),
        "mentions": [(source, list(group)) for source, group in groupby(entries, key=lambda entry: entry.source)],
        **track_and_neighbors(access, topic.slug, outline),
    }
    return render(request, "stages/roadmap/topic.html", context)


def track_and_neighbors(access: TrackAccess | None, slug: str, outline: Outline) -> dict[str, Any]:
    """The topics before and after one on the way that its reader takes: a track that has it, or the roadmap."""
    track, followed = None, outline
    if access and not access.track.follows_stages and slug in access.outline.positions_by_slug:
        track, followed = access.track, access.outline
    topics = unique_topics(followed.topics)
    index = next(index for index, topic in enumerate(topics) if topic.slug == slug)
    return {"track": track, **neighbors(topics, index)}


def neighbors[T](items: Sequence[T], index: int) -> dict[str, T | None]:
    return {
        "previous": items[index - 1] if index else None,
        "next": items[index + 1] if index + 1 < len(items) else None,
    }


@login_not_required
@require_safe
def track_list(request: HttpRequest) -> HttpResponse:
    tracks = list(Track.objects.published().select_related("source"))
    outlines_by_track = outlines(tracks)
    return render(
        request,
        "stages/roadmap/track_list.html",
        {"tracks": [(track, outlines_by_track[track.pk]) for track in tracks]},
    )


@login_not_required
@require_safe
def track(request: HttpRequest, slug: str) -> HttpResponse:
    track = get_object_or_404(Track.objects.published().select_related("source"), slug=slug)
    if track.follows_stages:
        return redirect("roadmap")
    return track_page(request, track, outline_of_track(track))


def track_page(request: HttpRequest, track: Track, outline: Outline, **extra: Any) -> HttpResponse:
    """The page of a track, in the outline that this reader gets of it; ``extra`` is for its template."""
    return remember_layout(request, show_track(request, track, outline, **extra))


def show_track(request: HttpRequest, track: Track, outline: Outline, **extra: Any) -> HttpResponse:
    roadmap = outline_of_stages()
    context = {
        "track": track,
        "outline": outline,
        "parts": [(part, list(group)) for part, group in groupby(outline.sections, key=lambda section: section.part)],
        "roadmap": roadmap,
        **compare_with_roadmap(outline, roadmap),
        **layout_context(request, outline),
        **extra,
    }
    return render(request, "stages/roadmap/track.html", context)


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
def source_list(request: HttpRequest) -> HttpResponse:
    sources = Source.objects.with_counts().prefetch_related(PUBLISHED_TRACK)
    return render(request, "stages/roadmap/source_list.html", {"sources": sources})


@login_not_required
@require_safe
def source(request: HttpRequest, key: str) -> HttpResponse:
    source = get_object_or_404(Source.objects.prefetch_related(PUBLISHED_TRACK), key=key)
    topics = Prefetch("topics", Topic.objects.published().in_learning_order())
    resources = Prefetch("resources", Resource.objects.published())
    stage = Prefetch("stage", Stage.objects.published())
    entries = source.entries.prefetch_related(stage, topics, resources)
    sections = [(title, list(group)) for title, group in groupby(entries, key=lambda entry: entry.section)]
    return render(request, "stages/roadmap/source.html", {"source": source, "sections": sections})
