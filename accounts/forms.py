from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignupForm(forms.Form):
    """What sign-up asks besides allauth's own fields."""

    name = forms.CharField(
        max_length=User._meta.get_field("name").max_length,
        required=False,
        label=_("Name"),
        help_text=_("What we call you."),
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
        labels = {"name": _("Name")}
        help_texts = {"name": _("What we call you. Any script is fine.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
