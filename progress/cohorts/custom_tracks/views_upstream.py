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
from stages.content import outline_of_stages
from stages.models import Topic
from stages.outline import Outline


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def own_track_changes(request: AuthedRequest, slug: str) -> HttpResponse:
    """A POST takes one step over, ``take`` is its key, or says in ``seen`` which version of the original was read."""
    custom_track = get_authored_track_or_404(request, slug)
    editor = TrackEditor(custom_track.track, lock=request.method == "POST")
    custom_track.refresh_from_db(fields=["original_snapshot"])
    roadmap = outline_of_stages()
    upstream = load_upstream_changes(custom_track, request.user, roadmap)
    if request.method == "POST":
        if not upstream or upstream.unavailable:
            pass
        elif "take" in request.POST:
            take_over(request, custom_track, editor, upstream)
        elif request.POST.get("seen") == upstream.content_hash:
            custom_track.original_snapshot = upstream.current_snapshot
            custom_track.save(update_fields=["original_snapshot"])
            messages.success(request, _("Seen. From now on this page shows what changes next."))
        else:
            messages.warning(request, _("The original has changed again. These are the changes now."))
        return redirect("own_track_changes", slug)
    steps = step_rows(editor, upstream, roadmap) if upstream else []
    context = {"custom_track": custom_track, "track": custom_track.track, "upstream": upstream, "steps": steps}
    return render(request, "cohorts/custom_tracks/upstream.html", context)


def step_rows(
    editor: TrackEditor, upstream: UpstreamChanges, roadmap: Outline
) -> list[tuple[UpstreamStep, str, str, str]]:
    """Each step with the titles of its topic and of its section, and with what can be done about it."""
    titles = topic_titles({step.topic for step in upstream.steps}, roadmap)
    return [
        (
            step,
            titles.get(step.topic, step.topic),
            upstream.section_titles[step.section],
            available_action(editor, upstream, step),
        )
        for step in upstream.steps
    ]


def take_over(
    request: AuthedRequest, custom_track: CustomTrack, editor: TrackEditor, upstream: UpstreamChanges
) -> None:
    """Do to the custom track what was done to the original. What was taken over already is no change any more."""
    step = next((step for step in upstream.steps if step.key == request.POST["take"]), None)
    if step is None:
        return
    try:
        if step.kind == "removed":
            editor.remove_topic(step.section, step.topic)
        elif step.kind in ("required", "optional"):
            editor.set_required(step.section, step.topic, step.required)
        else:
            insert_or_move(editor, upstream, step)
    except InvalidEditError as problem:
        messages.warning(request, str(problem))
        return
    custom_track.original_snapshot = upstream.snapshot_with(step)
    custom_track.save(update_fields=["original_snapshot"])
    messages.success(request, _("Taken over."))


def insert_or_move(editor: TrackEditor, upstream: UpstreamChanges, step: UpstreamStep) -> None:
    """Put a topic where it stands in the original, as far as the custom track has what is above it there."""
    if step.kind == "added":
        if not any(section.slug == step.section for section in editor.sections):
            editor.add_section(upstream.section_titles[step.section], step.section)
        topic = Topic.objects.published().get(slug=step.topic)
        editor.add_topic(topic, step.section, required=step.required)
    present = [row.topic.slug for row in editor.section(step.section).rows]
    editor.move_topic(step.section, step.topic, step.section, upstream.predecessor(step, present))


def available_action(
    editor: TrackEditor, upstream: UpstreamChanges, step: UpstreamStep
) -> Literal["", "take", "already"]:
    """What can be done about a step: "take" it over, nothing for it is so "already", or nothing at all."""
    section = next((section for section in editor.sections if section.slug == step.section), None)
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
        return "already" if before[step.topic] == upstream.predecessor(step, rows) else "take"
    return "already" if row.required == step.required else "take"
