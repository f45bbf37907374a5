"""Everything that staff does in the admin, in its log and in the log of the server.

Django's admin writes down each thing that one of its own forms changes. What other buttons, actions and downloads do
is added here, so that no page has to remember to. The log of the server gets a line for each as well: it names people
by their number only, and stays readable when the database is not.
"""

import logging
from collections.abc import Callable

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import ActionLocation, ModelAdmin
from django.contrib.admin.utils import model_format_dict
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthedRequest
from stages.models import Revision

logger = logging.getLogger("waymark.staff")


class AuditLog:
    """The log of one request, written when it is known what has come of it."""

    def __init__(self, view: Callable[..., HttpResponse], request: AuthedRequest) -> None:
        owner = getattr(view, "__self__", None)
        self.admin = owner if isinstance(owner, ModelAdmin) else None
        self.request = request
        self.last_entry_id = 0
        self.selected: list[Model] = []

    def begin(self) -> None:
        """Note what there is before anything is done: an action may delete the rows it is run on."""
        self.last_entry_id = (
            LogEntry.objects.filter(user=self.request.user).order_by("-pk").values_list("pk", flat=True).first() or 0
        )
        if self.admin and self.action_label():
            rows = self.admin.get_queryset(self.request)
            if self.request.POST.get("select_across", "0") == "1":
                rows = self.admin.get_changelist_instance(self.request).get_queryset(self.request)
            else:
                rows = rows.filter(pk__in=self.request.POST.getlist(ACTION_CHECKBOX_NAME))
            self.selected = list(rows)

    def action_label(self) -> str | None:
        """What the chosen action is called, or None where none is run."""
        if self.admin and "_save" not in self.request.POST:
            for location in ActionLocation:
                actions = self.admin.get_actions(self.request, action_location=location)
                prefix = "" if location == ActionLocation.CHANGE_LIST else f"{location.value}-"
                for name in self.request.POST.getlist(f"{prefix}action"):
                    if action := actions.get(name):
                        return str(action.description) % model_format_dict(self.admin.opts)
        return None

    def reason(self) -> str:
        """Why the content changes, for its revisions: "" unless something is restored."""
        if revision := Revision.objects.put_back_by(self.request.POST):
            when = formats.date_format(timezone.localtime(revision.at), "DATETIME_FORMAT")
            return _("Put back as it was before %(at)s") % {"at": when}
        return ""

    def write(self, response: HttpResponse, revisions: list[Revision]) -> None:
        """Log what was done, unless nothing was: a form that is shown again, a question, or a preview."""
        done = revisions or response.status_code == 204 or 300 <= response.status_code < 400 or is_download(response)
        if not done:
            return
        if not LogEntry.objects.filter(user=self.request.user, pk__gt=self.last_entry_id).exists():
            self.add_entries(self.action_label() or self.path(), self.selected)
        self.log_to_server(response, f"{len(revisions)} changed")

    def write_download(self, response: HttpResponse) -> None:
        if is_download(response):
            self.add_entries(_("Downloaded %s") % self.path(), [])
            self.log_to_server(response, "downloaded")

    def add_entries(self, message: str, rows: list[Model]) -> None:
        """An entry for each of the rows, or one for the page where it was not about rows."""
        user, objects = self.request.user, LogEntry.objects
        if rows:
            objects.log_actions(user.pk, rows, CHANGE, message)
        else:
            model = ContentType.objects.get_for_model(self.admin.model) if self.admin else None
            objects.create(
                user=user, content_type=model, object_repr=self.path(), action_flag=CHANGE, change_message=message
            )

    def log_refusal(self) -> None:
        logger.warning("user %s was refused %s %s", self.request.user.pk, self.request.method, self.request.path)

    def log_to_server(self, response: HttpResponse, message: str) -> None:
        action = f" ({self.action_label()})" if self.action_label() else ""
        user, method, path = self.request.user.pk, self.request.method, self.request.path
        logger.info("user %s: %s %s%s: %s, %s", user, method, path, action, response.status_code, message)

    def path(self) -> str:
        return self.request.path[:200]


def is_download(response: HttpResponse) -> bool:
    return response.headers.get("Content-Disposition", "").startswith("attachment")
