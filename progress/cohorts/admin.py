from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Prefetch
from django.db.transaction import on_commit
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from progress.cohorts.email_queue import deliver_emails
from progress.cohorts.models import Cohort, QueuedEmail
from progress.cohorts.models.cohort import CohortQuerySet
from progress.cohorts.models.queued_email import QueuedEmailQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


admin.site.unregister(DBTaskResult)  # its list breaks where a task was queued while there was a worker


@admin.register(Cohort)
class CohortAdmin(admin.ModelAdmin):
    """Which cohorts there are and who leads them: for a cohort that lost its instructor, most of all.

    Who may make cohorts is decided by the group "Instructors", at the users. Who learns in a cohort is not shown
    here: they agreed that its instructors see them.
    """

    list_display = ["name", "leaders", "learners_now", "starts", "ends", "is_open", "archived_at"]
    list_filter = ["is_open", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "instructors__name", "instructors__email"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["instructors"]
    readonly_fields = ["learners_now", "created_at", "archived_at"]
    fieldsets = [
        (None, {"fields": ["name", "description", "instructors", "learners_now"]}),
        (_("Dates"), {"fields": ["time_zone", "starts", "ends", "quiet_days", "created_at", "archived_at"]}),
        (_("Joining"), {"fields": ["is_open", "code_expires_at", "places"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Instructors who are staff make theirs on the site, where they lead it at once."""
        return super().has_add_permission(request) and self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> CohortQuerySet:
        people = Prefetch("instructors", User.objects.order_by("name", "email"))
        return Cohort.objects.with_people_counted().prefetch_related(people)

    @admin.display(description=_("led by"))
    def leaders(self, cohort: Cohort) -> "StrOrPromise":
        return ", ".join(map(str, cohort.instructors.all())) or _("nobody")

    @admin.display(description=_("learners"), ordering="learning")
    def learners_now(self, cohort: Cohort) -> int:
        return getattr(cohort, "learning", 0)  # a cohort that is just being made has none


@admin.register(QueuedEmail)
class QueuedEmailAdmin(admin.ModelAdmin):
    """What became of the mail of cohorts, for whoever runs the site; not what it says."""

    list_display = ["email", "kind", "state", "queued_at", "tried_at", "tries", "problem"]
    list_filter = ["state", "kind"]
    search_fields = ["email"]
    date_hierarchy = "queued_at"
    ordering = ["-pk"]
    actions = ["send_again"]
    fields = ["email", "kind", "subject", "state", "queued_at", "tried_at", "not_before", "tries", "problem"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: QueuedEmail | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: QueuedEmail | None = None) -> bool:
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description=_("Send again what failed"), permissions=["send"])
    def send_again(self, request: HttpRequest, emails: QueuedEmailQuerySet) -> None:
        number = QueuedEmail.objects.filter(pk__in=emails.values("pk")).send_again()
        on_commit(deliver_emails.enqueue)
        self.message_user(request, ngettext("%d mail is sent again.", "%d mails are sent again.", number) % number)
