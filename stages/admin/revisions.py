"""The log of all changes of the content, read-only, with the way to restore what was before each."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from stages.admin.versioned import describe, field_label, field_order
from stages.models import Revision
from stages.revisions.recorder import LABELS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, "StrOrPromise"]]:
        return [(label, str(model._meta.verbose_name_plural)) for label, model in LABELS.items()]

    def queryset(self, request: HttpRequest, revisions: QuerySet[Revision]) -> QuerySet[Revision]:
        return revisions.filter(model=self.value()) if self.value() else revisions


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    """All changes of the content, the newest first; those too of what has been deleted since."""

    list_display = ["title", "kind", "what", "made_by", "why", "at"]
    list_filter = ["how", KindFilter, "at"]
    list_select_related = ["by"]
    search_fields = ["title", "by__name", "by__email"]
    date_hierarchy = "at"
    change_form_template = "admin/stages/revision.html"
    fields = []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        revision = Revision.objects.select_related("by").filter(pk=object_id).first()
        context = {"revision": revision and describe(revision), "may_restore": self.may_restore(request, revision)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def may_restore(self, request: HttpRequest, revision: Revision | None) -> bool:
        if revision is None:
            return False
        model = LABELS[revision.model]
        model_admin, row = (
            self.admin_site.get_model_admin(model),
            model._default_manager.filter(pk=revision.object_id).first(),
        )
        return model_admin.has_change_permission(request, row) if row else model_admin.has_add_permission(request)

    @admin.display(description=_("kind"))
    def kind(self, revision: Revision) -> "StrOrPromise":
        return LABELS[revision.model]._meta.verbose_name or ""

    @admin.display(description=_("what changed"))
    def what(self, revision: Revision) -> "StrOrPromise":
        if revision.before is None:
            return _("made")
        if revision.after is None:
            return _("deleted")
        model = LABELS[revision.model]
        names = sorted(revision.changed_fields(), key=lambda name: field_order(model, name))
        return ", ".join(field_label(model, name) for name in names)

    @admin.display(description=_("by"), ordering="by__name")
    def made_by(self, revision: Revision) -> str:
        return revision.who()
