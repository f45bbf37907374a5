from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from progress.cohorts.assignable import assignable_by, offer_in_groups
from progress.cohorts.models import Assignment


class DayInput(forms.DateInput):
    """A field of the browser's own for dates, which takes and gives them in one form in every language."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class DatesForm(forms.ModelForm):
    """When learners see an assignment, when it begins and ends, and whether it is required."""

    class Meta:
        model = Assignment
        fields = ["visible_from", "starts", "due", "required"]
        widgets = {"visible_from": DayInput, "starts": DayInput, "due": DayInput}
        help_texts = {
            "visible_from": gettext_lazy("Before this day learners do not see it. Empty: they see it now."),
            "starts": gettext_lazy("The rhythm begins here. Empty: on the first day of the cohort, if it has one."),
            "due": gettext_lazy("The last day, until midnight in the time zone of the cohort."),
            "required": gettext_lazy("What is optional is never called overdue."),
        }

    def clean(self):
        cleaned = super().clean()
        visible_from, due = cleaned.get("visible_from"), cleaned.get("due")
        if visible_from and due and visible_from > due:
            self.add_error("visible_from", _("Learners would see it only after it was due."))
        return cleaned


class AssignForm(DatesForm):
    class Meta(DatesForm.Meta):
        fields = ["track", *DatesForm.Meta.fields]

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        track = self.fields["track"]
        track.empty_label = gettext_lazy("Choose a track")
        offer_in_groups(track, assignable_by(user).exclude(assignments__cohort=self.instance.cohort))
        track.error_messages["invalid_choice"] = gettext_lazy(
            "Choose a published track that this cohort does not follow yet."
        )


class ExtensionForm(forms.Form):
    """Until when one learner of the cohort has time."""

    learner = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who"),
        empty_label=gettext_lazy("Choose a learner"),
        error_messages={"invalid_choice": gettext_lazy("This person is not in the cohort now.")},
    )
    due = forms.DateField(label=gettext_lazy("Due"), widget=DayInput)

    def __init__(self, *args, assignment, **options):
        super().__init__(*args, **options)
        self.assignment = assignment
        learners = User.objects.filter(enrolments__in=assignment.cohort.enrolments.current())
        self.fields["learner"].queryset = learners.order_by("name", "email")

    def clean_due(self):
        due = self.cleaned_data["due"]
        if due <= self.assignment.due:
            raise ValidationError(
                _("Choose a day after %(due)s, when it is due for everyone."),
                params={"due": date_format(self.assignment.due)},
            )
        return due
