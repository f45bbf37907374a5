"""Messages from instructors to some of their learners: each by a mail of their own, and only so many in a week."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from progress.cohorts.email import queued_email
from progress.cohorts.email_queue import queue
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Message, QueuedEmail
from stages.content import current_site_settings

WEEKLY_LIMIT = 2  # messages that a learner gets from one cohort in seven days


class RecipientSplit(NamedTuple):
    """Whom a message reaches, and whom it does not: because they refused such mail, or had enough of it this week."""

    reached: list[User]
    opted_out: list[User]
    over_limit: list[User]


def split_recipients(cohort: Cohort, people: QuerySet[User]) -> RecipientSplit:
    """Sort ``people``, current learners of the cohort, into a RecipientSplit. Two queries."""
    opted_out = EmailOptOut.objects.opted_out([person.email for person in people], EmailKind.MESSAGE)
    week = Q(messages_received__cohort=cohort, messages_received__at__gt=timezone.now() - timedelta(days=7))
    with_counts = people.annotate(this_week=Count("messages_received", filter=week))
    received = dict(with_counts.values_list("pk", "this_week"))
    split = RecipientSplit([], [], [])
    for person in people:
        if person.email in opted_out:
            split.opted_out.append(person)
        elif received[person.pk] >= WEEKLY_LIMIT:
            split.over_limit.append(person)
        else:
            split.reached.append(person)
    return split


def send_message(
    cohort: Cohort, sender: User, people: QuerySet[User], subject: str, text: str, form_key: str
) -> tuple[Message | None, list[QueuedEmail]]:
    """Write a message to those of ``people`` whom it reaches; return it with their mails, queued and not yet started.

    Returns ``(None, [])`` where the same form was sent before. The cohort is locked while the week is counted, so
    that two instructors at once do not write more than a week allows.
    """
    with transaction.atomic():
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        message, is_new = Message.objects.get_or_create(
            form_key=form_key, defaults={"cohort": cohort, "sender": sender, "subject": subject, "text": text}
        )
        if not is_new:
            return None, []
        reached = split_recipients(cohort, people).reached
        message.recipients.set(reached)
        return message, queue(email_to(person, message) for person in reached)


def email_to(person: User, message: Message) -> QueuedEmail:
    """The mail of one learner, not saved yet."""
    return queued_email(
        EmailKind.MESSAGE,
        f"message:{message.pk}:{person.pk}",
        person.email,
        message.subject,
        "message",
        message_context(message, person),
        reply_to=message.sender.email,
        message=message,
        user=person,
    )


def message_context(message: Message, person: User) -> dict[str, Any]:
    """What the mail of one learner is made of; the preview shows the same."""
    return {
        "message": message,
        "name": person.name,
        "cohort": message.cohort,
        "sender": message.sender,
        "site_settings": current_site_settings(),
    }
