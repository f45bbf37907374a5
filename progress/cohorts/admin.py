from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from progress.cohorts.models import Cohort
from progress.cohorts.models.cohort import CohortQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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
