"""What happens to accounts, in the log of the server: people by their number, and the network address it came from."""

import logging
from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from accounts.models import User

logger = logging.getLogger("waymark.accounts")
CHANGES: dict[Signal, str] = {
    signals.user_signed_up: "signed up",
    signals.password_changed: "changed the password",
    signals.password_set: "set a password",
    signals.password_reset: "set a new password with a link from a mail",
    signals.email_added: "added an address",
    signals.email_removed: "removed an address",
    signals.email_changed: "changed the address",
    signals.email_confirmed: "confirmed an address",
    authenticator_added: "added a factor",
    authenticator_removed: "removed a factor",
    authenticator_reset: "made new recovery codes",
}


def log_change(
    signal: Signal, request: HttpRequest, user: User | None = None, email_address: Any = None, **facts: Any
) -> None:
    user = user or email_address.user
    logger.info("user %s: %s from %s", user.pk, CHANGES[signal], get_adapter().get_client_ip(request))


for change in CHANGES:
    change.connect(log_change)


@receiver(user_logged_out)
def log_out(request: HttpRequest, user: User | None, **facts: Any) -> None:
    if user:
        logger.info("user %s: signed out", user.pk)


@receiver(user_login_failed)
def log_failure(credentials: dict[str, Any], request: HttpRequest, **facts: Any) -> None:
    """The address that was tried is not in the log: it may be a password, typed into the wrong field."""
    pk = User.objects.filter(email=str(credentials.get("email", "")).lower()).values_list("pk", flat=True).first()
    who = f"user {pk}" if pk else "nobody we know"
    logger.warning("%s: wrong password from %s", who, get_adapter().get_client_ip(request))


@receiver(authentication_failed)
def log_wrong_code(request: HttpRequest, user: User, **facts: Any) -> None:
    logger.warning("user %s: wrong second factor from %s", user.pk, get_adapter().get_client_ip(request))
