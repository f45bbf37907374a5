from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts import timezones
from accounts.models import User
from accounts.validators import one_line


class SignupFields(forms.Form):
    """What sign-up asks besides allauth's own fields."""

    name = forms.CharField(
        max_length=User._meta.get_field("name").max_length,
        required=False,
        label=_("Name"),
        help_text=_("What we call you."),
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["email", "name", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the account exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": _("Name")}
        help_texts = {"name": _("What we call you. Any script is fine.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class DaysForm(forms.ModelForm):
    """Where a learner's days begin and end, and which of them a streak may rest on."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=lambda: [("", _("As my browser says")), *timezones.zone_choices()],
        help_text=_("Your day ends at midnight here."),
    )
    rest_days = forms.TypedMultipleChoiceField(
        label=_("Rest days"),
        required=False,
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A streak goes on over these days. What you do on them counts all the same."),
    )

    class Meta:
        model = User
        fields = ["time_zone", "rest_days", "shows_streak"]
        labels = {"shows_streak": _("Show my streak")}

    def clean_rest_days(self) -> list[int]:
        days = self.cleaned_data["rest_days"]
        if len(days) == len(WEEKDAYS):
            raise forms.ValidationError(_("Leave at least one day of the week that is no rest day."))
        return days


class DeviceMailForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["new_device_mail"]
        labels = {"new_device_mail": _("Mail me when somebody signs in on a new device")}


class DeleteForm(forms.Form):
    """Asks for the password once more; somebody else may sit at the computer now."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        if not user.has_usable_password():  # the view has let them confirm in another way
            del self.fields["password"]

    def clean_password(self) -> str:
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password. Nothing was deleted."))
        return ""
