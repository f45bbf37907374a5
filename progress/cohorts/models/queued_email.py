"""The mail of cohorts on its way: a row for each, from the moment that it is due until it is sent or given up."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from progress.cohorts.models.email import EmailKind, Invitation, Message

LEASE = timedelta(minutes=10)  # whoever has not sent a mail for so long after claiming it was ended with force
KEEP = timedelta(days=90)  # how long it is known that a mail was sent
GIVE_UP_AFTER = timedelta(days=2)
RETRY_AFTER = [timedelta(0), timedelta(minutes=5), timedelta(minutes=30)]  # by tries; from then on the last


class QueuedEmailQuerySet(models.QuerySet["QueuedEmail"]):
    def unsent(self) -> Self:
        """What is still to be sent, now or later."""
        return self.filter(state__in=QueuedEmail.STATES["waiting"])

    def due(self) -> Self:
        """What is to be sent now: what waits, and what a process claimed that was ended before it said how it went."""
        now = timezone.now()
        waiting = Q(state=QueuedEmail.State.WAITING, not_before__lte=now)
        abandoned = Q(state=QueuedEmail.State.SENDING, tried_at__lt=now - LEASE)
        return self.filter(waiting | abandoned).order_by("pk")

    def claim(self, pk: int) -> "QueuedEmail | None":
        """Take one that is due, so that nobody else sends it; None where somebody did. Two queries."""
        changes = {"state": QueuedEmail.State.SENDING, "tried_at": timezone.now(), "tries": F("tries") + 1}
        if not self.filter(pk=pk).due().order_by().update(**changes):
            return None
        return self.filter(pk=pk).first()

    def send_again(self) -> int:
        """Let what was given up wait once more, from now on; return how many. What is sent stays sent."""
        now = timezone.now()
        with transaction.atomic():
            failed = list(self.filter(state=QueuedEmail.State.FAILED).select_for_update())
            for email in failed:
                if email.message and email.user:
                    email.message.recipients.add(email.user)
            # Those that wait for a better moment are tried now as well.
            self.filter(state=QueuedEmail.State.WAITING).update(not_before=now)
            again = {"state": QueuedEmail.State.WAITING, "problem": "", "tries": 0, "not_before": now}
            return self.filter(pk__in=[email.pk for email in failed]).update(**again, queued_at=now)

    def counts(self) -> dict[str, int]:
        """How many are sent, waiting and failed: ``{"sent": 92, "waiting": 208, "failed": 0}``. One query."""
        return self.aggregate(**email_counts())

    def forget_old(self) -> None:
        """Delete what was sent, refused or given up long ago."""
        self.exclude(pk__in=self.unsent()).filter(queued_at__lt=timezone.now() - KEEP).delete()


class QueuedEmail(models.Model):
    """A mail, and what became of it.

    It is written in the transaction that makes it due, and each change of its state is a statement of its own. So a
    process that is killed loses none. It can send one twice only where it dies between the word of the mail server
    and its own; then both have one Message-ID, by which mail programs know that they are the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("not sent, for its recipient wants no such mail")
        FAILED = "failed", _("failed")

    # What people are told of mails, each with the states that it stands for.
    STATES: ClassVar = {"sent": [State.SENT], "waiting": [State.WAITING, State.SENDING], "failed": [State.FAILED]}

    key = models.CharField(
        max_length=80, unique=True, help_text="What it is: of two with one key the second is not queued."
    )
    kind = models.CharField(max_length=10, choices=EmailKind)
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="queued_emails"
    )
    # What was withdrawn or deleted is not sent any more.
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, related_name="queued_emails")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="queued_emails")
    subject = models.CharField(max_length=200)
    body = models.TextField(help_text="Forgotten when it is sent.")
    reply_to = models.EmailField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True, help_text="What the mail server said last.")

    objects = QueuedEmailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state__in=["waiting", "sending"]), name="unsent_emails"),
            models.Index(fields=["queued_at"], name="emails_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"

    # Each says what became of a claim, and returns the state that it came to.

    def mark_sent(self) -> str:
        with transaction.atomic():
            if self.invitation_id:
                Invitation.objects.filter(pk=self.invitation_id).update(sent_at=Now())
            return self._finish(self.State.SENT, body="", problem="")

    def mark_refused(self) -> str:
        with transaction.atomic():
            self._drop_recipient()
            return self._finish(self.State.REFUSED, body="")

    def mark_failed(self, problem: str) -> str:
        """Give it up; its text is kept, so that it can be sent again."""
        with transaction.atomic():
            self._drop_recipient()
            return self._finish(self.State.FAILED, problem=problem[:200])

    def postpone(self, problem: str) -> str:
        """Let it wait for a better moment, or give it up when it has waited for too long."""
        if self.queued_at < timezone.now() - GIVE_UP_AFTER:
            return self.mark_failed(problem)
        later = RETRY_AFTER[min(self.tries, len(RETRY_AFTER)) - 1]
        return self._finish(self.State.WAITING, problem=problem[:200], not_before=timezone.now() + later)

    def release(self) -> str:
        """Give a claim back: nothing was tried."""
        return self._finish(self.State.WAITING)

    def _finish(self, state: str, **changes: str | datetime) -> str:
        """Say how a claim ended, unless it has expired and somebody else has it now."""
        claimed = QueuedEmail.objects.filter(pk=self.pk, state=self.State.SENDING, tried_at=self.tried_at)
        claimed.update(state=state, **changes)
        return state

    def _drop_recipient(self) -> None:
        """It did not reach them, so it is no message that they were sent."""
        if self.message and self.user:
            self.message.recipients.remove(self.user)


def email_counts(path: str = "") -> dict[str, models.Count]:
    """What counts the mails that are sent, waiting and failed, by these names; ``path`` leads to them from a row."""
    return {
        name: models.Count(f"{path}pk", filter=Q(**{f"{path}state__in": states}))
        for name, states in QueuedEmail.STATES.items()
    }
