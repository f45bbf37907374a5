from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from progress.cohorts.forms import DayInput, PartialUpdateForm, choice_field
from progress.cohorts.models import Assignment


class DatesForm(PartialUpdateForm):
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        visible_from, due = cleaned.get("visible_from"), cleaned.get("due")
        if visible_from and due and visible_from > due:
            self.add_error("visible_from", _("Learners would see it only after it was due."))
        return cleaned


class ExtensionForm(forms.Form):
    """Until when one learner of the cohort has time."""

    learner = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who"),
        empty_label=gettext_lazy("Choose a learner"),
        error_messages={"invalid_choice": gettext_lazy("This person is not in the cohort now.")},
    )
    due = forms.DateField(label=gettext_lazy("Due"), widget=DayInput)

    def __init__(self, *args: Any, assignment: Assignment, **options: Any) -> None:
        super().__init__(*args, **options)
        self.assignment = assignment
        learners = User.objects.filter(enrolments__in=assignment.cohort.enrolments.current())
        choice_field(self, "learner").queryset = learners.order_by("name", "email")

    def clean_due(self) -> date:
        due: date = self.cleaned_data["due"]
        common_due = self.assignment.due
        if common_due and due <= common_due:
            raise ValidationError(
                _("Choose a day after %(due)s, when it is due for everyone."),
                params={"due": date_format(common_due)},
            )
        return due
