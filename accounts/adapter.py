"""What allauth asks the site. Each method takes the place of one of allauth's, and says only what is different."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import login_attempts, logins, mails
from accounts.models import User
from accounts.rate_limits import release

logger = logging.getLogger("waymark.accounts")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, or set a new password by mail: that works at once."
        )
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address of whoever asks; that of the connection, where what a proxy says of it makes no sense."""
        try:
            return super().get_client_ip(request)
        except (PermissionDenied, ImproperlyConfigured):
            return request.META.get("REMOTE_ADDR") or "::"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Called before a password is looked at. Raises a ValidationError where there were too many wrong ones."""
        self.attempt = login_attempts.take(request, credentials.get("email", ""))
        if self.attempt is None:
            logger.warning("too many wrong passwords from %s", self.get_client_ip(request))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user and self.attempt:
            release(*self.attempt)
        return user

    def post_login(self, request: HttpRequest, user: User, *, signup: bool, **facts: Any) -> HttpResponse:  # type: ignore[override]
        """Called when somebody is in, by whatever way; the answer leads on to where they wanted to go."""
        response = super().post_login(request, user, signup=signup, **facts)
        logins.record(request, response, user, signup=signup)
        return response

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        if template_prefix not in mails.MAILS:  # one that allauth has added since
            return super().render_mail(template_prefix, email, context, headers)
        subject, body = mails.render(template_prefix, context)
        recipients = [email] if isinstance(email, str) else email
        return EmailMessage(
            self.format_email_subject(subject), body, self.get_from_email(), recipients, headers=headers
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody of a change. It is made, so a mail server that cannot be reached is no reason to fail."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except OSError:
            logger.exception("user %s: no mail about %s", user.pk, template_prefix)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, token = key.split("-", 1)
        return mails.site_link(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))
