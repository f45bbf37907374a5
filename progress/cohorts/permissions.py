"""Who may make a cohort, who may open one, and who may change it."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Concatenate, TypeGuard

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import AuthedRequest
from progress.cohorts.models import Cohort, CustomTrack
from stages.prepared_query import PreparedQuery

ADDRESS_GUESSES = 20  # addresses without an account, typed by one person in an hour


def is_signed_in(request: HttpRequest) -> TypeGuard[AuthedRequest]:
    """Whether somebody asks whom the site knows: for a view that is ``@login_not_required``."""
    return request.user.is_authenticated


def can_create_cohorts(user: User) -> bool:
    """Whether this person may make cohorts: the group "Instructors" may, and where the site is open, everyone.

    One query, or two where the site is open.
    """
    if PERMITTED.rows(user.pk):
        return True
    return settings.ANYONE_MAY_TEACH and EmailAddress.objects.filter(user=user, verified=True).exists()


# What user.has_perm() answers, in one query instead of two: every page of a track asks.
PERMITTED = PreparedQuery(
    lambda user: ModelBackend().with_perm("cohorts.add_cohort").filter(pk=user).values_list("pk"), parameters=1
)


def require_instructor(user: User) -> None:
    if not can_create_cohorts(user):
        raise PermissionDenied(_("Only instructors make cohorts. Those who run this site can make you one."))


def get_led_cohort_or_404(request: AuthedRequest, pk: int, lock: bool = False) -> Cohort:
    """A cohort that the reader instructs; for everyone else there is none."""
    cohorts = Cohort.objects.led_by(request.user)
    return get_object_or_404(cohorts.select_for_update(of=["self"]) if lock else cohorts, pk=pk)


def get_unarchived_cohort_or_404(request: AuthedRequest, pk: int, lock: bool = True) -> Cohort:
    """The same, for what changes it: an archived cohort stays as it is.

    Its row is locked until the answer, so that of two forms at once the second finds what the first has written.
    That takes a transaction; what sends mail does without, for mail may take long.
    """
    cohort = get_led_cohort_or_404(request, pk, lock)
    if cohort.is_archived:
        raise PermissionDenied(_("This cohort is archived, so it stays as it is. Take it out of the archive first."))
    return cohort


def get_cohort_for_edit(request: AuthedRequest, pk: int, lock: bool = True) -> Cohort:
    """A page with a form: an archived cohort is there to be read, and 403 for whoever writes."""
    return (
        get_unarchived_cohort_or_404(request, pk, lock)
        if request.method == "POST"
        else get_led_cohort_or_404(request, pk)
    )


def atomic_form_view[**P](
    view: Callable[Concatenate[AuthedRequest, P], HttpResponse],
) -> Callable[Concatenate[AuthedRequest, P], HttpResponse]:
    """A view that shows a form and takes it. What it writes is one transaction; to show it none is begun, because on
    SQLite that would wait for everyone who writes.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapper(request: AuthedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with transaction.atomic() if request.method == "POST" else nullcontext():
            return view(request, *args, **kwargs)

    return wrapper


def get_authored_track_or_404(request: AuthedRequest, slug: str) -> CustomTrack:
    """A custom track of the reader, alone or with others; for everyone else there is none."""
    custom_tracks = CustomTrack.objects.filter(authors=request.user).select_related("track", "original")
    return get_object_or_404(custom_tracks, track__slug=slug)
