"""What the mails about an account say. allauth sends them; their words, and where their links lead, are ours."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.devices import describe

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_CODE = _("Type this code into the page that asked for it:\n\n%(code)s\n\nIf you asked for none, you need do nothing.")
# By allauth's names: subject and text, which may name what is in the context of the mail and what render() adds.
MAILS: "dict[str, tuple[StrPromise, StrPromise]]" = {
    "account/email/email_confirmation_signup": (_("The code for your new account"), _CODE),
    "account/email/email_confirmation": (_("The code for your address"), _CODE),
    "account/email/account_already_exists": (
        _("You have an account already"),
        _(
            "Somebody, probably you, has tried to sign up with %(email)s. There is an account with this address, so "
            "no other was made. Sign in with it; if you have forgotten the password, set a new one here:\n\n"
            "%(reset_link)s\n\nIf this was not you, you need do nothing."
        ),
    ),
    "account/email/unknown_account": (
        _("There is no account with this address"),
        _(
            "Somebody, probably you, wanted to set a new password for %(email)s. There is no account with this "
            "address. You may have signed up with another one; or sign up here:\n\n%(signup_link)s\n\n"
            "If this was not you, you need do nothing."
        ),
    ),
    "account/email/password_reset_key": (
        _("A new password"),
        _(
            "Set a new password here:\n\n%(password_reset_url)s\n\n"
            "If you did not ask for this, you need do nothing: your password stays as it is."
        ),
    ),
    "account/email/password_changed": (_("Your password was changed"), _("The password of your account was changed.")),
    "account/email/password_set": (_("Your account has a password"), _("A password was set for your account.")),
    "account/email/password_reset": (
        _("Your password was changed"),
        _("A new password was set for your account, with a link from a mail."),
    ),
    "account/email/email_confirm": (
        _("Your account has another address"),
        _("The address %(added_email)s was added to your account."),
    ),
    "account/email/email_changed": (
        _("Your address was changed"),
        _("The address of your account was changed from %(from_email)s to %(to_email)s."),
    ),
    "account/email/email_deleted": (
        _("An address was removed"),
        _("The address %(deleted_email)s was removed from your account."),
    ),
    "accounts/new_device": (
        _("Signed in on a new device"),
        _(
            "Somebody, probably you, has signed in to your account on a device that it did not know. The security "
            "page can end such mails."
        ),
    ),
    "socialaccount/email/account_connected": (
        _("Your account is joined to another one"),
        _("Whoever is signed in at %(provider)s can now sign in to your account with that."),
    ),
    "socialaccount/email/account_disconnected": (
        _("Your account is parted from another one"),
        _("Nobody can sign in to your account with %(provider)s any more."),
    ),
    "mfa/email/totp_activated": (
        _("Your account asks for a code"),
        _("An authenticator app was set up for your account. Whoever signs in needs a code of it from now on."),
    ),
    "mfa/email/totp_deactivated": (
        _("Your account asks for no code any more"),
        _("The authenticator app was taken off your account."),
    ),
    "mfa/email/recovery_codes_generated": (
        _("New recovery codes"),
        _("New recovery codes were made for your account. Earlier ones are worth nothing any more."),
    ),
    "mfa/email/webauthn_added": (_("Your account has a new passkey"), _("A passkey was added to your account.")),
    "mfa/email/webauthn_removed": (_("A passkey was removed"), _("A passkey was removed from your account.")),
}


def site_link(path: str) -> str:
    """An address of this site for a mail. It never comes from a request, whose host is what the sender says it is."""
    return f"{settings.SITE_URL}{path}"


def render(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject and the body of a mail. One with a ``user_agent`` also says where the change came from."""
    subject, text = MAILS[name]
    links = {
        "reset_link": site_link(reverse("account_reset_password")),
        "signup_link": site_link(reverse("account_signup")),
        "security_link": site_link(reverse("security")),
    }
    facts = {**context, **links, "site_url": settings.SITE_URL}
    if "user_agent" in context:
        facts |= {
            "when": date_format(context["timestamp"], "DATETIME_FORMAT"),
            "device": describe(context["user_agent"]),
        }
    if "provider" in context:
        facts["provider"] = context["provider"].name
    body = render_to_string("accounts/email.txt", {**facts, "text": str(text) % facts})
    return str(subject), body
