"""What the forms of several features are made of."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.requests import pk_from
from progress.cohorts.models import Cohort, Enrolment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def choice_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """A field that offers rows, to say which: what a form declares is any Field to a type checker."""
    return cast(forms.ModelChoiceField, form.fields[name])


class DayInput(forms.DateInput):
    """A field of the browser's own for dates, which takes and gives them in one form in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PartialUpdateForm(forms.ModelForm):
    """Writes what was changed in the form, and nothing else: what another tab has changed in the meantime stays.

    The form brings along what it was shown with, so that it can tell.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if self.instance.pk:
            cleaned |= {name: self.initial[name] for name in cleaned if name not in self.changed_data}
        return cleaned


MEMBER_GONE = gettext_lazy("Somebody whom you chose is not in this cohort now. Look again, and save.")


def current_enrolments(cohort: Cohort) -> QuerySet[Enrolment]:
    """The current enrolments of a cohort, by name."""
    return cohort.enrolments.current().select_related("user").order_by("user__name", "user__email")


class RowsField(forms.ModelMultipleChoiceField):
    """Any number of rows, by primary key. What is not among its ``queryset`` is refused with ``invalid_message``."""

    queryset: QuerySet[Any]

    def __init__(self, model: type[Model], invalid_message: "StrOrPromise", **options: Any) -> None:
        self.invalid_message = invalid_message
        super().__init__(model._default_manager.none(), required=False, **options)

    def clean(self, value: Any) -> QuerySet[Model]:
        # Asked in one query; and a number that no database holds is no row, either.
        existing = {str(pk) for pk in self.queryset.values_list("pk", flat=True)}
        if not existing.issuperset(value or ()):
            raise ValidationError(self.invalid_message)
        return self.queryset.filter(pk__in=value or ())


def posted_pk(request: HttpRequest, name: str) -> int:
    """A primary key that a form sent; what is none finds nothing."""
    return pk_from(request.POST.get(name, ""))
