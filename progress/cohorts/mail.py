"""The mail that cohorts send: plain text, one address each, and with a way out that needs neither log-in nor question.

Every mail has the headers of RFC 8058, so that a mail program can offer to unsubscribe by itself.
"""

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, mailers
from django.template.loader import render_to_string
from django.urls import reverse

from progress.cohorts.models import Mail, Refusal, hash_of

SALT = "cohorts.mail"


def address_of(path):
    """A page of this site as a mail must name it, in full. Commands have no request to ask for the host."""
    return f"{settings.SITE_URL}{path}"


def way_out(email, kind):
    """The page under which this recipient refuses this kind of mail. It names nobody: logs keep what it says."""
    return address_of(reverse("mail_off", args=[signing.dumps([hash_of(email), kind], salt=SALT)]))


def whose(token):
    """The (hash of the address, Mail) of a way out. Raises ``signing.BadSignature`` for a token that is not ours."""
    address, kind = signing.loads(token, salt=SALT)
    return address, Mail(kind)


def send(kind, email, subject, template, context, reply_to=(), through=None):
    """Send one mail of a kind of Mail, unless its recipient wants none of them; return whether it was sent.

    ``template`` is below ``cohorts/mail/``, without its ending; it is given ``way_out`` besides the context.
    ``through`` is an open connection to the mail server, where many mails share one.
    Raises what the mail server raises.
    """
    if Refusal.objects.among([email], kind):
        return False
    out = way_out(email, kind)
    body = render_to_string(f"cohorts/mail/{template}.txt", {**context, "kind": kind, "way_out": out})
    headers = {"List-Unsubscribe": f"<{out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    one_line = " ".join(subject.split())  # a header is a single line
    message = EmailMessage(one_line, body, to=[email], reply_to=list(reply_to), headers=headers)
    (through or mailers.default).send_messages([message])
    return True
