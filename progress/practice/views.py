"""What the page of an exercise sends: files to keep, and what a check said of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from progress.models import Attempt
from progress.models.attempts import StaleFiles
from progress.practice.forms import PASS, AttemptForm
from stages.models import Exercise
from stages.practice.exercises import checks_digest


@login_not_required  # the script that asks is answered, not led to the log-in
@require_POST
def attempt(request: HttpRequest, slug: str) -> JsonResponse:
    """Keep the learner's files and, after a check, what it said; see AttemptForm.

    200 says what is kept now. 401: nobody is signed in (the browser keeps the files); 409: another tab, or somebody
    else in this browser, was faster; 400: why it cannot be kept. In each case nothing was lost or overwritten.
    """
    if not request.user.is_authenticated:
        return refusal(_("Sign in, and your files are kept in your account."), 401)
    if request.POST.get("reader", "") not in ("", str(request.user.pk)):
        return refusal(_("You are signed in as {name} now. Nothing was kept.").format(name=request.user), 409)
    exercise = get_object_or_404(Exercise.objects.published(), slug=slug)
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return refusal(" ".join(str(error) for errors in form.errors.values() for error in errors), 400)
    sent = form.cleaned_data
    try:
        kept = Attempt.objects.save_files(request.user, exercise, sent["files"], sent["revision"])
    except StaleFiles as error:
        return refusal(_("These files were changed in another tab."), 409, **state_of(error.attempt, exercise))
    if sent["result"]:
        kept = Attempt.objects.record_check(
            request.user,
            exercise,
            failing=sent["failing"],
            passed=sent["result"] == "passed",
            checks=sent["checks"],
            is_current=sent["checks"] == checks_digest(exercise),
            files=sent["files"],
        )
    return JsonResponse(state_of(kept, exercise))


def refusal(error: str, status: int, **state: Any) -> JsonResponse:
    return JsonResponse({"error": error, **state}, status=status)


def state_of(kept: Attempt, exercise: Exercise) -> dict[str, Any]:
    """What the page is told of an attempt."""
    outdated = kept.is_outdated(checks_digest(exercise))
    return {"files": kept.files, "revision": kept.revision, "shown": kept.is_shown, "outdated": outdated}


@login_not_required  # whoever was signed out comes back to the exercise
@require_POST
def bring_pass(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down a pass that was made on the learner's own machine, from the line that ``manage.py practice`` prints.

    It is the learner's word, as everything in their page is.
    """
    exercise = get_object_or_404(Exercise.objects.published(), slug=slug)
    if not request.user.is_authenticated:
        return redirect_to_login(exercise.get_absolute_url())
    line = PASS.fullmatch(" ".join(request.POST.get("line", "")[:400].split()))
    if not line:
        text = _("That is not the line of a pass. It begins with “waymark-pass v1”; copy it whole.")
        messages.error(request, text)
    elif line["slug"] != slug:
        messages.error(request, _("That line is of another exercise: {slug}.").format(slug=line["slug"]))
    else:
        is_current = line["checks"] == checks_digest(exercise)
        Attempt.objects.record_check(
            request.user, exercise, failing=[], passed=True, checks=line["checks"], is_current=is_current, files={}
        )
        if is_current:
            messages.success(request, _("“{title}” is shown.").format(title=exercise.title))
        else:
            text = _("“{title}” is shown, on an earlier version of the exercise.").format(title=exercise.title)
            messages.success(request, text)
    return HttpResponseRedirect(f"{exercise.get_absolute_url()}#shown")
