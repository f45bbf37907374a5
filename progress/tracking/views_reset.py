"""Setting a stage or a track back to its beginning, and taking that back."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthedRequest
from progress.models import Reset
from progress.reader_progress import ReaderProgress
from stages.content import current_content, outline_of_stages
from stages.models import Stage, Track
from stages.outline import OutlineTopic
from stages.safe_redirect import safe_next_url
from stages.track_access import get_readable_track_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def reset_stage(request: AuthedRequest, slug: str) -> HttpResponse:
    section = next((section for section in outline_of_stages().sections if section.slug == slug), None)
    if section is None:
        raise Http404
    return reset(request, Stage.objects.get(slug=slug), section.topics)


@require_http_methods(["GET", "HEAD", "POST"])
def reset_track(request: AuthedRequest, slug: str) -> HttpResponse:
    access = get_readable_track_or_404(current_content(), request.user, slug)
    return reset(request, access.track, access.outline.topics)


def reset(request: AuthedRequest, target: Stage | Track, topics: Iterable[OutlineTopic]) -> HttpResponse:
    """Say what would be set back, and on POST set it back: as many topics as the page has named, and no others."""
    topics = list({topic.pk: topic for topic in topics}.values())
    progress = ReaderProgress.for_request(request)
    ticked = [(topic, progress.status_of(topic.pk)) for topic in topics if topic.pk in progress.statuses]
    if request.method == "POST" and request.POST.get("number") == str(len(ticked)):
        if done := Reset.objects.create_for(request.user, target.title, [topic for topic, _ in ticked]):
            undo_form = render_to_string(
                "progress/tracking/includes/undo_reset.html", {"reset": done, "target": target}, request
            )
            messages.info(request, undo_form)
        return redirect(target)
    if request.method == "POST" and not ticked:
        return redirect(target)  # sent twice
    context = {
        "target": target,
        "ticked": ticked,
        "measured": progress.measure(topics),
        "changed": request.method == "POST",
    }
    return render(request, "progress/tracking/reset.html", context)


@login_not_required  # whoever was signed out comes back to the page with the button, not to this address
@require_POST
def undo_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reset back. What the learner has changed since stays as it is."""
    if not request.user.is_authenticated:
        return redirect_to_login(safe_next_url(request))
    reset = get_object_or_404(Reset, pk=pk, user=request.user)
    if reset.undone_at is None:
        restored = reset.undo()
        changed = len(reset.standings) - restored
        text = ngettext("%d topic is as it was.", "%d topics are as they were.", restored) % restored
        if changed:
            unrestored = (
                ngettext("%d stays as you left it since.", "%d stay as you left them since.", changed) % changed
            )
            text = f"{text} {unrestored}"
        messages.success(request, text)
    return HttpResponseRedirect(safe_next_url(request))
