"""The mail that cohorts send: plain text, one address each, and with a link to unsubscribe.

The link needs neither log-in nor question. Every mail has the headers of RFC 8058, so that a mail program can offer to
unsubscribe by itself.
"""

from collections.abc import Iterable, Mapping
from email import message
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import Policy, default
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from progress.cohorts.models import EmailKind, EmailOptOut, hash_of
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


def send(
    kind: EmailKind,
    email: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    reply_to: Iterable[str] = (),
    mailer: BaseEmailBackend | None = None,
) -> bool:
    """Send one mail of an EmailKind, unless its recipient wants none of them; return whether it was sent.

    ``template`` is below ``cohorts/notifications/email/``, without its ending; it has
    ``unsubscribe_url`` and ``site_settings`` besides the context.
    Whoever sends many opens a ``mailer`` of ``django.core.mail`` for all of them.
    Raises what the mail server raises.
    """
    if EmailOptOut.objects.opted_out([email], kind):
        return False
    url = unsubscribe_url(email, kind)
    frame = {"kind": kind, "unsubscribe_url": url, "site_settings": current_site_settings()}
    body = render_to_string(f"cohorts/notifications/email/{template}.txt", {**context, **frame})
    headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    one_line = " ".join(subject.split())  # a header is a single line
    message = UnsubscribableMessage(one_line, body, to=[email], reply_to=list(reply_to), headers=headers)
    (mailer or mailers.default).send_messages([message])
    return True
