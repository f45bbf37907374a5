"""What an invitation leads to: whoever has its link sees what joining means, and says yes or no."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from progress.cohorts.models import CohortFullError, Invitation
from progress.decorators import unlisted


@login_not_required  # to say no takes no account
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@unlisted
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what joining means, and answer: ``answer`` is "join" or "decline". Looking at it answers nothing.

    The link was mailed to the invited address and proves it, so an account with another address may join with it,
    too, and is told first whose invitation it is.
    """
    invitation = Invitation.objects.select_related("cohort", "invited_by").filter(token=token).first()
    if not invitation:
        return render(request, "cohorts/invitations/invitation_gone.html", status=404)
    cohort, user = invitation.cohort, request.user
    is_in = user.is_authenticated and cohort.enrolments.current().filter(user=user).exists()
    problem, status = join_problem(invitation, is_in), 200
    if request.method == "POST":
        response = handle_answer(request, invitation, is_in, problem)
        if response:
            return response
        invitation.refresh_from_db()
        problem, status = join_problem(invitation, is_in), 409
    context = {
        "invitation": invitation,
        "cohort": cohort,
        "is_in": is_in,
        "problem": problem,
        "is_theirs": user.is_authenticated and is_theirs(invitation, user),
        "instructors": cohort.instructors.order_by("name", "email"),
        "tracks": [
            assignment.track for assignment in cohort.assignments.visible(cohort.today).select_related("track")
        ],
    }
    return render(request, "cohorts/invitations/invitation.html", context, status=status)


def handle_answer(request: HttpRequest, invitation: Invitation, is_in: bool, problem: str) -> HttpResponse | None:
    """Do what was answered; None when it cannot be done."""
    user, answer = request.user, request.POST.get("answer")
    try:
        if answer == "decline" and not is_in and not invitation.is_used:
            invitation.decline(user if user.is_authenticated else None)
            messages.success(request, _("You have declined. Nobody sees anything of you."))
            return redirect(invitation)
        if answer == "join":
            if not user.is_authenticated:
                return redirect_to_login(request.path)
            if not problem and not is_in:
                invitation.accept(user)
            if not problem:
                messages.success(request, _("You are in “%(name)s”.") % {"name": invitation.cohort})
                return redirect("cohorts")
    except Invitation.DoesNotExist:
        return redirect(invitation)  # which says that it is withdrawn, or used
    except CohortFullError:
        return None
    return None


def join_problem(invitation: Invitation, is_in: bool) -> str:
    """Why nobody can join with it now, as a sentence; empty when somebody can."""
    cohort = invitation.cohort
    if is_in:
        return ""
    if cohort.is_archived:
        return _("This cohort is over and archived, so nobody joins it any more.")
    if invitation.is_used:
        return _("Somebody has joined with this invitation already. To come back, ask the instructor for the code.")
    if cohort.places is not None and cohort.enrolments.current().count() >= cohort.places:
        return _("This cohort is full: every place is taken. Its instructors can add one.")
    return ""


def is_theirs(invitation: Invitation, user: User) -> bool:
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()
