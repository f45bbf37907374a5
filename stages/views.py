from dataclasses import replace
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from stages.forms import SearchForm
from stages.models import Resource, Source, Stage, Topic, Track
from stages.outline import TOPIC_COLUMNS, OutlineTopic, Section, outline_of_stages, outline_of_track, outlines

PUBLISHED_TRACK = Prefetch("track", Track.objects.published())
RESULTS = 30  # of each kind, on a page of search results


@login_not_required
@require_safe
def roadmap(request):
    """The merged roadmap: every stage with its topics, in learning order."""
    return render(request, "stages/roadmap.html", {"outline": outline_of_stages()})


@login_not_required
@require_safe
def stage(request, slug):
    sections = outline_of_stages().sections
    place = next((number for number, section in enumerate(sections) if section.slug == slug), None)
    if place is None:
        raise Http404
    return render(request, "stages/stage.html", {"section": sections[place], **neighbours(sections, place)})


@login_not_required
@require_safe
def topic(request, slug):
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    places = outline_of_stages().places.get(slug)
    if places is None:
        heirs = topic.successors()
        if not heirs:
            raise Http404
        # Merged or split: the old address leads to what took over.
        return redirect(heirs[0])
    [(section, place)] = places
    entries = topic.entries.select_related("source").order_by("source__position", "position")
    context = {
        "topic": topic,
        "section": section,
        "alone": replace(section, topics=(place,)),
        "prerequisites": topic.prerequisites.published().in_learning_order(),
        "unlocks": topic.unlocks.published().in_learning_order(),
        "links": topic.links.shown(),
        "named_by": [(source, list(found)) for source, found in groupby(entries, key=lambda entry: entry.source)],
        **neighbours(section.topics, section.topics.index(place)),
    }
    return render(request, "stages/topic.html", context)


def neighbours(things, place):
    return {
        "previous": things[place - 1] if place else None,
        "next": things[place + 1] if place + 1 < len(things) else None,
    }


@login_not_required
@require_safe
def track_list(request):
    tracks = list(Track.objects.published().select_related("source"))
    found = outlines(tracks)
    return render(request, "stages/track_list.html", {"tracks": [(track, found[track.pk]) for track in tracks]})


@login_not_required
@require_safe
def track(request, slug):
    track = get_object_or_404(Track.objects.published().select_related("source"), slug=slug)
    if track.follows_stages:
        return redirect("roadmap")
    outline = outline_of_track(track)
    parts = [(part, list(found)) for part, found in groupby(outline.sections, key=lambda section: section.part)]
    return render(request, "stages/track.html", {"track": track, "outline": outline, "parts": parts})


@login_not_required
@require_safe
def source_list(request):
    sources = Source.objects.with_counts().prefetch_related(PUBLISHED_TRACK)
    return render(request, "stages/source_list.html", {"sources": sources})


@login_not_required
@require_safe
def source(request, key):
    source = get_object_or_404(Source.objects.prefetch_related(PUBLISHED_TRACK), key=key)
    topics = Prefetch("topics", Topic.objects.published().in_learning_order())
    resources = Prefetch("resources", Resource.objects.published())
    stage = Prefetch("stage", Stage.objects.published())
    entries = source.entries.prefetch_related(stage, topics, resources)
    sections = [(title, list(found)) for title, found in groupby(entries, key=lambda entry: entry.section)]
    return render(request, "stages/source.html", {"source": source, "sections": sections})


@login_not_required
@require_safe
def search(request):
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    topics = Topic.objects.published().search(text)[: RESULTS + 1]
    rows = topics.values_list("stage__slug", *TOPIC_COLUMNS, "required")
    context = {
        "form": form,
        "text": text,
        "sections": [Section(stage, "", (OutlineTopic(*columns),)) for stage, *columns in rows],
        "resources": list(
            Resource.objects.published()
            .search(text)
            .prefetch_related(Prefetch("topics", Topic.objects.published().in_learning_order()))[: RESULTS + 1]
        ),
        "limit": RESULTS,
    }
    return render(request, "stages/search.html", context)
