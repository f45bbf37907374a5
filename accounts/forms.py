from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignupForm(forms.Form):
    """What sign-up asks besides allauth's own fields."""

    name = forms.CharField(
        max_length=User._meta.get_field("name").max_length,
        required=False,
        help_text="What we call you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["email", "name", "password1"]

    def signup(self, request, user):
        """Called by allauth once the account exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class DeleteForm(forms.Form):
    """Asks for the password once more; somebody else may sit at the computer now."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.user = user
        if not user.has_usable_password():  # the view has let them confirm in another way
            del self.fields["password"]

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password. Nothing was deleted."))
        return ""
