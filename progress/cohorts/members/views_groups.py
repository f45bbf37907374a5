"""The groups inside a cohort: making, naming and filling them, and taking them away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.requests import AuthedRequest
from progress.cohorts.audience import load_audiences
from progress.cohorts.forms import learners_of
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
        made = form.save()
        messages.success(request, _("“{name}” is there. Put learners in.").format(name=made))
        return redirect("group", cohort.pk, made.pk)
    whom, names = load_audiences(cohort), {one.user_id: str(one.user) for one in learners_of(cohort)}
    context = {
        "cohort": cohort,
        "groups": [
            (group, name, [people for pk, people in names.items() if pk in whom.members[group]])
            for group, name in whom.names.items()
        ],
        "without": [people for pk, people in names.items() if not whom.groups_of(pk)],
        "form": form,
    }
    return render(request, "cohorts/members/groups.html", context, status=400 if form.errors else 200)


@atomic_form_view
@private
def group(request: AuthedRequest, pk: int, group_pk: int) -> HttpResponse:
    """A group with its name and its members to change."""
    cohort = get_cohort_for_edit(request, pk)
    group = group_of(cohort, group_pk)
    form = MembersForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        by_others = form.save()
        messages.success(request, _("Saved."))
        if by_others:
            said = _("Somebody else changed this group meanwhile, and that stays, too: {names}.")
            messages.info(request, said.format(names=", ".join(str(one.user) for one in by_others)))
        return redirect("group", cohort.pk, group.pk)
    whom = load_audiences(cohort)
    chosen = set(map(str, form["members"].value() or ()))
    context = {
        "cohort": cohort,
        "group": group,
        "name": form.saved_name,
        "form": form,
        "learners": [
            (one, str(one.pk) in chosen, [name for name in whom.groups_of(one.user_id) if name != form.saved_name])
            for one in form.learners
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
    group, whom = group_of(cohort, group_pk), load_audiences(cohort)
    context = {
        "cohort": cohort,
        "group": group,
        "members": len(whom.members[group.pk]),
        "ends": [
            (one, len(whom.reached(one) or ()), len(whom.reached(one, but=group.pk) or ()))
            for one in group.assignments.filter(to_everyone=False).select_related("track")
        ],
    }
    return render(request, "cohorts/members/delete_group.html", context)


def group_of(cohort: Cohort, pk: int) -> Group:
    found = get_object_or_404(cohort.groups, pk=pk)
    found.cohort = cohort
    return found
