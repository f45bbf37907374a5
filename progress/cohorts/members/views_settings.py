"""Making a cohort, changing it, archiving it, and copying it for the next term."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import timezones
from accounts.models import User
from accounts.requests import AuthedRequest
from accounts.validators import one_line
from progress.cohorts.forms import DayInput, PartialUpdateForm
from progress.cohorts.models import LETTERS, Cohort, new_code
from progress.cohorts.permissions import (
    atomic_form_view,
    can_create_cohorts,
    get_cohort_for_edit,
    get_led_cohort_or_404,
    require_instructor,
)
from stages.models import Track


class NewCodeField(forms.CharField):
    """The code that a new cohort will have, drawn when its form is shown: of a form sent twice one cohort is made."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(initial=new_code, required=False)

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        return code if len(code) == len(new_code()) and set(code) <= set(LETTERS) else new_code()


class CohortForm(PartialUpdateForm):
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [("UTC", "UTC"), *timezones.zone_choices()],
        help_text=gettext_lazy("The cohort’s days end at midnight here."),
    )
    quiet_days = forms.IntegerField(
        label=gettext_lazy("Days of silence"),
        min_value=1,
        max_value=365,
        initial=7,
        help_text=gettext_lazy("After so many days without a tick a learner is called quiet."),
    )
    overdue_topics = forms.IntegerField(
        label=gettext_lazy("Topics overdue"),
        min_value=1,
        max_value=1000,
        initial=1,
        help_text=gettext_lazy("With so many topics overdue a learner is said to fall behind."),
    )

    class Meta:
        model = Cohort
        fields = ["name", "description", "time_zone", "starts", "ends", "quiet_days", "overdue_topics"]
        labels = {
            "name": gettext_lazy("Name"),
            "description": gettext_lazy("Description"),
            "starts": gettext_lazy("First day"),
            "ends": gettext_lazy("Last day"),
        }
        help_texts = {"description": gettext_lazy("Learners read it before they join.")}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "starts": DayInput,
            "ends": DayInput,
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.last_day_to_join = self.instance.last_day_to_join

    def save(self, commit: bool = True) -> Cohort:
        if "time_zone" in self.changed_data:  # the code lasts to the end of the same day, by the new clock
            self.instance.last_day_to_join = self.last_day_to_join
        saved: Cohort = super().save(commit)
        return saved


class NewCohortForm(CohortForm):
    code = NewCodeField()


class DuplicateForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=Cohort._meta.get_field("name").max_length, validators=[one_line]
    )
    first_day = forms.DateField(
        label=gettext_lazy("First day"),
        widget=DayInput,
        help_text=gettext_lazy("Every date moves by as many days as this one."),
    )
    code = NewCodeField()


@require_http_methods(["GET", "HEAD", "POST"])
def new_cohort(request: AuthedRequest) -> HttpResponse:
    require_instructor(request.user)
    zone = str(timezones.parse_zone(request))
    form = NewCohortForm(request.POST if request.method == "POST" else None, initial={"time_zone": zone})
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                form.instance.code = form.cleaned_data["code"]
                created = form.save()
                created.instructors.add(request.user)
        except IntegrityError:
            return redirect("cohort_people", get_created_cohort_or_404(request.user, form).pk)
        messages.success(request, _("“%(name)s” is there. Let people in with its code.") % {"name": created})
        return redirect("cohort_people", created.pk)
    return render(request, "cohorts/members/edit.html", {"form": form})


@atomic_form_view
def edit_cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """The settings of a cohort; of an archived one only the way out of the archive and a copy are left."""
    cohort = get_cohort_for_edit(request, pk)
    form = CohortForm(request.POST if request.method == "POST" else None, instance=cohort)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(cohort)
    # The form has written what was sent into its instance; the heading keeps the name that is saved.
    context = {
        "form": form,
        "cohort": cohort,
        "name": form.initial["name"],
        "can_create_cohorts": can_create_cohorts(request.user),
    }
    return render(request, "cohorts/members/edit.html", context)


@require_POST
def archive_cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """Archive a cohort or take it up again: ``archived`` says which is wanted."""
    cohort = get_led_cohort_or_404(request, pk)
    wanted = request.POST.get("archived") == "yes"
    cohort.archive(wanted)
    if wanted:
        messages.success(request, _("“%(name)s” is archived: kept, and read-only.") % {"name": cohort})
    else:
        messages.success(request, _("“%(name)s” is out of the archive.") % {"name": cohort})
    return redirect("edit_cohort", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate_cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """The same tracks and dates for the next term, without the people. An archived cohort may be copied, too."""
    require_instructor(request.user)
    cohort = get_led_cohort_or_404(request, pk)
    form = DuplicateForm(request.POST if request.method == "POST" else None, initial={"name": cohort.name})
    if form.is_bound and form.is_valid():
        try:
            created = cohort.duplicate(**form.cleaned_data, by=request.user)
        except OverflowError:
            form.add_error("first_day", _("A date would fall out of the calendar."))
        except IntegrityError:
            return redirect("cohort_people", get_created_cohort_or_404(request.user, form).pk)
        else:
            message = _("“%(name)s” is there, with the same tracks and without learners.")
            messages.success(request, message % {"name": created})
            return redirect("cohort_people", created.pk)
    context = {
        "form": form,
        "cohort": cohort,
        "first_date": cohort.first_date(),
        "tracks": cohort.assignments.count(),
        "groups": cohort.groups.count(),
        "partial_tracks": Track.objects.filter(assignments__in=cohort.assignments.filter(to_everyone=False)),
    }
    return render(request, "cohorts/members/duplicate.html", context)


def get_created_cohort_or_404(user: User, form: NewCohortForm | DuplicateForm) -> Cohort:
    """The cohort that this form made when it was sent the first time."""
    return get_object_or_404(Cohort.objects.led_by(user), code=form.cleaned_data["code"])
