"""How a learner comes into a cohort, and out of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rate_limits
from accounts.requests import AuthedRequest
from progress.cohorts.models import Cohort, CohortFullError, tidy
from progress.decorators import unlisted

CODE_GUESSES = 20  # codes that lead nowhere, of one account in an hour


@require_safe
def join(request: AuthedRequest) -> HttpResponse:
    """Ask for a code. It comes as ``?code=``, so that a log-in on the way does not lose it."""
    code = tidy(request.GET.get("code", ""))
    if not code:
        return render(request, "cohorts/members/join.html")
    if not code.isascii() or not code.isalnum():
        return unknown_code(request, code)
    return redirect("join_cohort", code)


@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def join_cohort(request: AuthedRequest, code: str) -> HttpResponse:
    """Show what joining means, and join. Whoever has joined already is told so, however often they ask."""
    if not rate_limits.allows(rate_limits.client_key(request), "code", CODE_GUESSES):
        problem = _("Those were many codes for one hour. Wait a little, and ask your instructor for the right one.")
        return render(request, "cohorts/members/join.html", {"problem": problem, "code": code}, status=429)
    cohort = Cohort.objects.filter(code=tidy(code)).first()
    if not cohort:
        return unknown_code(request, code)
    is_member = cohort.enrolments.current().filter(user=request.user).exists()
    problem = "" if is_member else join_problem(cohort)
    if request.method == "POST" and not problem:
        try:
            cohort.join(request.user)
        except CohortFullError:
            problem = join_problem(cohort)
        else:
            messages.success(request, _("You are in “%(name)s”.") % {"name": cohort})
            return redirect("cohorts")
    if problem:
        status = 409 if request.method == "POST" else 200
        return render(request, "cohorts/members/join.html", {"problem": problem}, status=status)
    context = {"cohort": cohort, "is_in": is_member, "instructors": cohort.instructors.order_by("name", "email")}
    context["tracks"] = [
        assignment.track for assignment in cohort.assignments.visible(cohort.today).select_related("track")
    ]
    return render(request, "cohorts/members/join_cohort.html", context)


@require_POST
def leave_cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """Leave at once, also what is archived. Whoever has left already is told the same."""
    cohort = get_object_or_404(Cohort, pk=pk, enrolments__user=request.user)
    cohort.leave(request.user)
    message = _("You have left “%(name)s”. Its instructors no longer see you, and your ticks stay yours.")
    messages.success(request, message % {"name": cohort})
    return redirect("cohorts")


def join_problem(cohort: Cohort) -> str:
    """Why nobody can join now, as a sentence; empty when there is a place."""
    if cohort.is_archived:
        return _("This cohort is over and archived, so nobody joins it any more.")
    if not cohort.is_open:
        return _("This cohort is closed at the moment. Its instructors can open it.")
    if cohort.code_expires_at and cohort.code_expires_at <= timezone.now():
        return _("This code has expired. The instructors can give it another last day.")
    if cohort.places is not None and cohort.enrolments.current().count() >= cohort.places:
        return _("This cohort is full: every place is taken. Its instructors can add one.")
    return ""


def unknown_code(request: AuthedRequest, code: str) -> HttpResponse:
    rate_limits.consume(rate_limits.client_key(request), "code", CODE_GUESSES)
    problem = _("No cohort has this code. Look at it again; it may also have been renewed.")
    return render(request, "cohorts/members/join.html", {"problem": problem, "code": code}, status=404)
