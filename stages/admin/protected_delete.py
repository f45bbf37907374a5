"""Nothing is deleted that people have to do with: what they did there would go with it, or could not go.

Django would refuse some of it by itself, and list every tick of every learner, by name. Here the page says how many
people there are, and what to do instead.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ActionLocation
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from stages.editing.deletion import deletion_blockers


class ProtectedDeleteMixin(admin.ModelAdmin):
    delete_confirmation_template = "admin/stages/delete.html"
    delete_selected_confirmation_template = "admin/stages/delete_selected.html"

    def get_deleted_objects(
        self, objs: Sequence[Model] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[str]]:
        blockers = deletion_blockers(self.model, [row.pk for row in objs])
        return ([], {}, set(), blockers) if blockers else super().get_deleted_objects(objs, request)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_retire": self.may_retire(request), "action_checkbox_name": ACTION_CHECKBOX_NAME}
        return super().delete_view(request, object_id, {**(extra_context or {}), **context})

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> HttpResponse | None:
        response = super().response_action(request, queryset, action_location)
        template = self.delete_selected_confirmation_template
        if isinstance(response, TemplateResponse) and response.template_name == template:
            response.context_data = {**(response.context_data or {}), "may_retire": self.may_retire(request)}
        return response

    def may_retire(self, request: HttpRequest) -> bool:
        return "retire" in self.get_actions(request)
