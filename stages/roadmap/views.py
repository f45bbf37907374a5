from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from stages.links.display import with_alternatives
from stages.models import Resource, Source, Stage, Topic, Track
from stages.outline import (
    Outline,
    Section,
    outline_of_stages,
    outline_of_track,
    outlines,
    prerequisites_and_unlocks,
    unique_topics,
)
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
    place = next((number for number, section in enumerate(sections) if section.slug == slug), None)
    if place is None:
        raise Http404
    return show_stage(request, Stage.objects.get(slug=slug), sections, place)


def show_stage(request: HttpRequest, stage: Stage, sections: Sequence[Section], place: int) -> HttpResponse:
    context = {"stage": stage, "section": sections[place], **neighbors(sections, place)}
    return render(request, "stages/roadmap/stage.html", context)


@login_not_required
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_of_stages()
    if slug not in outline.places:
        heirs = topic.successors()
        if not heirs:
            raise Http404
        # Merged or split: the old address leads to what took over.
        return redirect(heirs[0])
    reading = get_readable_track(request.user, request.GET["track"]) if "track" in request.GET else None
    return show_topic(request, topic, outline, reading)


def show_topic(
    request: HttpRequest, topic: Topic, outline: Outline, reading: TrackAccess | None = None
) -> HttpResponse:
    """The page of a topic that is in ``outline``, the merged roadmap."""
    [(section, place)] = outline.places[topic.slug]
    entries = topic.entries.select_related("source").order_by("source__position", "position")
    context = {
        "topic": topic,
        "section": section,
        "place": place,
        "alone": replace(section, topics=(place,)),
        **prerequisites_and_unlocks(topic, outline),
        "links": with_alternatives(topic.links.shown()),
        "named_by": [(source, list(found)) for source, found in groupby(entries, key=lambda entry: entry.source)],
        **along(reading, topic.slug, outline),
    }
    return render(request, "stages/roadmap/topic.html", context)


def along(reading: TrackAccess | None, slug: str, outline: Outline) -> dict[str, Any]:
    """The topics before and after one on the way that its reader takes: a track that has it, or the roadmap."""
    track, own = None, outline
    if reading and not reading.track.follows_stages and slug in reading.outline.places:
        track, own = reading.track, reading.outline
    way = unique_topics(own.topics)
    place = next(place for place, topic in enumerate(way) if topic.slug == slug)
    return {"track": track, **neighbors(way, place)}


def neighbors[T](things: Sequence[T], place: int) -> dict[str, T | None]:
    return {
        "previous": things[place - 1] if place else None,
        "next": things[place + 1] if place + 1 < len(things) else None,
    }


@login_not_required
@require_safe
def track_list(request: HttpRequest) -> HttpResponse:
    tracks = list(Track.objects.published().select_related("source"))
    found = outlines(tracks)
    return render(
        request, "stages/roadmap/track_list.html", {"tracks": [(track, found[track.pk]) for track in tracks]}
    )


@login_not_required
@require_safe
def track(request: HttpRequest, slug: str) -> HttpResponse:
    track = get_object_or_404(Track.objects.published().select_related("source"), slug=slug)
    if track.follows_stages:
        return redirect("roadmap")
    return track_page(request, track, outline_of_track(track))


def track_page(request: HttpRequest, track: Track, outline: Outline, **more: Any) -> HttpResponse:
    """The page of a track, in the outline that this reader gets of it; ``more`` is for its template."""
    return remember_layout(request, show_track(request, track, outline, **more))


def show_track(request: HttpRequest, track: Track, outline: Outline, **more: Any) -> HttpResponse:
    roadmap = outline_of_stages()
    context = {
        "track": track,
        "outline": outline,
        "parts": [(part, list(found)) for part, found in groupby(outline.sections, key=lambda section: section.part)],
        "roadmap": roadmap,
        **compared(outline, roadmap),
        **layout_context(request, outline),
        **more,
    }
    return render(request, "stages/roadmap/track.html", context)


def compared(outline: Outline, roadmap: Outline) -> dict[str, Any]:
    """How a track differs from the merged roadmap: what it takes of each stage, and what it insists on."""
    required = {topic.slug for topic in outline.topics if topic.required}
    return {
        "taken": [
            (stage, sum(topic.slug in outline.places for topic in stage.topics))
            for stage in roadmap.sections
            if stage.topics
        ],
        "insists": [topic for topic in roadmap.topics if topic.slug in required and not topic.required],
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
    sections = [(title, list(found)) for title, found in groupby(entries, key=lambda entry: entry.section)]
    return render(request, "stages/roadmap/source.html", {"source": source, "sections": sections})
