"""Who is in which cohort: the list of one's cohorts, the people of one, and the code that lets them in."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts import rate_limits
from accounts.models import User
from accounts.requests import AuthedRequest
from progress.cohorts.formatting import name_sort_key
from progress.cohorts.forms import DayInput, PartialUpdateForm, posted_pk
from progress.cohorts.members import qr_codes
from progress.cohorts.members.views_join import join_problem
from progress.cohorts.models import Cohort, Enrolment, LastInstructorError
from progress.cohorts.permissions import (
    ADDRESS_GUESSES,
    can_create_cohorts,
    get_led_cohort_or_404,
    get_unarchived_cohort_or_404,
)
from progress.cohorts.queries import USERS_BY_NAME


@require_safe
def cohorts(request: AuthedRequest) -> HttpResponse:
    """The cohorts that one leads, and those that one learns in: also the archived ones, for one may want to leave."""
    led = Cohort.objects.led_by(request.user).with_people_counted()
    enrolments = (
        Enrolment.objects.current()
        .filter(user=request.user)
        .select_related("cohort")
        .prefetch_related(Prefetch("cohort__instructors", USERS_BY_NAME))
        .order_by("-joined_at", "-pk")
    )
    context = {
        "led": [cohort for cohort in led if not cohort.is_archived],
        "archived": [cohort for cohort in led if cohort.is_archived],
        "enrolments": enrolments,
        "can_create_cohorts": can_create_cohorts(request.user),
    }
    return render(request, "cohorts/members/cohorts.html", context)


# --- The people of a cohort -----------------------------------------------------------------------


class InstructorForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Of somebody with an account here. They may do everything that you may."),
    )


class CodeForm(PartialUpdateForm):
    last_day = forms.DateField(
        label=gettext_lazy("Last day to join"),
        required=False,
        widget=DayInput,
    )
    places = forms.IntegerField(
        label=gettext_lazy("Places"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("Empty: no limit."),
    )

    class Meta:
        model = Cohort
        fields = ["is_open", "places"]
        labels = {"is_open": gettext_lazy("People can join with the code")}

    field_order = ["is_open", "last_day", "places"]

    def __init__(self, *args: Any, instance: Cohort, **options: Any) -> None:
        super().__init__(*args, instance=instance, initial={"last_day": instance.last_day_to_join}, **options)

    def clean_last_day(self) -> date | None:
        day: date | None = self.cleaned_data["last_day"]
        if day and not 2000 <= day.year < 3000:
            raise forms.ValidationError(gettext_lazy("Choose a day of this millennium."))
        return day

    def save(self, commit: bool = True) -> Cohort:
        self.instance.last_day_to_join = self.cleaned_data["last_day"]
        saved: Cohort = super().save(commit)
        return saved


@require_safe
@cache_control(private=True, no_store=True)
def cohort_people(request: AuthedRequest, pk: int) -> HttpResponse:
    return people_page(request, get_led_cohort_or_404(request, pk))


def people_page(
    request: AuthedRequest, cohort: Cohort, status: int = 200, **forms_with_errors: forms.BaseForm
) -> HttpResponse:
    enrolments = cohort.enrolments.current().select_related("user")
    context = {
        "cohort": cohort,
        "link": join_url(request, cohort),
        "join_problem": join_problem(cohort),
        "instructors": cohort.instructors.order_by("name", "email"),
        "enrolments": sorted(enrolments, key=lambda enrolment: name_sort_key(str(enrolment.user))),
        "instructor_form": InstructorForm(),
        "code_form": CodeForm(instance=cohort),
    }
    return render(request, "cohorts/members/people.html", context | forms_with_errors, status=status)


@require_POST
@transaction.atomic
def add_instructor(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give somebody the same rights. Only an address that is theirs for certain will do, hence a verified one."""
    cohort = get_unarchived_cohort_or_404(request, pk)
    form = InstructorForm(request.POST)
    if not rate_limits.allows(rate_limits.client_key(request), "address", ADDRESS_GUESSES):
        form.add_error("email", _("Those were many unknown addresses for one hour. Wait a little."))
        return people_page(request, cohort, status=429, instructor_form=form)
    if form.is_valid():
        email = form.cleaned_data["email"]
        owned = {"emailaddress__email__iexact": email, "emailaddress__verified": True}
        if person := User.objects.filter(is_active=True, **owned).first():
            cohort.instructors.add(person)
            messages.success(request, _("%(person)s instructs this cohort now.") % {"person": person})
            return redirect("cohort_people", pk)
        rate_limits.consume(rate_limits.client_key(request), "address", ADDRESS_GUESSES)
        form.add_error("email", _("Nobody has an account with this address. Ask them to sign up first."))
    return people_page(request, cohort, status=422, instructor_form=form)


@require_POST
@transaction.atomic
def remove_instructor(request: AuthedRequest, pk: int) -> HttpResponse:
    """End somebody's rights, or one's own; whoever does not lead this cohort cannot be named."""
    cohort = get_unarchived_cohort_or_404(request, pk)
    person = cohort.instructors.filter(pk=posted_pk(request, "person")).first()
    if person:
        try:
            cohort.remove_instructor(person)
        except LastInstructorError:
            messages.error(request, _("A cohort needs an instructor, so the last one stays. Add somebody first."))
        else:
            message = _("%(person)s no longer instructs “%(name)s”.")
            messages.success(request, message % {"person": person, "name": cohort})
            if person == request.user:
                return redirect("cohorts")
    return redirect("cohort_people", pk)


@require_POST
@transaction.atomic
def remove_learner(request: AuthedRequest, pk: int) -> HttpResponse:
    """End an enrolment. Only a learner of this cohort can be named, or whoever has left it already."""
    cohort = get_unarchived_cohort_or_404(request, pk)
    enrolment = get_object_or_404(cohort.enrolments.select_related("user"), user=posted_pk(request, "person"))
    cohort.leave(enrolment.user)
    messages.success(
        request, _("%(person)s is no longer in this cohort. Their ticks stay theirs.") % {"person": enrolment.user}
    )
    return redirect("cohort_people", pk)


# --- The code that lets them in -------------------------------------------------------------------


@require_POST
@transaction.atomic
def cohort_code(request: AuthedRequest, pk: int) -> HttpResponse:
    """Say whether, until when and for how many the code works."""
    cohort = get_unarchived_cohort_or_404(request, pk)
    form = CodeForm(request.POST, instance=cohort)
    if not form.is_valid():
        return people_page(request, get_led_cohort_or_404(request, pk), status=422, code_form=form)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("cohort_people", pk)


@require_POST
@transaction.atomic
def renew_code(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give the cohort another code instead of ``code``, which then leads nowhere. Said twice, it is new once."""
    cohort = get_unarchived_cohort_or_404(request, pk)
    if cohort.code == request.POST.get("code") and cohort.renew_code():
        messages.success(request, _("There is a new code. The old one and its link lead nowhere now."))
    return redirect("cohort_people", pk)


@require_safe
@cache_control(private=True, no_store=True)
def cohort_projector(request: AuthedRequest, pk: int) -> HttpResponse:
    """The code for everyone in the room, as large as it goes."""
    cohort = get_led_cohort_or_404(request, pk)
    link = join_url(request, cohort)
    size, path = qr_codes.svg_path(link)
    context = {"cohort": cohort, "link": link, "join_problem": join_problem(cohort), "size": size, "path": path}
    context["page"] = request.build_absolute_uri(reverse("join"))
    return render(request, "cohorts/members/projector.html", context)


def join_url(request: HttpRequest, cohort: Cohort) -> str:
    return request.build_absolute_uri(reverse("join_cohort", args=[cohort.code]))
