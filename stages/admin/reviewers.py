"""The admin as somebody sees it who may not publish; see stages/editing/permissions.py."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.views.main import ChangeList
from django.db.models import Field, ForeignKey
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from stages.editing.permissions import is_draft, may_publish, not_a_draft
from stages.models import State, Track


class ReviewerRestrictionsMixin(admin.ModelAdmin):
    """Whoever may not publish changes drafts, makes drafts, and only looks at the rest."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A draft may be published while somebody edits it who may not change it from then on: they are told why."""
        if request.method == "POST" and object_id and not may_publish(request.user):
            row = self.get_object(request, object_id)
            if row and super().has_change_permission(request, row) and not is_draft(row):
                raise not_a_draft(row)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.may_edit(request, obj)

    def may_edit(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or is_draft(obj) or may_publish(request.user)

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        if db_field.name == "state" and not may_publish(request.user):
            kwargs |= {"choices": [(State.DRAFT, State.DRAFT.label)], "initial": State.DRAFT}
            kwargs["help_text"] = _("A maintainer publishes it.")
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.related_model is Track and not may_publish(request.user):
            kwargs["queryset"] = Track.objects.filter(state=State.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        return super().get_actions(request, action_location) if may_publish(request.user) else {}

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        if not may_publish(request.user):
            changelist.list_editable = ()  # a list has things in it that are no drafts
        return changelist
