from allauth.account import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from accounts.models import User


class SignupForm(forms.SignupForm):
    """allauth's own, which derives from SignupFields by the settings, so that it cannot stand beside them."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse]:
        """Make the account; None for one that is there already, whose owner gets a mail instead."""
        user, response = super().try_save(request)
        if user is None:
            # To hash a password is most of what a new account takes, and would tell whether this is one.
            make_password(self.cleaned_data["password1"])
        return user, response
