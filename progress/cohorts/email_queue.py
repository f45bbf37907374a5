"""The one way out for the mail of cohorts: it is queued where it becomes due, and delivered from there.

What is to be sent stands in the rows of QueuedEmail. Nothing else needs to be remembered, so whatever delivers may be
killed, run twice or be late: the next one goes on with the rows that are left. Where a worker runs (``QUEUE_WORKER``)
it delivers, and no page waits for a mail server. Elsewhere the page does, for a while; what is left then, or has to
wait for a better moment, goes with the hourly ``send_digests``.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from time import monotonic
from typing import NamedTuple

from django.conf import settings
from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.tasks import task
from django.utils.translation import ngettext

from progress.cohorts.email import message_of
from progress.cohorts.models import EmailKind, EmailOptOut, QueuedEmail

MAX_SECONDS = 15  # that a page may take for its mails
PATIENCE = 2  # mails in a row that the server may break off with before the others wait for a better moment
log = logging.getLogger(__name__)


class Counts(NamedTuple):
    """What became of some mails."""

    sent: int
    waiting: int
    failed: int


def queue(emails: Iterable[QueuedEmail]) -> list[QueuedEmail]:
    """Save mails that are to be sent; return those rows. One whose key is there already is left out.

    Three queries. To be called in the transaction that makes them due, and followed by start() when it is through.
    """
    emails = list(emails)
    known = set(QueuedEmail.objects.filter(key__in=[email.key for email in emails]).values_list("key", flat=True))
    new = [email for email in emails if email.key not in known]
    # Somebody may queue the same at this moment: the database keeps one.
    QueuedEmail.objects.bulk_create(new, ignore_conflicts=True)
    return list(QueuedEmail.objects.filter(key__in=[email.key for email in new]))


def start(emails: Iterable[QueuedEmail]) -> Counts:
    """Have these delivered, now or by the worker; return what became of them so far.

    Not in a transaction: what was sent must not be forgotten with it.
    """
    pks = [email.pk for email in emails]
    if pks:
        deliver_emails.enqueue(pks)
    return Counts(**QueuedEmail.objects.filter(pk__in=pks).counts())


def waiting_text(number: int) -> str:
    """What a page says of mails that are not sent yet."""
    text = ngettext(
        "%(number)d mail is waiting, and goes out by itself.",
        "%(number)d mails are waiting, and go out by themselves.",
        number,
    )
    return text % {"number": number}


@task
def deliver_emails(pks: list[int] | None = None) -> None:
    """Deliver these mails, or all that are due. As long as it takes in a worker, otherwise for MAX_SECONDS."""
    deliver(pks, None if settings.QUEUE_WORKER else MAX_SECONDS)


def deliver(pks: Sequence[int] | None = None, seconds: float | None = None) -> Counter[str]:
    """Send what is due of these mails, or of all, for as many ``seconds``, through one connection.

    Returns how many came to which state by this call. Raises nothing of the mail server: each row says what became of
    it. Whatever else ends it gives the claim back.
    """
    due = QueuedEmail.objects.due()
    if pks is not None:
        due = due.filter(pk__in=pks)
    began, broken = monotonic(), 0
    outcomes: Counter[str] = Counter()
    connection = Connection()
    try:
        for pk in list(due.values_list("pk", flat=True)):
            if broken >= PATIENCE or (seconds is not None and monotonic() - began > seconds):
                break
            if email := QueuedEmail.objects.claim(pk):
                outcomes[send(email, connection)] += 1
                broken = 0 if connection.is_usable else broken + 1
    finally:
        connection.close()
    return outcomes


def send(email: QueuedEmail, connection: "Connection") -> str:
    """Send a claimed mail, say in its row what became of it, and return that state."""
    try:
        if EmailOptOut.objects.opted_out([email.email], EmailKind(email.kind)):
            return email.mark_refused()
        connection.send(email)
    except Exception as error:
        log.exception("The mail %s could not be sent", email.key)
        if is_final(error):
            return email.mark_failed(problem_of(error))
        connection.break_off()
        return email.postpone(problem_of(error))
    except BaseException:  # this process is told to end
        email.release()
        raise
    return email.mark_sent()


class Connection:
    """The connection to the mail server: opened with the first mail, and anew after close()."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend | None = None
        self.is_usable = True  # whether the server took, or refused in good order, what came last

    def send(self, email: QueuedEmail) -> None:
        self.is_usable = True
        if self.backend is None:
            backend = mailers.default
            backend.open()
            self.backend = backend
        self.backend.send_messages([message_of(email)])

    def break_off(self) -> None:
        self.is_usable = False
        self.close()

    def close(self) -> None:
        backend, self.backend = self.backend, None
        if backend:
            try:
                backend.close()
            except OSError:  # it is gone already
                log.debug("The mail server had closed the connection")


def is_final(error: Exception) -> bool:
    """Whether it is no use to try again: the server refuses this mail for good, or it can be none."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _reply in error.recipients.values())
    if isinstance(error, SMTPDataError | SMTPSenderRefused):
        return int(error.smtp_code) >= 500
    return not isinstance(error, OSError)  # what SMTP raises is one as well


def problem_of(error: Exception) -> str:
    """What the server said, for the instructor."""
    if isinstance(error, SMTPRecipientsRefused):
        [(code, reply), *_others] = error.recipients.values()
        return f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
    return str(error) or type(error).__name__
