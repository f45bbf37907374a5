"""Passkeys: allauth does the work, with its own scripts, which are files and so within the policy of the pages."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import one_line


class PasskeyForm(AddWebAuthnForm):
    """Adds a passkey, or a security key that is only a second factor."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=100,
        validators=[one_line],
        help_text=_("What you know it by, such as “My phone”."),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without my password"),
        required=False,
        initial=True,
        help_text=_(
            "Your device then asks for your finger, your face or its own code. Off, it comes after the password."
        ),
    )


class PasskeyLoginForm(LoginWebAuthnForm):
    """Signs in with a passkey. Anyone may send anything here, and allauth takes it for what a browser makes."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
