"""Checking links from the admin: here, because what comes of it may go into the queue of reports."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.transaction import on_commit
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from progress.maintenance.link_reports import Offline, check_in_background, check_links
from stages.admin import ResourceAdmin
from stages.admin.link_actions import LINK_ACTIONS, LinkActionsMixin, LinkFilter, link_status
from stages.links.fetcher import Fetcher, Timeouts
from stages.models import LinkCheck, Resource
from stages.models.links import due_for_check

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Somebody waits for the answer, so there are few links and little patience. All in all it ends within 20 seconds,
# before the server takes the worker for stuck.
MAX_LINKS = 10
SECONDS = 10
IN_A_REQUEST = replace(Timeouts(), connect=3, read=3, response=4, overall=8, retries=0, pause=0.5, max_wait=0)

admin.site.unregister(Resource)


@admin.register(Resource)
class CheckedResourceAdmin(LinkActionsMixin, ResourceAdmin):
    list_display = [*ResourceAdmin.list_display, "link"]
    list_filter = [LinkFilter, *ResourceAdmin.list_filter]
    list_select_related = ["link_check"]
    # To retire a resource is an action of every list of content already.
    actions: list[Any] = [
        *ResourceAdmin.actions,
        "check_now",
        *(act for act in LINK_ACTIONS if act.__name__ != "retire"),
    ]

    @admin.display(description=_("link"), ordering="link_check__failures")
    def link(self, resource: Resource) -> "StrOrPromise":
        return link_status(resource)

    @admin.action(description=_("Check these links now"), permissions=["change_resources"])
    def check_now(self, request: HttpRequest, resources: QuerySet[Resource]) -> None:
        number = resources.count()
        if number > MAX_LINKS and settings.QUEUE_WORKER:
            pks = list(resources.values_list("pk", flat=True))
            on_commit(lambda: check_in_background.enqueue(pks))
            text = _("%(number)d links are being asked for, one site after the other. Their column “link” fills up.")
            self.message_user(request, text % {"number": number})
            return
        if number > MAX_LINKS:
            text = _("Choose %(most)d links at most: a site is asked for one thing at a time, and you would wait.")
            self.message_user(request, text % {"most": MAX_LINKS}, messages.ERROR)
            return
        # Not before the transaction is over that the admin holds around every action (see ``audited``):
        # nobody else could save anything while we wait for answers.
        on_commit(lambda: self.check_and_report(request, number, due_for_check(among=resources)))

    def check_and_report(self, request: HttpRequest, number: int, chosen: Iterable[Resource]) -> None:
        """Check these of the ``number`` of links that were to be checked, and say what came of it."""
        try:
            checks = [check for _, check in check_links(chosen, Fetcher(IN_A_REQUEST), time_limit=SECONDS)]
        except Offline:
            text = _("No site could be reached at all, so the trouble may be ours. Nothing was written down.")
            self.message_user(request, text, messages.ERROR)
            return
        bad = [check for check in checks if check.outcome != LinkCheck.Outcome.GOOD]
        if good := len(checks) - len(bad):
            self.message_user(request, ngettext("%d link answers.", "%d links answer.", good) % good)
        for check in bad:
            self.message_user(request, str(check), messages.WARNING)
        if skipped := number - len(checks):
            message = ngettext(
                "%d link was not asked for: it is retired, somebody is checking it, or there was no time.",
                "%d links were not asked for: they are retired, somebody is checking them, or there was no time.",
                skipped,
            )
            self.message_user(request, message % skipped, messages.WARNING)
