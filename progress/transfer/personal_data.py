"""Everything the site holds about a person, as one file that says what is in it.

Whoever adds a model that belongs to a user adds an ExportSection here; a test fails until they do.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import LoginRecord, User
from progress.hooks import export_sections
from progress.models import (
    Attempt,
    Certificate,
    Note,
    ProgressEvent,
    Report,
    Reset,
    ResourceTick,
    Share,
    Star,
    TopicProgress,
)
from stages.models import Revision, Topic

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FORMAT = "waymark-export"
VERSION = 1  # a new key leaves it as it is; a key that goes, or means something else, makes it one more


@dataclass(frozen=True)
class ExportSection:
    """One key of the file: what it holds, and where that comes from.

    ``columns`` maps the keys of an entry to lookups, ``left_out`` the columns of the table that are not in the file
    to the reason why. A test compares both with the model. ``single`` sections are one object or null, not a list.
    """

    key: str
    description: "StrPromise"
    model: type[Model]
    columns: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)
    owner: str = "user"
    single: bool = False

    def of(self, user: User) -> list[dict[str, Any]] | dict[str, Any] | None:
        """What ``user`` has of it. One query."""
        rows = self.model._default_manager.filter(**{self.owner: user.pk}).order_by("pk")
        values = rows.values_list(*self.columns.values())
        entries = [dict(zip(self.columns, row, strict=True)) for row in values]
        return (entries[0] if entries else None) if self.single else entries


TOPIC = {"topic": "topic__slug", "title": "topic__title"}
ROW = {"id": "only the number of the row"}
PERSON = [
    *("email", "name", "time_zone", "rest_days", "shows_streak", "new_device_mail", "date_joined", "last_login"),
    *("is_active", "is_staff", "is_superuser"),
]
EXPORT_SECTIONS = [
    ExportSection(
        "account",
        _("your account: address, name and settings"),
        User,
        {name: name for name in PERSON},
        {**ROW, "password": "nobody should have even its hash"},
        owner="pk",
        single=True,
    ),
    ExportSection(
        "email_addresses",
        _("every email address of the account"),
        EmailAddress,
        {"email": "email", "verified": "verified", "primary": "primary"},
        ROW,
    ),
    ExportSection(
        "two_factor",
        _("which second factors are switched on, and since when"),
        Authenticator,
        {"type": "type", "created_at": "created_at", "last_used_at": "last_used_at"},
        {**ROW, "data": "whoever has the secret can sign in with it"},
    ),
    ExportSection(
        "sessions",
        _("where you are signed in: since when, when it was last used, from which network address and with what"),
        UserSession,
        {"created_at": "created_at", "last_seen_at": "last_seen_at", "ip": "ip", "user_agent": "user_agent"},
        {**ROW, "session_key": "whoever has it is signed in with it", "data": "nothing is kept there"},
    ),
    ExportSection(
        "accounts_elsewhere",
        _("the accounts elsewhere that you sign in with, and what they told of you"),
        SocialAccount,
        {
            "provider": "provider",
            "uid": "uid",
            "last_login": "last_login",
            "date_joined": "date_joined",
            "extra_data": "extra_data",
        },
        ROW,
    ),
    ExportSection(
        "log_ins",
        _("your log-ins of the last 90 days"),
        LoginRecord,
        {"at": "at", "ip": "ip", "user_agent": "user_agent", "is_new_device": "is_new_device"},
        ROW,
    ),
    ExportSection("groups", _("the groups you are in"), User.groups.through, {"name": "group__name"}, ROW),
    ExportSection(
        "permissions",
        _("what you in particular may do"),
        User.user_permissions.through,
        {"permission": "permission__codename", "app": "permission__content_type__app_label"},
        ROW,
    ),
    ExportSection(
        "admin_log",
        _("what you have changed in the admin"),
        LogEntry,
        {
            "at": "action_time",
            "action": "action_flag",
            "model": "content_type__model",
            "object": "object_repr",
            "object_id": "object_id",
            "change": "change_message",
        },
        ROW,
    ),
    ExportSection(
        "revisions",
        _("what you have changed of the roadmap"),
        Revision,
        {
            "at": "at",
            "model": "model",
            "title": "title",
            "before": "before",
            "after": "after",
            "how": "how",
            "why": "why",
        },
        {**ROW, "object_id": "only the number of a row", "within": "only the number of a row"},
        owner="by",
    ),
    ExportSection(
        "standings",
        _("where you stand in each topic: done, learning or skipped; the others are not started"),
        TopicProgress,
        {**TOPIC, "status": "status", "changed_at": "changed_at"},
    ),
    ExportSection(
        "events",
        _("every change of a standing, the oldest first, with its cause"),
        ProgressEvent,
        {**TOPIC, "status": "status", "cause": "cause", "at": "at"},
        ROW,
    ),
    ExportSection("stars", _("the topics you starred"), Star, {**TOPIC, "at": "at"}),
    ExportSection(
        "notes",
        _("your notes, in Markdown"),
        Note,
        {**TOPIC, "text": "text", "changed_at": "changed_at"},
        {"html": "the same text as it is shown"},
    ),
    ExportSection(
        "resource_ticks",
        _("the resources you have been through"),
        ResourceTick,
        {"url": "resource__url", "title": "resource__title", "at": "at"},
    ),
    ExportSection(
        "reports",
        _("the problems you reported"),
        Report,
        {
            **TOPIC,
            "resource": "resource__url",
            "kind": "kind",
            "text": "text",
            "at": "at",
            "handled_at": "handled_at",
        },
        ROW,
    ),
    ExportSection(
        "resets",
        _("the stages and tracks you set back, with the standings that they had"),
        Reset,
        {"title": "title", "standings": "standings", "at": "at", "undone_at": "undone_at"},
        ROW,
    ),
    ExportSection(
        "attempts",
        _("your files of each exercise, what a check said of them last, and what you have shown"),
        Attempt,
        {
            "exercise": "exercise__slug",
            "title": "exercise__title",
            "files": "files",
            "saved_at": "saved_at",
            "tries": "tries",
            "failing": "failing",
            "shown_at": "shown_at",
            "shown_files": "shown_files",
            "shown_checks": "shown_checks",
        },
        {"revision": "only how often they were saved"},
    ),
    ExportSection(
        "share",
        _("your public page, or null"),
        Share,
        {
            "token": "token",
            "show_progress": "show_progress",
            "show_calendar": "show_calendar",
            "show_projects": "show_projects",
            "time_zone": "time_zone",
            "created_at": "created_at",
        },
        ROW,
        single=True,
    ),
    ExportSection(
        "certificates",
        _("your certificates, each with the topics that it covers"),
        Certificate,
        {
            "token": "token",
            "name": "name",
            "track": "track__slug",
            "track_title": "track_title",
            "topics": "topics",
            "shown": "shown",
            "time_zone": "time_zone",
            "issued_at": "issued_at",
        },
        ROW,
    ),
]


def export_personal_data(user: User) -> dict[str, Any]:
    """All that the site holds about a person, as values that JSON can say. One query a section, and one more."""
    sections: dict[str, Any] = {section.key: section.of(user) for section in export_sections}
    # A reset knows its topics by their number, which means nothing outside of this database.
    pks = {pk for reset in sections["resets"] for pk in reset["standings"]}
    slugs = {str(pk): slug for pk, slug in Topic.objects.filter(pk__in=pks).values_list("pk", "slug")}
    for reset in sections["resets"]:
        reset["standings"] = {slugs.get(pk, pk): status for pk, status in reset["standings"].items()}
    return {"format": FORMAT, "version": VERSION, "exported_at": timezone.now(), **sections}
