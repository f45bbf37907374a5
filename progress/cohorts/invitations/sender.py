"""Invitations between the reader of lists, the database and the mail.

A list is looked at, and shown; nothing is written before the instructor agrees. Then the rows are written in one go,
and after that the mails are queued, each on its own: ``sent_at`` says which were sent, and the others can be again.
What instructors are told never depends on whether somebody has an account.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from re import DOTALL, findall
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rate_limits import RateLimit, release
from progress.cohorts.email import absolute_url, queued_email
from progress.cohorts.email_queue import queue, start
from progress.cohorts.invitations.parser import ParsedList, Person, Problem
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Invitation, QueuedEmail, hash_of

DAILY_LIMIT = RateLimit("invites", 200, 24 * 60 * 60)  # of one instructor
WEEKLY_LIMIT = RateLimit("invited", 3, 7 * 24 * 60 * 60)  # to one address, from everybody
REMIND_AFTER = timedelta(days=3)  # before somebody is reminded


def claim_invitations(
    sender: object,
    request: HttpRequest,
    user: User | None = None,
    email_address: EmailAddress | None = None,
    **kwargs: object,
) -> None:
    """An account came in, or an address turned out to be its own: what was sent there belongs to it."""
    owner = email_address.user if email_address else user
    if owner:
        Invitation.objects.claim(owner)


# --- Looking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InvitationPreview:
    """What would become of a list: who would be invited, and who would not and why, by line."""

    people: list[Person]
    problems: list[Problem]

    @property
    def total(self) -> int:
        return len(self.people) + len(self.problems)


def preview_invitations(cohort: Cohort, parsed: ParsedList) -> InvitationPreview:
    """The InvitationPreview of a ParsedList. Five queries."""
    emails = {person.email for person in parsed.people}
    # Learners are known by the address that the instructors see; another one of theirs is nobody's business.
    current = cohort.enrolments.current()
    members = set(current.values_list(Lower("user__email"), flat=True))
    invited = {invitation.email: invitation for invitation in cohort.invitations.filter(email__in=emails)}
    opted_out = EmailOptOut.objects.opted_out(emails, EmailKind.INVITATION)
    remaining = places_left(cohort)
    people: list[Person] = []
    problems = list(parsed.problems)
    for person in parsed.people:
        if why := rejection_reason(person.email, members, invited, opted_out):
            problems.append(Problem(person.line, person.email, why))
        elif remaining is not None and len(people) >= remaining:
            problems.append(Problem(person.line, person.email, _("There is no place left for it.")))
        else:
            people.append(person)
    return InvitationPreview(people, sorted(problems, key=lambda problem: problem.line))


def rejection_reason(
    email: str, members: Collection[str], invited: Mapping[str, Invitation], opted_out: Collection[str]
) -> str:
    """Why an address cannot be invited, as a sentence; empty when it can."""
    if email in members:
        return _("In the cohort already.")
    if invitation := invited.get(email):
        if invitation.declined:
            return _("Was invited, and declined.")
        if invitation.answered_at:
            return _("Was invited, and joined; the code lets them in again.")
        return _("Invited already.")
    return _("Cannot be invited by mail.") if email in opted_out else ""


def places_left(cohort: Cohort) -> int | None:
    """How many more can be invited: everyone who waits may still say yes. None without a limit."""
    if cohort.places is None:
        return None
    return max(0, cohort.places - cohort.enrolments.current().count() - cohort.invitations.pending().count())


# --- Writing --------------------------------------------------------------------------------------


def invite(cohort: Cohort, parsed: ParsedList, by: User) -> tuple[list[Invitation], InvitationPreview]:
    """Write the invitations of a ParsedList, all of them or none; return (the new ones, the preview that decided).

    The cohort's row is locked as in join(), so of two equal lists the second finds everybody invited.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
        preview = preview_invitations(cohort, parsed)
        emails = [person.email for person in preview.people]
        addresses = EmailAddress.objects.annotate(address=Lower("email")).filter(verified=True, address__in=emails)
        owners = dict(addresses.values_list("address", "user"))
        created = Invitation.objects.bulk_create(
            Invitation(
                cohort=cohort, email=person.email, name=person.name, user_id=owners.get(person.email), invited_by=by
            )
            for person in preview.people
        )
    return created, preview


# --- Sending --------------------------------------------------------------------------------------


@dataclass
class Delivery:
    """What became of the mails of some invitations. What is in no number has no mail yet; ``stopped`` says why."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    suppressed: int = 0  # addresses that want none, or had enough of them this week
    stopped: str = ""


def due_invitations(invitations: Iterable[Invitation]) -> list[Invitation]:
    """Of the waiting invitations those to send: never sent, or sent some days ago without an answer. No query."""
    before = timezone.now() - REMIND_AFTER
    return [invitation for invitation in invitations if invitation.sent_at is None or invitation.sent_at < before]


def deliver(cohort: Cohort, invitations: Collection[Invitation], by: User) -> Delivery:
    """Queue the mails of invitations and start them; return a Delivery.

    Of an invitation whose mail is on its way, or could not be sent, it is that one which is sent.
    """
    unsent = QueuedEmail.objects.filter(invitation__in=invitations).exclude(state=QueuedEmail.State.SENT)
    known = {email.invitation_id: email for email in unsent}
    QueuedEmail.objects.filter(pk__in=[email.pk for email in known.values()]).send_again()
    new, delivery = new_emails(cohort, [one for one in invitations if one.pk not in known], by)
    counts = start([*known.values(), *queue(new)])
    delivery.sent, delivery.waiting, delivery.failed = counts
    return delivery


def new_emails(cohort: Cohort, invitations: Collection[Invitation], by: User) -> tuple[list[QueuedEmail], Delivery]:
    """The mails of invitations that have none on its way, as far as the limits of sender and addresses go."""
    opted_out = EmailOptOut.objects.opted_out([invitation.email for invitation in invitations], EmailKind.INVITATION)
    own_slots = DAILY_LIMIT.free_slots(str(by.pk)) if invitations else []
    context = {"cohort": cohort, "by": by, "visible_lines": visibility_lines()}
    emails, delivery = [], Delivery()
    for invitation in invitations:
        if invitation.email in opted_out:
            delivery.suppressed += 1
            continue
        day = DAILY_LIMIT.take(own_slots)
        if not day:
            delivery.stopped = _("%(most)d invitations a day are the limit. The others can be sent tomorrow.")
            delivery.stopped %= {"most": DAILY_LIMIT.limit}
            break
        if WEEKLY_LIMIT.take(WEEKLY_LIMIT.free_slots(hash_of(invitation.email))):
            emails.append(email_of(invitation, context))
        else:
            release(day)
            delivery.suppressed += 1
    return emails, delivery


def email_of(invitation: Invitation, context: Mapping[str, Any]) -> QueuedEmail:
    """The mail of an invitation, not saved yet. There is one for each time that it was sent before, and one more."""
    sent_before = int(invitation.sent_at.timestamp()) if invitation.sent_at else 0
    link = absolute_url(invitation.get_absolute_url())
    return queued_email(
        EmailKind.INVITATION,
        f"invitation:{invitation.pk}:{sent_before}",
        invitation.email,
        _("%(person)s invites you to “%(cohort)s”") % {"person": context["by"], "cohort": context["cohort"]},
        "invitation",
        {**context, "invitation": invitation, "link": link, "is_reminder": invitation.sent_at},
        invitation=invitation,
    )


def visibility_lines() -> list[tuple[str, str]]:
    """What instructors see of a learner, in the words of the page that asks, for a mail without markup."""
    notice = render_to_string("cohorts/includes/visibility_notice.html")
    items = findall(r'data-seen="(\w+)">(.*?)</li>', notice, DOTALL)
    return [("+" if seen == "yes" else "-", " ".join(unescape(text).split())) for seen, text in items]
