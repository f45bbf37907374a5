"""How people of a cohort hear of it: invitations, messages, digests and calendars, and who wants none."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import one_line
from progress.cohorts.models.cohort import Cohort, Enrolment
from progress.models import new_token


class EmailKind(models.TextChoices):
    """The kinds of mail that cohorts send; each can be refused on its own."""

    INVITATION = "invitation", _("invitations to cohorts")
    MESSAGE = "message", _("messages from instructors")
    LEARNING = "learning", _("the weekly look at your own cohorts")
    TEACHING = "teaching", _("the weekly look at the cohorts you lead")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> Self:
        return self.filter(answered_at=None)

    def addressed_to(self, user: User | int) -> Self:
        """What was sent to the addresses that are this person's for certain, now."""
        verified = EmailAddress.objects.filter(user=user, verified=True)
        return self.filter(email__in=verified.values(address=Lower("email")))

    def pending_for(self, user: User | int) -> Self:
        """What somebody, or whoever has that pk, is to be asked; not about cohorts that they are in."""
        memberships = Enrolment.objects.current().filter(user=user, cohort=OuterRef("cohort"))
        return self.addressed_to(user).pending().filter(~Exists(memberships), cohort__archived_at=None)

    def claim(self, user: User) -> None:
        """Note whose they are, so that they go with the account. Doing it twice changes nothing."""
        self.addressed_to(user).exclude(user=user).update(user=user)


class Invitation(models.Model):
    """An address is asked to join a cohort. It waits until its owner says yes or no, with or without an account.

    ``user`` is whose verified address it is, once there is somebody; before that, whoever has answered. Who is asked
    is found by the address alone.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(help_text="In lower case.")
    name = models.CharField(
        max_length=150, blank=True, help_text="As the list of the instructor has it.", validators=[one_line]
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="invitations_made"
    )
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False, help_text="When they joined or declined.")
    declined = models.BooleanField(default=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "email"],
                name="invited_once",
                violation_error_message=_("This address is invited already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.cohort}"

    def get_absolute_url(self) -> str:
        return reverse("invitation", args=[self.token])

    @property
    def is_used(self) -> bool:
        """Whether somebody has joined with it: it lets nobody in a second time."""
        return bool(self.answered_at) and not self.declined

    def accept(self, user: User) -> None:
        """Join. An invitation is a permission of its own, so no code needs to be open; one may also say yes after no.

        Raises CohortFullError, and Invitation.DoesNotExist when it was withdrawn or used meanwhile.
        """
        with transaction.atomic():
            # The cohort first, as in join(): two that lock the same rows in another order would wait for ever.
            cohort = Cohort.objects.select_for_update().get(pk=self.cohort_id)
            self.answer(user, declined=False)
            cohort.join(user)

    def decline(self, user: User | None = None) -> None:
        """Say no, with an account or without. Raises Invitation.DoesNotExist as accept() does."""
        self.answer(user, declined=True)

    def answer(self, user: User | None, declined: bool) -> None:
        unused = Invitation.objects.filter(Q(answered_at=None) | Q(declined=True), pk=self.pk)
        if not unused.update(declined=declined, answered_at=timezone.now()):
            raise Invitation.DoesNotExist
        if user:
            Invitation.objects.filter(pk=self.pk, user=None).update(user=user)


class Message(models.Model):
    """What an instructor wrote to some learners of a cohort, each by a mail of their own."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_sent")
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="messages_received")
    subject = models.CharField(_("subject"), max_length=120, validators=[one_line])
    text = models.TextField(_("message"), max_length=5000)
    form_key = models.CharField(max_length=22, unique=True, editable=False, help_text="So that one form sends once.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.subject


class DigestDelivery(models.Model):
    """A person has been sent the digest of a week, or has nothing to be sent; it is not sent twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    kind = models.CharField(max_length=10, choices=EmailKind)
    week = models.DateField(help_text="The Monday with which it begins.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "cohorts_digestsent"
        constraints = [models.UniqueConstraint(fields=["user", "kind", "week"], name="one_digest_a_week")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} {self.week}"


class CalendarFeed(models.Model):
    """The private address of a person's calendar of due dates. No row: there is none."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"calendar of {self.user}"


class EmailOptOutQuerySet(models.QuerySet["EmailOptOut"]):
    def set_opted_out(self, address: str, kind: EmailKind, opted_out: bool) -> None:
        """Record whether an address, given as its hash, wants no mail of a kind. Saying it twice changes nothing."""
        if opted_out:
            self.get_or_create(address=address, kind=kind)
        else:
            self.filter(address=address, kind=kind).delete()

    def opted_out(self, emails: Iterable[str], kind: EmailKind) -> set[str]:
        """Those of ``emails`` that want no mail of this kind. One query."""
        hashes = {hash_of(email): email for email in emails}
        opted_out = self.filter(kind=kind, address__in=hashes).values_list("address", flat=True)
        return {hashes[address] for address in opted_out}


class EmailOptOut(models.Model):
    """An address wants no more mail of a kind. It outlives the account, so only a hash of the address is kept."""

    address = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=EmailKind)
    at = models.DateTimeField(db_default=Now())

    objects = EmailOptOutQuerySet.as_manager()

    class Meta:
        db_table = "cohorts_refusal"
        constraints = [models.UniqueConstraint(fields=["address", "kind"], name="refused_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.address[:8]}…"


def hash_of(email: str) -> str:
    """What is kept of an address where the address itself is nobody's business."""
    return sha256(email.strip().lower().encode()).hexdigest()
