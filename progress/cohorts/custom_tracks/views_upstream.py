"""What has changed in the original of a track: shown, taken over one by one, or only seen."""

from typing import Literal

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthedRequest
from progress.cohorts.custom_tracks.editor import InvalidEditError, TrackEditor
from progress.cohorts.custom_tracks.upstream_changes import UpstreamChanges, UpstreamStep, load_upstream_changes
from progress.cohorts.models import CustomTrack
from progress.cohorts.permissions import get_authored_track_or_404
from progress.cohorts.track_updates import topic_titles
from stages.models import Topic
from stages.outline import Outline, outline_of_stages


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def own_track_changes(request: AuthedRequest, slug: str) -> HttpResponse:
    """A POST takes one step over, ``take`` is its key, or says in ``seen`` which form of the original was read."""
    own = get_authored_track_or_404(request, slug)
    bench = TrackEditor(own.track, lock=request.method == "POST")
    own.refresh_from_db(fields=["original_snapshot"])
    roadmap = outline_of_stages()
    news = load_upstream_changes(own, request.user, roadmap)
    if request.method == "POST":
        if not news or news.gone:
            pass
        elif "take" in request.POST:
            take(request, own, bench, news)
        elif request.POST.get("seen") == news.digest:
            own.original_snapshot = news.form
            own.save(update_fields=["original_snapshot"])
            messages.success(request, _("Seen. From now on this page shows what changes next."))
        else:
            messages.warning(request, _("The original has changed again. These are the changes now."))
        return redirect("own_track_changes", slug)
    lines = lines_of(bench, news, roadmap) if news else []
    context = {"own": own, "track": own.track, "news": news, "lines": lines}
    return render(request, "cohorts/custom_tracks/upstream.html", context)


def lines_of(bench: TrackEditor, news: UpstreamChanges, roadmap: Outline) -> list[tuple[UpstreamStep, str, str, str]]:
    """Each step with the titles of its topic and of its section, and with what can be done about it."""
    titles = topic_titles({step.topic for step in news.steps}, roadmap)
    return [
        (step, titles.get(step.topic, step.topic), news.titles[step.section], offer(bench, news, step))
        for step in news.steps
    ]


def take(request: AuthedRequest, own: CustomTrack, bench: TrackEditor, news: UpstreamChanges) -> None:
    """Do to the own track what was done to the original. What was taken over already is no change any more."""
    step = next((one for one in news.steps if one.key == request.POST["take"]), None)
    if step is None:
        return
    try:
        if step.kind == "removed":
            bench.remove_topic(step.section, step.topic)
        elif step.kind in ("required", "optional"):
            bench.require(step.section, step.topic, step.required)
        else:
            put(bench, news, step)
    except InvalidEditError as problem:
        messages.warning(request, str(problem))
        return
    own.original_snapshot = news.before_with(step)
    own.save(update_fields=["original_snapshot"])
    messages.success(request, _("Taken over."))


def put(bench: TrackEditor, news: UpstreamChanges, step: UpstreamStep) -> None:
    """Put a topic where it stands in the original, as far as the own track has what is above it there."""
    if step.kind == "added":
        if not any(section.slug == step.section for section in bench.sections):
            bench.add_section(news.titles[step.section], step.section)
        topic = Topic.objects.published().get(slug=step.topic)
        bench.add_topic(topic, step.section, required=step.required)
    there = [row.topic.slug for row in bench.section(step.section).rows]
    bench.move_topic(step.section, step.topic, step.section, news.above(step, there))


def offer(bench: TrackEditor, news: UpstreamChanges, step: UpstreamStep) -> Literal["", "take", "already"]:
    """What can be done about a step: "take" it over, nothing for it is so "already", or nothing at all."""
    section = next((one for one in bench.sections if one.slug == step.section), None)
    rows = {row.topic.slug: row for row in section.rows} if section else {}
    row = rows.get(step.topic)
    if step.kind == "added":
        return "already" if row else "take"
    if step.kind == "removed":
        return "take" if row else "already"
    if row is None:
        return ""
    if step.kind == "moved":
        before = dict(zip(rows, [None, *rows], strict=False))
        return "already" if before[step.topic] == news.above(step, rows) else "take"
    return "already" if row.required == step.required else "take"
