from dataclasses import replace
from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from stages.forms import SearchForm
from stages.looks import remember, seen
from stages.models import Resource, Source, Stage, Topic, Track
from stages.outline import TOPIC_COLUMNS, OutlineTopic, Section, outline_of_stages, outline_of_track, outlines
from stages.redirects import page_of

PUBLISHED_TRACK = Prefetch("track", Track.objects.published())
RESULTS = 30  # of each kind, on a page of search results


@login_not_required
@require_safe
def roadmap(request):
    """The merged roadmap: every stage with its topics, in learning order."""
    outline = outline_of_stages()
    context = {"outline": outline, **seen(request, outline)}
    return remember(request, render(request, "stages/roadmap.html", context))


@login_not_required
@require_safe
def stage(request, slug):
    sections = outline_of_stages().sections
    place = next((number for number, section in enumerate(sections) if section.slug == slug), None)
    if place is None:
        raise Http404
    stage = Stage.objects.get(slug=slug)
    context = {"stage": stage, "section": sections[place], **neighbours(sections, place)}
    return render(request, "stages/stage.html", context)


@login_not_required
@require_safe
def topic(request, slug):
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_of_stages()
    places = outline.places.get(slug)
    if places is None:
        heirs = topic.successors()
        if not heirs:
            raise Http404
        # Merged or split: the old address leads to what took over.
        return redirect(heirs[0])
    [(section, place)] = places
    track = None
    if "track" in request.GET:
        track = Track.objects.published().filter(slug=request.GET["track"], follows_stages=False).first()
    entries = topic.entries.select_related("source").order_by("source__position", "position")
    context = {
        "topic": topic,
        "section": section,
        "place": place,
        "alone": replace(section, topics=(place,)),
        "prerequisites": topic.prerequisites.published().in_learning_order(),
        "unlocks": topic.unlocks.published().in_learning_order(),
        "links": topic.links.shown(),
        "named_by": [(source, list(found)) for source, found in groupby(entries, key=lambda entry: entry.source)],
        **along(track, slug, outline),
    }
    return render(request, "stages/topic.html", context)


def along(track, slug, outline):
    """The topics before and after one on the way that its reader takes: a track that has it, or the roadmap."""
    own = outline_of_track(track) if track else outline
    if slug not in own.places:
        track, own = None, outline
    way = list({topic.slug: topic for topic in own.topics}.values())
    place = next(place for place, topic in enumerate(way) if topic.slug == slug)
    return {"track": track, **neighbours(way, place)}


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
    roadmap = outline_of_stages()
    context = {
        "track": track,
        "outline": outline,
        "parts": [(part, list(found)) for part, found in groupby(outline.sections, key=lambda section: section.part)],
        "roadmap": roadmap,
        **compared(outline, roadmap),
        **seen(request, outline),
    }
    return remember(request, render(request, "stages/track.html", context))


def compared(outline, roadmap):
    """How a track differs from the merged roadmap: what it takes of each stage, and what it insists on."""
    required = {topic.slug for topic in outline.topics if topic.required}
    return {
        "taken": [(stage, sum(topic.slug in outline.places for topic in stage.topics)) for stage in roadmap.sections],
        "insists": [topic for topic in roadmap.topics if topic.slug in required and not topic.required],
    }


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


@login_not_required
@require_POST
def display(request):
    """State how this browser shows the pages: ``minutes``, the time that topics take, are "shown" or "hidden"."""
    minutes = request.POST.get("minutes")
    if minutes not in ("shown", "hidden"):
        return HttpResponseBadRequest("minutes must be shown or hidden.", content_type="text/plain")
    response = HttpResponseRedirect(page_of(request))
    year = 365 * 24 * 60 * 60
    response.set_cookie(
        "minutes", minutes, max_age=year, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
