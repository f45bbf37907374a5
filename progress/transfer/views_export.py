"""Export of the roadmap, a track or a stage: as a check-list, for print, and as JSON."""

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
from stages.content import current_content, outline_of_stages
from stages.models import Stage, Topic, TopicResource
from stages.outline import Outline, OutlineTopic, Section
from stages.track_access import get_readable_track_or_404


class ExportTarget(NamedTuple):
    """What is exported."""

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
        access = get_readable_track_or_404(current_content(), user, track)
        row = access.track
        return ExportTarget(track, row.title, row.summary, row.get_absolute_url(), access.outline, row.private)
    return ExportTarget("roadmap", _("The roadmap"), "", reverse("roadmap"), outline_of_stages())


def link_to_topics(request: HttpRequest) -> export.LinkTo:
    """A function from a topic's slug to its whole address."""
    return lambda slug: request.build_absolute_uri(reverse("topic", args=[slug]))


@login_not_required
@require_safe
@cache_control(private=True)
def checklist(request: HttpRequest, **slugs: str) -> HttpResponse:
    """A GitHub-flavored check-list with the reader's own ticks, a visitor's as well."""
    target = get_export_target(request.user, **slugs)
    progress = ReaderProgress.for_request(request)
    text = export.checklist(target.title, target.outline, progress, link_to_topics(request))
    return download(text, f"waymark-{target.slug}.md", "text/markdown; charset=utf-8")


def download(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_not_required
@require_safe
def printed(request: HttpRequest, **slugs: str) -> HttpResponse:
    """Every lesson of a stage or a track on one page, for paper."""
    target = get_export_target(request.user, **slugs)
    texts = {
        topic.pk: topic
        for topic in Topic.objects.published()
        .filter(pk__in={topic.pk for topic in target.outline.topics})
        .prefetch_related(Prefetch("links", TopicResource.objects.shown()))
    }
    sections: list[tuple[Section, list[tuple[OutlineTopic, Topic | None]]]] = []
    printed_pks: set[int] = set()
    for section in target.outline.sections:
        # A topic that a track names twice is printed once.
        sections.append(
            (section, [(topic, None if topic.pk in printed_pks else texts.get(topic.pk)) for topic in section.topics])
        )
        printed_pks.update(topic.pk for topic in section.topics)
    stage = Stage.objects.filter(slug=slugs["stage"]).first() if "stage" in slugs else None
    return render(request, "progress/transfer/print.html", {"target": target, "sections": sections, "stage": stage})


@login_not_required
@require_safe
@conditional_page
def track_json(request: HttpRequest, **slugs: str) -> HttpResponse:
    """A track as JSON. About nobody: a public one may be read from anywhere, and kept until it changes."""
    target = get_export_target(request.user, **slugs)
    facts = export.outline_facts(target, target.outline, link_to_topics(request))
    response = HttpResponse(json.dumps(facts, ensure_ascii=False, indent=1), content_type="application/json")
    if target.private:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        response.headers["Access-Control-Allow-Origin"] = "*"
        patch_cache_control(response, public=True, max_age=300)
    return response
