"""The groups inside a cohort: making, naming and filling them, and taking them away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.requests import AuthedRequest
from progress.cohorts.audience import load_audiences
from progress.cohorts.forms import current_enrolments
from progress.cohorts.members.forms import GroupForm, MembersForm
from progress.cohorts.models import Cohort, Group
from progress.cohorts.permissions import atomic_form_view, get_cohort_for_edit

private = cache_control(private=True, no_store=True)


@atomic_form_view
@private
def groups(request: AuthedRequest, pk: int) -> HttpResponse:
    """The groups of a cohort, and another one to make."""
    cohort = get_cohort_for_edit(request, pk)
    form = GroupForm(request.POST or None, instance=Group(cohort=cohort))
    if request.method == "POST" and form.is_valid():
        new_group = form.save()
        messages.success(request, _("“{name}” is there. Put learners in.").format(name=new_group))
        return redirect("group", cohort.pk, new_group.pk)
    audience, names = (
        load_audiences(cohort),
        {enrolment.user_id: str(enrolment.user) for enrolment in current_enrolments(cohort)},
    )
    context = {
        "cohort": cohort,
        "groups": [
            (group, name, [learner for pk, learner in names.items() if pk in audience.group_members[group]])
            for group, name in audience.group_names.items()
        ],
        "ungrouped": [name for pk, name in names.items() if not audience.groups_of(pk)],
        "form": form,
    }
    return render(request, "cohorts/members/groups.html", context, status=400 if form.errors else 200)


@atomic_form_view
@private
def group(request: AuthedRequest, pk: int, group_pk: int) -> HttpResponse:
    """A group with its name and its members to change."""
    cohort = get_cohort_for_edit(request, pk)
    group = get_group_or_404(cohort, group_pk)
    form = MembersForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        others = form.save()
        messages.success(request, _("Saved."))
        if others:
            message = _("Somebody else changed this group meanwhile, and that stays, too: {names}.")
            messages.info(request, message.format(names=", ".join(str(enrolment.user) for enrolment in others)))
        return redirect("group", cohort.pk, group.pk)
    audience = load_audiences(cohort)
    chosen = set(map(str, form["members"].value() or ()))
    context = {
        "cohort": cohort,
        "group": group,
        "name": form.saved_name,
        "form": form,
        "learners": [
            (
                enrolment,
                str(enrolment.pk) in chosen,
                [name for name in audience.groups_of(enrolment.user_id) if name != form.saved_name],
            )
            for enrolment in form.learners
        ],
        "assignments": group.assignments.select_related("track"),
    }
    return render(request, "cohorts/members/group.html", context, status=400 if form.errors else 200)


@atomic_form_view
@private
def delete_group(request: AuthedRequest, pk: int, group_pk: int) -> HttpResponse:
    """Ask, saying what it ends, and on POST take the group away. What went to it alone goes to nobody then."""
    cohort = get_cohort_for_edit(request, pk)
    if request.method == "POST":
        # Sent twice, there is nothing left to delete, and that is what was wanted.
        cohort.groups.filter(pk=group_pk).delete()
        messages.success(request, _("The group is gone. Its learners stay in the cohort, and every tick stays."))
        return redirect("groups", cohort.pk)
    group, audience = get_group_or_404(cohort, group_pk), load_audiences(cohort)
    context = {
        "cohort": cohort,
        "group": group,
        "members": len(audience.group_members[group.pk]),
        "affected": [
            (
                assignment,
                len(audience.member_ids(assignment) or ()),
                len(audience.member_ids(assignment, excluding=group.pk) or ()),
            )
            for assignment in group.assignments.filter(to_everyone=False).select_related("track")
        ],
    }
    return render(request, "cohorts/members/delete_group.html", context)


def get_group_or_404(cohort: Cohort, pk: int) -> Group:
    group = get_object_or_404(cohort.groups, pk=pk)
    group.cohort = cohort
    return group
