"""Log-ins: each one a row and a line in the log, and a mail where its device is one that the account did not know."""

import logging
from datetime import timedelta
from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import login_attempts
from accounts.devices import device_of, remember_device
from accounts.models import LoginRecord, User

logger = logging.getLogger("waymark.accounts")
KEPT_FOR = timedelta(days=90)


def record(request: HttpRequest, response: HttpResponse, user: User, *, signup: bool) -> None:
    """Write down that ``user`` has signed in, and tell them where the device is a new one. Three queries.

    Whoever has just signed up knows it.
    """
    device, adapter = device_of(request), get_adapter()
    is_new = not (signup or device.is_known_to(user.pk))
    ip, user_agent = adapter.get_client_ip(request), request.headers.get("User-Agent", "")[:200]
    LoginRecord.objects.create(user=user, ip=ip, user_agent=user_agent, is_new_device=is_new)
    logger.info("user %s: signed in from %s%s", user.pk, ip, ", a new device" if is_new else "")
    remember_device(response, device.known_to(user.pk))
    if is_new and user.new_device_mail:
        adapter.send_notification_mail("accounts/new_device", user)


def forget_old() -> None:
    """Delete the log-ins that are older than KEPT_FOR."""
    LoginRecord.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()


@receiver(signals.password_reset)
def forgive_wrong_passwords(request: HttpRequest, user: User, **facts: Any) -> None:
    login_attempts.forgive(request, user.email)


@receiver(signals.email_confirmed)
def mail_new_address(email_address: EmailAddress, **facts: Any) -> None:
    """Tell the address that there was before of a second one. allauth itself sends no mail of that."""
    if not email_address.primary:
        context = {"added_email": email_address.email}
        get_adapter().send_notification_mail("account/email/email_confirm", email_address.user, context)
