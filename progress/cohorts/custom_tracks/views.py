"""The custom tracks of a person: the list, a new one, its page, its authors, and its end."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rate_limits
from accounts.models import User
from accounts.requests import AuthedRequest
from progress.cohorts.custom_tracks.editor import InvalidEditError, copy_outline_into, slug_of
from progress.cohorts.custom_tracks.forms import AuthorForm, NewTrackForm
from progress.cohorts.forms import posted_pk
from progress.cohorts.models import Cohort, CustomTrack
from progress.cohorts.permissions import (
    ADDRESS_GUESSES,
    can_create_cohorts,
    get_authored_track_or_404,
    require_instructor,
)
from progress.cohorts.queries import USERS_BY_NAME
from progress.cohorts.track_choices import assignable_tracks
from progress.cohorts.track_snapshot import take_snapshot
from stages.content import current_content, outline_of_track, outlines
from stages.models import State, Track
from stages.roadmap.layouts import layout_of, remember_layout
from stages.roadmap.views import describe_track
from stages.track_access import get_readable_track


@require_safe
def own_tracks(request: AuthedRequest) -> HttpResponse:
    custom_tracks = (
        CustomTrack.objects.filter(authors=request.user)
        .select_related("track", "original")
        .prefetch_related(Prefetch("authors", USERS_BY_NAME))
        .annotate(followers=Count("track__assignments", distinct=True))
        .order_by("track__title", "pk")
    )
    outline_of = outlines([custom_track.track for custom_track in custom_tracks])
    context = {
        "tracks": [(custom_track, outline_of[custom_track.pk]) for custom_track in custom_tracks],
        "can_create_cohorts": can_create_cohorts(request.user),
    }
    return render(request, "cohorts/custom_tracks/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_own_track(request: AuthedRequest) -> HttpResponse:
    """An empty track, or with ``copy``, a slug, one that begins as a copy of a track."""
    require_instructor(request.user)
    offered = assignable_tracks(request.user)
    slug = request.POST.get("copy", "") if request.method == "POST" else request.GET.get("copy", "")
    original = get_object_or_404(offered, slug=slug) if slug else None
    initial = {"title": original.title, "summary": original.summary} if original else None
    form = NewTrackForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        slug = slug_of(form.cleaned_data["title"], form.cleaned_data["key"])
        try:
            create_custom_track(request.user, form, slug, original)
        except IntegrityError:
            return redirect("compose", get_authored_track_or_404(request, slug).track.slug)  # the same form sent twice
        except InvalidEditError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request, _("“%(track)s” is there, and only its authors see it.") % {"track": form.instance}
            )
            return redirect("compose", slug)
    context = {"form": form, "original": original, "offered": offered}
    return render(request, "cohorts/custom_tracks/new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def create_custom_track(user: User, form: NewTrackForm, slug: str, original: Track | None) -> None:
    track = form.instance
    track.slug, track.private = slug, True
    track.save(force_insert=True)
    outline = outline_of_track(original) if original else None
    custom_track = CustomTrack.objects.create(
        track=track, original=original, original_snapshot=take_snapshot(outline) if outline else []
    )
    custom_track.authors.add(user)
    if outline:
        copy_outline_into(track, outline)


@require_safe
@cache_control(private=True, no_cache=True)
def own_track(request: AuthedRequest, slug: str) -> HttpResponseBase:
    """The page of a private track, for its authors and for those in the cohorts that follow it."""
    content = current_content()
    access = get_readable_track(content, request.user, slug)
    if access is None and CustomTrack.objects.filter(track__slug=slug, authors=request.user).exists():
        return redirect("compose", slug)  # retired: only its authors find it, where they can bring it back
    if access is None or not access.track.private:
        raise Http404
    context = describe_track(content, access.track, access.outline, layout_of(request))
    return remember_layout(request, render(request, "stages/roadmap/track.html", context))


# --- Authors --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def own_track_authors(request: AuthedRequest, slug: str) -> HttpResponse:
    """Who composes a track together. A POST adds somebody: by address, or a colleague as ``person``."""
    custom_track = get_authored_track_or_404(request, slug)
    form, status = AuthorForm(), 200
    if request.method == "POST" and "person" in request.POST:
        person = get_object_or_404(colleagues(request.user), pk=posted_pk(request, "person"))
        return add_author(request, custom_track, person)
    if request.method == "POST":
        form, status = AuthorForm(request.POST), 422
        if not rate_limits.allows(rate_limits.client_key(request), "address", ADDRESS_GUESSES):
            form.add_error("email", _("Those were many unknown addresses for one hour. Wait a little."))
            status = 429
        elif form.is_valid():
            owned = {"emailaddress__email__iexact": form.cleaned_data["email"], "emailaddress__verified": True}
            if author := User.objects.filter(is_active=True, **owned).first():
                return add_author(request, custom_track, author)
            rate_limits.consume(rate_limits.client_key(request), "address", ADDRESS_GUESSES)
            form.add_error("email", _("Nobody has an account with this address. Ask them to sign up first."))
    authors = list(custom_track.authors.order_by("name", "email"))
    others = colleagues(request.user).exclude(pk__in=[author.pk for author in authors])
    context = {
        "custom_track": custom_track,
        "track": custom_track.track,
        "authors": authors,
        "colleagues": others,
        "form": form,
    }
    return render(request, "cohorts/custom_tracks/authors.html", context, status=status)


def colleagues(user: User) -> QuerySet[User]:
    """Those who instruct a cohort together with this person."""
    led = Cohort.objects.led_by(user).values("pk")
    return (
        User.objects.filter(led_cohorts__in=led, is_active=True)
        .exclude(pk=user.pk)
        .order_by("name", "email")
        .distinct()
    )


def add_author(request: AuthedRequest, custom_track: CustomTrack, person: User) -> HttpResponse:
    custom_track.authors.add(person)
    messages.success(request, _("%(person)s composes this track with you now.") % {"person": person})
    return redirect("own_track_authors", custom_track.track.slug)


@require_POST
@transaction.atomic
def leave_own_track(request: AuthedRequest, slug: str) -> HttpResponse:
    """Stop being an author. The row of the track is locked: of the last two authors only one can leave."""
    custom_track = CustomTrack.objects.filter(track__slug=slug, authors=request.user).select_related("track").first()
    if custom_track is None:
        return redirect("own_tracks")  # sent twice, or never an author: either way they are none now
    Track.objects.select_for_update().get(pk=custom_track.pk)
    if not custom_track.authors.exclude(pk=request.user.pk).exists():
        messages.error(request, _("You are its last author. Add somebody first, or delete the track."))
        return redirect("own_track_authors", slug)
    custom_track.authors.remove(request.user)
    messages.success(request, _("You no longer compose “%(track)s”.") % {"track": custom_track.track})
    return redirect("own_tracks")


# --- Its end --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def remove_own_track(request: AuthedRequest, slug: str) -> HttpResponse:
    """Ask, and on POST do what is ``wanted``: delete a track that no cohort follows, retire it, or bring it back."""
    if request.method == "POST" and not CustomTrack.objects.filter(track__slug=slug, authors=request.user).exists():
        return redirect("own_tracks")  # sent twice: it is gone
    custom_track = get_authored_track_or_404(request, slug)
    wanted = request.POST.get("wanted")
    if wanted in (State.RETIRED, State.PUBLISHED):
        Track.objects.filter(pk=custom_track.pk).update(state=wanted)
        message = _("“%(track)s” is hidden. Learners no longer see it; their ticks stay.")
        if wanted == State.PUBLISHED:
            message = _("“%(track)s” is back.")
        messages.success(request, message % {"track": custom_track.track})
        return redirect("compose", slug)
    if wanted == "delete" and delete_unfollowed(custom_track.track):
        messages.success(request, _("“%(track)s” is deleted. Every tick stays.") % {"track": custom_track.track})
        return redirect("own_tracks")
    cohorts = Cohort.objects.filter(assignments__track=custom_track.track)
    led = list(cohorts.led_by(request.user))
    context = {
        "custom_track": custom_track,
        "track": custom_track.track,
        "cohorts": led,
        "others": cohorts.count() - len(led),
    }
    return render(request, "cohorts/custom_tracks/remove.html", context, status=409 if wanted == "delete" else 200)


@transaction.atomic
def delete_unfollowed(track: Track) -> bool:
    """Whether the track could be deleted: not while a cohort follows it."""
    track = Track.objects.select_for_update().get(pk=track.pk)
    if track.assignments.exists():
        return False
    track.delete()
    return True
