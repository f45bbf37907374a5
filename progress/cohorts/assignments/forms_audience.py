"""Forms for whom an assignment is, and for dates set by hand."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from progress.cohorts.assignments.forms import DatesForm
from progress.cohorts.audience import Audience
from progress.cohorts.due_dates import due_date, start_date
from progress.cohorts.forms import MEMBER_GONE, DayInput, RowsField, choice_field, current_enrolments
from progress.cohorts.learner_plans import LearnerPlan
from progress.cohorts.models import Assignment, Enrolment, Group
from progress.cohorts.schedule import section_due_dates
from progress.cohorts.track_choices import assignable_tracks, group_choices
from progress.cohorts.track_snapshot import content_hash
from stages.outline import Section

# --- For whom -----------------------------------------------------------------------------------------


class AudienceForm(forms.ModelForm):
    """For whom an assignment is: the whole cohort, or some groups and learners of it."""

    to_everyone = forms.TypedChoiceField(
        label=gettext_lazy("For whom"),
        choices=[(True, gettext_lazy("The whole cohort")), (False, gettext_lazy("Only some of it"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )
    groups = RowsField(
        Group, gettext_lazy("A group that you chose is not there now. Look again."), label=gettext_lazy("Groups")
    )
    picked = RowsField(Enrolment, MEMBER_GONE, label=gettext_lazy("Learners"))

    class Meta:
        model = Assignment
        fields = ["to_everyone", "groups", "picked"]

    def __init__(self, *args: Any, audience: Audience, **options: Any) -> None:
        super().__init__(*args, **options)
        self.audience = audience
        choice_field(self, "groups").queryset = self.instance.cohort.groups.all()
        self.learners = current_enrolments(self.instance.cohort)
        choice_field(self, "picked").queryset = self.learners

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("to_everyone") is not False:
            cleaned |= {"groups": [], "picked": []}
        elif not self.errors and not cleaned["groups"] and not cleaned["picked"]:
            self.add_error("to_everyone", _("Choose a group or a learner, or the whole cohort."))
        return cleaned

    @property
    def only_some(self) -> bool:
        return str(self["to_everyone"].value()) == "False"

    @property
    def group_rows(self) -> list[tuple[int, str, int, bool]]:
        """(pk, name, how many are in it, whether it is chosen)"""
        chosen = set(map(str, self["groups"].value() or ()))
        return [
            (pk, name, len(self.audience.group_members[pk]), str(pk) in chosen)
            for pk, name in self.audience.group_names.items()
        ]

    @property
    def learner_rows(self) -> list[tuple[Enrolment, bool, list[tuple[int, str, bool]]]]:
        """(enrolment, whether picked, [(group pk, name, whether chosen)] of the groups that they are in)"""
        picked, groups = set(map(str, self["picked"].value() or ())), self.group_rows
        return [
            (
                enrolment,
                str(enrolment.pk) in picked,
                [
                    (pk, name, is_on)
                    for pk, name, _n, is_on in groups
                    if enrolment.user_id in self.audience.group_members[pk]
                ],
            )
            for enrolment in self.learners
        ]


class AssignForm(AudienceForm, DatesForm):
    """A track to assign, by when, and for whom."""

    class Meta(DatesForm.Meta):
        fields = ["track", *DatesForm.Meta.fields, *AudienceForm.Meta.fields]

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to_everyone"].required = False  # as the model has it: everyone, unless it says otherwise
        track = choice_field(self, "track")
        track.empty_label = gettext_lazy("Choose a track")
        group_choices(track, assignable_tracks(user).exclude(assignments__cohort=self.instance.cohort))
        track.error_messages["invalid_choice"] = gettext_lazy(
            "Choose a published track that this cohort does not follow yet."
        )


class ChangeAudienceForm(AudienceForm):
    """The same for an assignment that is there. ``shown`` says what it was when the page was made."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.former_members = [enrolment for enrolment in self.initial["picked"] if enrolment.left_at]
        current = [enrolment for enrolment in self.initial["picked"] if not enrolment.left_at]
        self.shown_audience = self.audience_state(self.instance.to_everyone, self.initial["groups"], current)
        self.initial.update(
            shown=content_hash(self.shown_audience), groups=self.shown_audience[1], picked=self.shown_audience[2]
        )

    @staticmethod
    def audience_state(to_everyone: bool, groups: Iterable[Group], picked: Iterable[Enrolment]) -> list[Any]:
        return [to_everyone, *(sorted(row.pk for row in rows) for rows in (groups, picked))]

    @property
    def is_stale(self) -> bool:
        """Whether it was changed since the page was made, and not into what is wanted here."""
        cleaned = self.cleaned_data
        posted = self.audience_state(cleaned["to_everyone"], cleaned["groups"], cleaned["picked"])
        return cleaned["shown"] != self.initial["shown"] and posted != self.shown_audience

    def save(self, commit: bool = True) -> Assignment:
        saved: Assignment = super().save(commit)
        if not saved.to_everyone:
            saved.picked.add(*self.former_members)  # who comes back to the cohort finds it again
        return saved


# --- Dates by hand ------------------------------------------------------------------------------------


class SectionRow(NamedTuple):
    """A section with its date: as the learners have it now, and as it is worked out."""

    section: Section
    field: forms.BoundField
    day: date | None
    computed: date | None
    is_adjusted: bool
    is_early: bool  # before the section above


class ScheduleForm(forms.Form):
    """A due date for each section of an assignment. What is empty, or as it is worked out, is not stored."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: LearnerPlan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.assignment, self.sections = plan.assignment, plan.outline.sections
        self.starts, self.due = start_date(self.assignment), due_date(self.assignment)
        self.computed = section_due_dates(plan.outline, self.starts, self.due)
        self.initial["shown"] = content_hash([self.computed, self.assignment.section_dates])
        self.days = plan.section_due_dates
        for section, day in zip(self.sections, self.days, strict=True):
            self.fields[f"day-{section.slug}"] = forms.DateField(
                label=section.title, required=False, widget=DayInput, initial=day
            )

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        for section, day in zip(self.sections, self.days, strict=True):
            posted = cleaned.get(f"day-{section.slug}")
            if posted is None or posted == day:  # as it was before, even where that is out of bounds by now
                continue
            if self.due and posted > self.due:
                message = _("Everything is due on %(day)s, so this cannot be later.")
                self.add_error(f"day-{section.slug}", message % {"day": date_format(self.due)})
            elif self.due and self.starts and posted < self.starts <= self.due:
                message = _("It starts on %(day)s, so this cannot be due earlier.")
                self.add_error(f"day-{section.slug}", message % {"day": date_format(self.starts)})
        return cleaned

    @property
    def adjusted_dates(self) -> dict[str, str]:
        """The dates by hand to store in ``Assignment.section_dates``."""
        section_dates = {}
        for section, computed, day in zip(self.sections, self.computed, self.days, strict=True):
            posted, before = self.cleaned_data[f"day-{section.slug}"], self.assignment.section_dates.get(section.slug)
            if posted == day and before:
                section_dates[section.slug] = before  # perhaps after the due date of today, which may move again
            elif posted and posted != computed:
                section_dates[section.slug] = posted.isoformat()
        return section_dates

    @property
    def is_stale(self) -> bool:
        """Whether the dates were changed since the page was made, and not into what is wanted here."""
        was_shown = self.cleaned_data["shown"] == self.initial["shown"]
        return not was_shown and self.adjusted_dates != self.assignment.section_dates

    @property
    def rows(self) -> list[SectionRow]:
        adjusted, rows = self.assignment.dates_by_hand, []
        before: date | None = None
        for section, computed, day in zip(self.sections, self.computed, self.days, strict=True):
            is_early = bool(before and day and day < before)
            before = day
            field = self[f"day-{section.slug}"]
            rows.append(SectionRow(section, field, day, computed, section.slug in adjusted, is_early))
        return rows
