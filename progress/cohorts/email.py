"""The mail that cohorts send: plain text, one address each, and with a link to unsubscribe.

The link needs neither log-in nor question. Every mail has the headers of RFC 8058, so that a mail program can offer to
unsubscribe by itself.
"""

from collections.abc import Mapping
from email import message
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import Policy, default
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from progress.cohorts.models import EmailKind, QueuedEmail, hash_of
from stages.content import current_site_settings

SALT = "cohorts.mail"


def absolute_url(path: str) -> str:
    """A page of this site as a mail must name it, in full. Commands have no request to ask for the host."""
    return f"{settings.SITE_URL}{path}"


def unsubscribe_url(email: str, kind: EmailKind) -> str:
    """The page under which this recipient refuses this kind of mail. It names nobody: logs keep what it says."""
    return absolute_url(reverse("mail_off", args=[signing.dumps([hash_of(email), kind], salt=SALT)]))


def parse_unsubscribe_token(token: str) -> tuple[str, EmailKind]:
    """The (hash of the address, EmailKind) of a token. Raises ``signing.BadSignature`` where it is not ours."""
    address, kind = signing.loads(token, salt=SALT)
    return address, EmailKind(kind)


class UnbrokenHeader(UnstructuredHeader, BaseHeader):
    """A header in one line, however long. Python would encode an address that is longer than 78 letters, and no mail
    program reads it then.
    """

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class UnsubscribableMessage(EmailMessage):
    def message(self, *, policy: Policy | None = None) -> message.EmailMessage:
        headers = HeaderRegistry()
        headers.map_to_type("List-Unsubscribe", UnbrokenHeader)
        policy = (policy or default).clone(header_factory=headers)  # type: ignore[call-arg] # Django's are EmailPolicies
        return super().message(policy=policy)


def queued_email(
    kind: EmailKind,
    key: str,
    email: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    reply_to: str = "",
    **of: Any,
) -> QueuedEmail:
    """A mail of an EmailKind with its text, not saved yet; see ``progress.cohorts.email_queue``.

    ``template`` is below ``cohorts/notifications/email/``, without its ending; it has ``unsubscribe_url`` and
    ``site_settings`` besides the context. ``of`` says what it belongs to: a user, an invitation, a message.
    """
    frame = {
        "kind": kind,
        "unsubscribe_url": unsubscribe_url(email, kind),
        "site_settings": current_site_settings(),
    }
    body = render_to_string(f"cohorts/notifications/email/{template}.txt", {**context, **frame})
    one_line = Truncator(" ".join(subject.split())).chars(200)  # a header is a single line
    now = timezone.now()
    return QueuedEmail(
        key=key,
        kind=kind,
        email=email,
        subject=one_line,
        body=body,
        reply_to=reply_to,
        queued_at=now,
        not_before=now,
        **of,
    )


def message_of(queued: QueuedEmail) -> EmailMessage:
    """The mail itself. Sent twice it has the same Message-ID, so that a mail program shows it once."""
    url = unsubscribe_url(queued.email, EmailKind(queued.kind))
    headers = {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": f"<{hash_of(queued.key)[:32]}.{queued.pk}@{urlsplit(settings.SITE_URL).hostname}>",
    }
    reply_to = [queued.reply_to] if queued.reply_to else []
    return UnsubscribableMessage(queued.subject, queued.body, to=[queued.email], reply_to=reply_to, headers=headers)
