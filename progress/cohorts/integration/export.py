"""What cohorts add to the file of everything that the site holds about a person."""

from django.utils.translation import gettext_lazy as _

from progress.cohorts.models import (
    Assignment,
    CalendarFeed,
    Cohort,
    CustomTrack,
    DigestDelivery,
    Enrolment,
    Extension,
    Group,
    Invitation,
    Message,
    Override,
    QueuedEmail,
)
from progress.transfer.personal_data import ROW, TOPIC, ExportSection

ABOUT_SOMEONE_ELSE = "it is about somebody else"

COHORT_EXPORT_SECTIONS = [
    ExportSection(
        "instructs", _("the cohorts you instruct"), Cohort.instructors.through, {"cohort": "cohort__name"}, ROW
    ),
    ExportSection(
        "enrolments",
        _("the cohorts you learn or learned in"),
        Enrolment,
        {"cohort": "cohort__name", "joined_at": "joined_at", "left_at": "left_at"},
        ROW,
    ),
    ExportSection(
        "cohort_groups",
        _("the groups of cohorts that you are in"),
        Group.members.through,
        {"cohort": "group__cohort__name", "group": "group__name"},
        ROW,
        owner="enrolment__user",
    ),
    ExportSection(
        "picked_for",
        _("the assignments that you were picked for"),
        Assignment.picked.through,
        {"cohort": "assignment__cohort__name", "track": "assignment__track__slug"},
        ROW,
        owner="enrolment__user",
    ),
    ExportSection(
        "extensions",
        _("where you have longer than your cohort"),
        Extension,
        {"cohort": "assignment__cohort__name", "track": "assignment__track__slug", "due": "due"},
        ROW,
    ),
    ExportSection(
        "invitations",
        _("the cohorts you were invited to"),
        Invitation,
        {
            "cohort": "cohort__name",
            "email": "email",
            "name": "name",
            "at": "at",
            "sent_at": "sent_at",
            "answered_at": "answered_at",
            "declined": "declined",
        },
        {**ROW, "token": "whoever has it can answer for you", "invited_by": ABOUT_SOMEONE_ELSE},
    ),
    ExportSection(
        "invitations_made",
        _("whom you invited to cohorts that you lead"),
        Invitation,
        {"cohort": "cohort__name", "email": "email", "name": "name", "at": "at"},
        {**ROW, **dict.fromkeys(["user", "token", "sent_at", "answered_at", "declined"], ABOUT_SOMEONE_ELSE)},
        owner="invited_by",
    ),
    ExportSection(
        "messages_sent",
        _("what you wrote to learners"),
        Message,
        {"cohort": "cohort__name", "subject": "subject", "text": "text", "at": "at"},
        {**ROW, "form_key": "only the number of the form"},
        owner="sender",
    ),
    ExportSection(
        "messages_received",
        _("what instructors wrote to you"),
        Message.recipients.through,
        {
            "cohort": "message__cohort__name",
            "subject": "message__subject",
            "text": "message__text",
            "at": "message__at",
        },
        ROW,
    ),
    ExportSection(
        "queued_emails",
        _("the mails that were queued for you, and what became of them"),
        QueuedEmail,
        {
            "kind": "kind",
            "email": "email",
            "subject": "subject",
            "text": "body",
            "state": "state",
            "queued_at": "queued_at",
            "tried_at": "tried_at",
            "problem": "problem",
        },
        {
            **ROW,
            "key": "only the number of the mail",
            **dict.fromkeys(["not_before", "tries"], "only how it is tried again"),
            **dict.fromkeys(["invitation", "message", "reply_to"], "in the invitation or the message"),
        },
    ),
    ExportSection(
        "overrides",
        _("the topics that an instructor marked as done for you"),
        Override,
        {
            **TOPIC,
            "cohort": "cohort__name",
            "reason": "reason",
            "before": "before",
            "at": "at",
            "disputed_at": "disputed_at",
            "dispute": "dispute",
            "undone_at": "undone_at",
        },
        {**ROW, "by": ABOUT_SOMEONE_ELSE},
        owner="learner",
    ),
    ExportSection(
        "overrides_made",
        _("the topics that you marked as done for learners"),
        Override,
        {**TOPIC, "cohort": "cohort__name", "reason": "reason", "at": "at"},
        {**ROW, **dict.fromkeys(["learner", "before", "disputed_at", "dispute", "undone_at"], ABOUT_SOMEONE_ELSE)},
        owner="by",
    ),
    ExportSection(
        "own_tracks",
        _("the tracks you composed"),
        CustomTrack.authors.through,
        {"track": "customtrack__track__slug"},
        ROW,
    ),
    ExportSection(
        "digests", _("the weekly mails to you"), DigestDelivery, {"kind": "kind", "week": "week", "at": "at"}, ROW
    ),
    ExportSection(
        "calendar_feed",
        _("the private address of your calendar, or null"),
        CalendarFeed,
        {"token": "token", "created_at": "created_at"},
        ROW,
        single=True,
    ),
]
