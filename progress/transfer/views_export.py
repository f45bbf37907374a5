"""The roadmap, a track or a stage to take along: as a check-list, on paper, and as data."""

import json
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.models import User
from progress.reader_progress import ReaderProgress
from progress.transfer import export
from stages.models import Stage, Topic, TopicResource
from stages.outline import Outline, OutlineTopic, Section, outline_of_stages
from stages.track_access import get_readable_track_or_404


class ExportTarget(NamedTuple):
    """What is taken along."""

    slug: str
    title: str
    summary: str
    url: str
    outline: Outline
    private: bool = False


def get_export_target(user: User | AnonymousUser, track: str | None = None, stage: str | None = None) -> ExportTarget:
    """A track, a stage, or without either the merged roadmap. Raises Http404 for what this person may not read."""
    if stage:
        sections = [section for section in outline_of_stages().sections if section.slug == stage]
        if not sections:
            raise Http404
        [section] = sections
        return ExportTarget(stage, section.title, section.summary, reverse("stage", args=[stage]), Outline((section,)))
    if track:
        found = get_readable_track_or_404(user, track)
        own = found.track
        return ExportTarget(track, own.title, own.summary, own.get_absolute_url(), found.outline, own.private)
    return ExportTarget("roadmap", _("The roadmap"), "", reverse("roadmap"), outline_of_stages())


def link_to_topics(request: HttpRequest) -> export.LinkTo:
    """A function from a topic's slug to its whole address."""
    return lambda slug: request.build_absolute_uri(reverse("topic", args=[slug]))


@login_not_required
@require_safe
@cache_control(private=True)
def checklist(request: HttpRequest, **place: str) -> HttpResponse:
    """A GitHub-flavored check-list with the reader's own ticks, a visitor's as well."""
    way = get_export_target(request.user, **place)
    progress = ReaderProgress.for_request(request)
    text = export.checklist(way.title, way.outline, progress, link_to_topics(request))
    return download(text, f"waymark-{way.slug}.md", "text/markdown; charset=utf-8")


def download(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_not_required
@require_safe
def printed(request: HttpRequest, **place: str) -> HttpResponse:
    """Every lesson of a stage or a track on one page, for paper."""
    way = get_export_target(request.user, **place)
    texts = {
        topic.pk: topic
        for topic in Topic.objects.published()
        .filter(pk__in={topic.pk for topic in way.outline.topics})
        .prefetch_related(Prefetch("links", TopicResource.objects.shown()))
    }
    sections: list[tuple[Section, list[tuple[OutlineTopic, Topic | None]]]] = []
    seen: set[int] = set()
    for section in way.outline.sections:
        # A topic that a track names twice is printed once.
        sections.append(
            (section, [(topic, None if topic.pk in seen else texts.get(topic.pk)) for topic in section.topics])
        )
        seen.update(topic.pk for topic in section.topics)
    stage = Stage.objects.filter(slug=place["stage"]).first() if "stage" in place else None
    return render(request, "progress/transfer/print.html", {"way": way, "sections": sections, "stage": stage})


@login_not_required
@require_safe
@conditional_page
def track_json(request: HttpRequest, **place: str) -> HttpResponse:
    """A track as JSON. About nobody: a public one may be read from anywhere, and kept until it changes."""
    way = get_export_target(request.user, **place)
    facts = export.outline_facts(way, way.outline, link_to_topics(request))
    response = HttpResponse(json.dumps(facts, ensure_ascii=False, indent=1), content_type="application/json")
    if way.private:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        response.headers["Access-Control-Allow-Origin"] = "*"
        patch_cache_control(response, public=True, max_age=300)
    return response
