"""The second factor, which staff must have; see STAFF_NEEDS_SECOND_FACTOR in the settings."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User

SETUP_SESSION_KEY = "second_factor_set_up"


def is_satisfied(request: HttpRequest) -> bool:
    """Whether this session may go where staff goes."""
    return not settings.STAFF_NEEDS_SECOND_FACTOR or (is_set_up(request.user) and has_passed(request))


def is_set_up(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and is_mfa_enabled(user)


def has_passed(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session, as it is at log-in and when it is set up."""
    user = request.user
    records = get_authentication_records(request, user) if user.is_authenticated else ()
    shown = any(record["method"] == "mfa" for record in records)
    return shown or SETUP_SESSION_KEY in request.session


@receiver(authenticator_added)
def remember_setup(request: HttpRequest, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever has just shown a new authenticator app or passkey need not show it again at once."""
    if authenticator.type in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN):
        request.session[SETUP_SESSION_KEY] = authenticator.pk
