"""Annotations of a learner at a topic: a star, ticks on its resources, and a note."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rate_limits
from accounts.requests import AuthedRequest, HtmxRequest
from progress import pending_actions
from progress.annotations.forms import NoteForm
from progress.models import Note, Star
from progress.redirects import redirect_back
from progress.rendering.fragments import render_resource_tick
from progress.session_progress import send_cookie
from stages.models import Resource, State, Topic
from stages.safe_redirect import safe_next_url

DEFERRED_PER_HOUR = 60  # actions an hour that wait for a log-in, from one address
YES_NO: dict[str | None, bool] = {"yes": True, "no": False}


# They are marked as public because they know better than the log-in page what to do with what was sent.
@login_not_required
@require_POST
def star(request: HtmxRequest, slug: str) -> HttpResponse:
    """State whether a topic has the learner's star: ``starred`` is yes or no."""
    topic = get_topic(slug)
    starred = YES_NO.get(request.POST.get("starred"))
    if starred is None:
        return HttpResponseBadRequest("starred must be yes or no.", content_type="text/plain")
    if refused := refuse(request, "star", topic.pk, starred):
        return refused
    pending_actions.perform(request.user, "star", topic.pk, starred)  # type: ignore[arg-type]  # visitors are refused
    if request.htmx:
        return render(request, "progress/annotations/includes/star.html", {"topic": topic, "starred": starred})
    return HttpResponseRedirect(f"{safe_next_url(request)}#star")


@login_not_required
@require_POST
def tick_resource(request: HtmxRequest, pk: int) -> HttpResponse:
    """State whether the learner has been through a resource: ``ticked`` is yes or no."""
    resource = get_object_or_404(Resource.objects.exclude(state=State.DRAFT), pk=pk)
    ticked = YES_NO.get(request.POST.get("ticked"))
    if ticked is None:
        return HttpResponseBadRequest("ticked must be yes or no.", content_type="text/plain")
    if refused := refuse(request, "resource", pk, ticked):
        return refused
    pending_actions.perform(request.user, "resource", pk, ticked)  # type: ignore[arg-type]  # visitors are refused
    if request.htmx:
        return HttpResponse(render_resource_tick(resource.pk, resource.title, ticked=ticked))
    return HttpResponseRedirect(f"{safe_next_url(request)}#resource-{pk}")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True)
def note(request: HtmxRequest, slug: str) -> HttpResponse:
    """The learner's note on a topic, to write. What cannot be saved is shown again, next to what is saved."""
    if request.method != "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    topic = get_topic(slug)
    if request.method != "POST":
        return edit_note(request, topic, pending_actions.unsaved_note(request.session, topic.pk))
    if "discard" in request.POST:
        pending_actions.forget_unsaved_note(request.session, topic.pk)
        return HttpResponseRedirect(f"{safe_next_url(request)}#note")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return edit_note(request, topic, form=form, status=400)
    submitted = form.cleaned_data["text"], form.cleaned_data["version"]
    if request.user.is_authenticated and request.POST.get("reader") not in ("", None, str(request.user.pk)):
        messages.warning(request, _("You are signed in as %s now. Nothing was changed.") % request.user)
        return edit_note(request, topic, (submitted[0], ""), status=409)
    if refused := refuse(request, "note", topic.pk, *submitted):
        return refused
    if not pending_actions.perform(request.user, "note", topic.pk, *submitted):  # type: ignore[arg-type]  # visitors are refused
        return edit_note(request, topic, submitted, status=409)
    pending_actions.forget_unsaved_note(request.session, topic.pk)
    messages.success(request, _("Your note is saved.") if submitted[0] else _("Your note is gone."))
    return HttpResponseRedirect(f"{safe_next_url(request)}#note")


def edit_note(
    request: HttpRequest,
    topic: Topic,
    unsaved: tuple[str, str] | None = None,
    form: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a note; ``unsaved`` is (text, version) of what could not be saved, as the note was changed since."""
    user = request.user if request.user.is_authenticated else None
    saved = Note.objects.filter(user=user, topic=topic).first()
    version = saved.version if saved else ""
    if form is None:
        text = unsaved[0] if unsaved else saved.text if saved else ""
        # Whoever has seen both texts edits the newer one.
        form = NoteForm(initial={"text": text, "version": version})
    back = request.POST.get("next") or (topic.get_absolute_url() if topic.is_published() else resolve_url("notes"))
    context = {"topic": topic, "form": form, "saved": saved, "conflict": bool(unsaved), "back": back}
    return render(request, "progress/annotations/note.html", context, status=status)


@require_safe
@cache_control(private=True)
def notes(request: AuthedRequest) -> HttpResponse:
    """All notes and stars of the learner."""
    context = {
        "notes": Note.objects.filter(user=request.user).select_related("topic__stage"),
        "stars": Star.objects.filter(user=request.user).select_related("topic__stage"),
    }
    return render(request, "progress/annotations/notes.html", context)


def get_topic(slug: str) -> Topic:
    """The topic, also after it was retired: the learners' annotations stay theirs."""
    return get_object_or_404(Topic.objects.visible_or_retired().select_related("stage"), slug=slug)


def refuse(request: HtmxRequest, kind: str, pk: int, *values: Any) -> HttpResponse | None:
    """The answer when the one who sends a form is not the one it was made for; None when it can be done.

    Whoever was signed out since is asked to sign in, and what was sent waits for that.
    """
    reader = request.POST.get("reader", "")
    if not request.user.is_authenticated:
        if reader and not rate_limits.consume(rate_limits.client_key(request), "kept", DEFERRED_PER_HOUR):
            return render(request, "429.html", status=429)
        messages.info(request, _("You have been signed out. Sign in, and what you did is saved."))
        response = redirect_back(request, redirect_to_login(safe_next_url(request)).url)
        return (
            send_cookie(response, pending_actions.defer_until_login(request.session, reader, kind, pk, *values))
            if reader
            else response
        )
    if reader and reader != str(request.user.pk):
        messages.warning(request, _("You are signed in as %s now. Nothing was changed.") % request.user)
        return redirect_back(request, safe_next_url(request))
    return None
