"""Messages from instructors to some of their learners: each by a mail of their own, and only so many in a week."""

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from progress.cohorts.email import send
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Message
from stages.content import current_site_settings

WEEKLY_LIMIT = 2  # messages that a learner gets from one cohort in seven days
log = logging.getLogger(__name__)


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
) -> tuple[Message | None, list[User]]:
    """Send a message to those of ``people`` whom it reaches; return it with those whose mail failed.

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
    failed = [person for person in reached if not deliver(message, person)]
    message.recipients.remove(*failed)
    return message, failed


def deliver(message: Message, person: User) -> bool:
    """Send one learner's mail; return whether the mail server took it."""
    try:
        send(
            EmailKind.MESSAGE,
            person.email,
            message.subject,
            "message",
            message_context(message, person),
            [message.sender.email],
        )
    except (SMTPException, OSError):
        log.exception("Message %s could not be sent to learner %s", message.pk, person.pk)
        return False
    return True


def message_context(message: Message, person: User) -> dict[str, Any]:
    """What the mail of one learner is made of; the preview shows the same."""
    return {
        "message": message,
        "name": person.name,
        "cohort": message.cohort,
        "sender": message.sender,
        "site_settings": current_site_settings(),
    }
