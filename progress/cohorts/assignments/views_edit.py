"""What an instructor adjusts in an assignment: for whom it is, its rhythm, and which form of its track."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AuthedRequest
from progress.cohorts.assignments.forms_audience import ChangeWhomForm, RhythmForm
from progress.cohorts.assignments.views import assignment_of, assignment_page
from progress.cohorts.audience import load_audiences
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Assignment
from progress.cohorts.permissions import get_cohort_for_edit
from progress.cohorts.track_snapshot import content_hash, outline_from_snapshot
from progress.cohorts.track_updates import current_snapshots
from stages.outline import outline_of_stages


@require_POST
@transaction.atomic
def change_whom(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """State for whom an assignment is."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = assignment_of(cohort, assignment_pk)
    form = ChangeWhomForm(request.POST, instance=assignment, whom=load_audiences(cohort))
    if not form.is_valid():
        return assignment_page(request, assignment_of(cohort, assignment.pk), status=400, whom_form=form)
    if form.is_stale:
        messages.warning(request, meanwhile())
    else:
        form.save()
        messages.success(request, _("Saved: it is {whom}.").format(whom=load_audiences(cohort).words(assignment)))
    return back_to(assignment, "whom")


@require_POST
@transaction.atomic
def change_rhythm(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """State the due date of each section; or with ``as_computed`` let one section, or "all", be worked out again."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = assignment_of(cohort, assignment_pk)
    if section := request.POST.get("as_computed"):
        kept = {} if section == "all" else {k: v for k, v in assignment.section_dates.items() if f"day-{k}" != section}
        return keep_dates(request, assignment, kept)
    assigned = LearnerPlan(assignment, outline_from_snapshot(assignment.track_snapshot, outline_of_stages()))
    if assigned.due is None:
        messages.warning(request, _("It has no due date now, so its sections have none."))
        return back_to(assignment, "rhythm")
    form = RhythmForm(request.POST, assigned=assigned, auto_id="rhythm_%s")
    if not form.is_valid():
        return assignment_page(request, assignment, status=400, rhythm_form=form)
    if form.is_stale:
        messages.warning(request, meanwhile())
        return back_to(assignment, "rhythm")
    return keep_dates(request, assignment, form.wanted)


def keep_dates(request: AuthedRequest, assignment: Assignment, section_dates: dict[str, str]) -> HttpResponse:
    assignment.section_dates = section_dates
    assignment.save(update_fields=["section_dates"])
    messages.success(request, _("Saved. Learners see these dates from now on."))
    return back_to(assignment, "rhythm")


@require_POST
@transaction.atomic
def take_over(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """Let the cohort follow the track as it is now, if that is what the page showed: ``shown`` is its digest."""
    assignment = assignment_of(get_cohort_for_edit(request, pk), assignment_pk)
    form = current_snapshots([assignment.track], outline_of_stages())[assignment.track_id]
    if form == assignment.track_snapshot:  # sent twice, or by two instructors
        messages.success(request, _("The cohort follows the track as it is now."))
    elif request.POST.get("shown") != content_hash(form):
        messages.warning(request, _("The track has changed again, so nothing was taken over. Look again."))
        return back_to(assignment, "changes")
    else:
        assignment.track_snapshot = form
        assignment.save(update_fields=["track_snapshot"])
        messages.success(request, _("The cohort follows the track as it is now. Every tick stays."))
    return back_to(assignment, "")


def meanwhile() -> str:
    return _("Nothing was saved: somebody changed it since you opened the page. This is how it is now.")


def back_to(assignment: Assignment, part: str) -> HttpResponse:
    place = reverse("edit_assignment", args=[assignment.cohort_id, assignment.pk])
    return redirect(f"{place}#{part}" if part else place)
