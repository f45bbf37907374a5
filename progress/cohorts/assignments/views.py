"""What an instructor does with assignments: give, change and take them away, and give one learner longer."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.requests import AuthedRequest
from progress.activity import day_of
from progress.cohorts.assignments.forms import DatesForm, ExtensionForm
from progress.cohorts.assignments.forms_audience import AssignForm, ChangeAudienceForm, ScheduleForm
from progress.cohorts.audience import load_audiences
from progress.cohorts.forms import posted_pk
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Assignment, Cohort, Extension
from progress.cohorts.permissions import atomic_form_view, get_cohort_for_edit
from progress.cohorts.track_snapshot import outline_from_snapshot
from progress.cohorts.track_updates import current_snapshots, outdated_assignments, pending_update
from stages.content import outline_of_stages


def get_assignment_or_404(cohort: Cohort, pk: int) -> Assignment:
    assignment = get_object_or_404(cohort.assignments.select_related("track"), pk=pk)
    assignment.cohort = cohort
    return assignment


@atomic_form_view
def assign(request: AuthedRequest, pk: int) -> HttpResponse:
    """The tracks that a cohort follows, and another one to assign."""
    cohort = get_cohort_for_edit(request, pk)
    if request.method == "POST" and (existing := cohort.assignments.filter(track=posted_pk(request, "track")).first()):
        # Sent twice, or by two instructors: what is there stays as it is.
        messages.info(request, _("The cohort follows “{track}” already. This is how.").format(track=existing.track))
        return redirect("edit_assignment", cohort.pk, existing.pk)
    audience = load_audiences(cohort)
    new = Assignment(cohort=cohort, starts=cohort.starts, due=cohort.ends)
    form = AssignForm(request.POST or None, instance=new, audience=audience, user=request.user)
    if request.method == "POST" and form.is_valid():
        assignment = form.save()
        messages.success(request, _("The cohort follows “{track}” now.").format(track=assignment.track))
        return redirect("edit_assignment", cohort.pk, assignment.pk)
    assignments = cohort.assignments.select_related("track")
    changes = outdated_assignments(assignments, outline_of_stages())
    context = {
        "cohort": cohort,
        "assignments": [
            (assignment, audience.description(assignment), changes.get(assignment.pk)) for assignment in assignments
        ],
        "form": form,
    }
    return render(request, "cohorts/assignments/assign.html", context, status=400 if form.errors else 200)


@atomic_form_view
def edit_assignment(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """An assignment with its dates to change, for whom it is, its schedule, and who has longer."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = get_assignment_or_404(cohort, assignment_pk)
    form = DatesForm(request.POST or None, instance=assignment)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Learners see these dates from now on."))
        return redirect("edit_assignment", cohort.pk, assignment.pk)
    if form.errors:
        assignment = get_assignment_or_404(cohort, assignment.pk)  # as it is, not as the form would have it
    return assignment_page(request, assignment, status=400 if form.errors else 200, form=form)


def assignment_page(
    request: AuthedRequest, assignment: Assignment, status: int = 200, **forms_with_errors: forms.BaseForm
) -> HttpResponse:
    """Everything about an assignment, which several forms change; one that was sent and is wrong comes along."""
    roadmap, audience = outline_of_stages(), load_audiences(assignment.cohort)
    plan = LearnerPlan(assignment, outline_from_snapshot(assignment.track_snapshot, roadmap))
    current = current_snapshots([assignment.track], roadmap)[assignment.track_id]
    context = {
        "cohort": assignment.cohort,
        "assignment": assignment,
        "plan": plan,
        "audience": audience.description(assignment),
        "update": pending_update(assignment, current, roadmap, audience),
        "extensions": extensions_with_plans(plan),
        "form": forms_with_errors.get("form") or DatesForm(instance=assignment),
        "audience_form": forms_with_errors.get("audience_form")
        or ChangeAudienceForm(instance=assignment, audience=audience),
        "schedule_form": forms_with_errors.get("schedule_form") or ScheduleForm(plan=plan, auto_id="rhythm_%s"),
    }
    return render(request, "cohorts/assignments/assignment.html", context, status=status)


def extensions_with_plans(plan: LearnerPlan) -> list[tuple[Extension, LearnerPlan]]:
    """(extension, LearnerPlan of that learner) of those who are in the cohort now. Who comes back finds theirs."""
    assignment, cohort = plan.assignment, plan.cohort
    enrolment = cohort.enrolments.current().filter(user=OuterRef("user"))
    rows = assignment.extensions.filter(user__in=cohort.enrolments.current().values("user"))
    rows = (
        rows.annotate(joined_at=enrolment.values("joined_at")[:1]).select_related("user").order_by("due", "user__name")
    )
    return [(row, replace(plan, extended=row.due, joined=day_of(row.joined_at, cohort.zone))) for row in rows]


@atomic_form_view
def remove_assignment(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """Ask, and on POST take the assignment away with its extensions. Ticks belong to topics, so they stay."""
    cohort = get_cohort_for_edit(request, pk)
    if request.method == "POST":
        # Sent twice, there is nothing left to remove, and that is what was wanted.
        cohort.assignments.filter(pk=assignment_pk).delete()
        messages.success(request, _("The cohort no longer follows this track. Every tick stays."))
        return redirect("assign", cohort.pk)
    context = {"cohort": cohort, "assignment": get_assignment_or_404(cohort, assignment_pk)}
    return render(request, "cohorts/assignments/remove.html", context)


@atomic_form_view
def extend(request: AuthedRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """Give one learner longer, or with ``take_back`` the date of everyone again; its value is the learner's pk."""
    cohort = get_cohort_for_edit(request, pk)
    assignment = get_assignment_or_404(cohort, assignment_pk)
    if request.method == "POST" and "take_back" in request.POST:
        assignment.extensions.filter(user=posted_pk(request, "take_back")).delete()
        return redirect("edit_assignment", cohort.pk, assignment.pk)
    form = ExtensionForm(request.POST or None, assignment=assignment) if assignment.due else None
    if request.method == "POST" and form and form.is_valid():
        learner, due = form.cleaned_data["learner"], form.cleaned_data["due"]
        assignment.extensions.update_or_create(user=learner, defaults={"due": due})
        messages.success(request, _("{name} has longer now.").format(name=learner))
        return redirect("edit_assignment", cohort.pk, assignment.pk)
    context = {"cohort": cohort, "assignment": assignment, "form": form}
    return render(request, "cohorts/assignments/extend.html", context, status=400 if form and form.errors else 200)
