"""What an instructor adjusts in an assignment: for whom it is, its schedule, and which snapshot of its track."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AuthedRequest
from progress.cohorts.assignments.forms_audience import ChangeAudienceForm, ScheduleForm
from progress.cohorts.assignments.views import assignment_page, get_assignment_or_404
from progress.cohorts.audience import load_audiences
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Assignment
from progress.cohorts.permissions import get_cohort_for_edit
from progress.cohorts.track_snapshot import content_hash, outline_from_snapshot
from progress.cohorts.track_updates import current_snapshots
from stages.content import outline_of_stages


@require_POST
@transaction.atomic
def change_whom(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """State for whom an assignment is."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = get_assignment_or_404(cohort, assignment_pk)
    form = ChangeAudienceForm(request.POST, instance=assignment, audience=load_audiences(cohort))
    if not form.is_valid():
        return assignment_page(request, get_assignment_or_404(cohort, assignment.pk), status=400, audience_form=form)
    if form.is_stale:
        messages.warning(request, edit_conflict_message())
    else:
        form.save()
        messages.success(
            request, _("Saved: it is {whom}.").format(whom=load_audiences(cohort).description(assignment))
        )
    return redirect_to(assignment, "whom")


@require_POST
@transaction.atomic
def change_rhythm(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """State the due date of each section; or with ``as_computed`` let one section, or "all", be worked out again."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = get_assignment_or_404(cohort, assignment_pk)
    if section := request.POST.get("as_computed"):
        section_dates = (
            {} if section == "all" else {k: v for k, v in assignment.section_dates.items() if f"day-{k}" != section}
        )
        return save_dates(request, assignment, section_dates)
    plan = LearnerPlan(assignment, outline_from_snapshot(assignment.track_snapshot, outline_of_stages()))
    if plan.due is None:
        messages.warning(request, _("It has no due date now, so its sections have none."))
        return redirect_to(assignment, "rhythm")
    form = ScheduleForm(request.POST, plan=plan, auto_id="rhythm_%s")
    if not form.is_valid():
        return assignment_page(request, assignment, status=400, schedule_form=form)
    if form.is_stale:
        messages.warning(request, edit_conflict_message())
        return redirect_to(assignment, "rhythm")
    return save_dates(request, assignment, form.adjusted_dates)


def save_dates(request: AuthedRequest, assignment: Assignment, section_dates: dict[str, str]) -> HttpResponse:
    assignment.section_dates = section_dates
    assignment.save(update_fields=["section_dates"])
    messages.success(request, _("Saved. Learners see these dates from now on."))
    return redirect_to(assignment, "rhythm")


@require_POST
@transaction.atomic
def take_over(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """Let the cohort follow the track as it is now, if that is what the page showed: ``shown`` is its content hash."""
    assignment = get_assignment_or_404(get_cohort_for_edit(request, pk), assignment_pk)
    current = current_snapshots([assignment.track], outline_of_stages())[assignment.track_id]
    if current == assignment.track_snapshot:  # sent twice, or by two instructors
        messages.success(request, _("The cohort follows the track as it is now."))
    elif request.POST.get("shown") != content_hash(current):
        messages.warning(request, _("The track has changed again, so nothing was taken over. Look again."))
        return redirect_to(assignment, "changes")
    else:
        assignment.track_snapshot = current
        assignment.save(update_fields=["track_snapshot"])
        messages.success(request, _("The cohort follows the track as it is now. Every tick stays."))
    return redirect_to(assignment, "")


def edit_conflict_message() -> str:
    return _("Nothing was saved: somebody changed it since you opened the page. This is how it is now.")


def redirect_to(assignment: Assignment, fragment: str) -> HttpResponse:
    url = reverse("edit_assignment", args=[assignment.cohort_id, assignment.pk])
    return redirect(f"{url}#{fragment}" if fragment else url)
