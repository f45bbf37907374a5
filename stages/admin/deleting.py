"""Nothing is deleted that people have to do with: what they did there would go with it, or could not go.

Django would refuse some of it by itself, and list every tick of every learner, by name. Here the page says how many
people there are, and what to do instead.
"""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

from stages.deleting import reasons_to_keep


class KeepsWhatPeopleDid(admin.ModelAdmin):
    delete_confirmation_template = "admin/stages/delete.html"
    delete_selected_confirmation_template = "admin/stages/delete_selected.html"

    def get_deleted_objects(self, objs, request):
        reasons = reasons_to_keep(self.model, [row.pk for row in objs])
        return ([], {}, set(), reasons) if reasons else super().get_deleted_objects(objs, request)

    def delete_view(self, request, object_id, extra_context=None):
        offer = {"may_retire": self.may_retire(request), "action_checkbox_name": ACTION_CHECKBOX_NAME}
        return super().delete_view(request, object_id, {**(extra_context or {}), **offer})

    def response_action(self, request, queryset, **options):
        response = super().response_action(request, queryset, **options)
        if getattr(response, "template_name", None) == self.delete_selected_confirmation_template:
            response.context_data["may_retire"] = self.may_retire(request)
        return response

    def may_retire(self, request):
        return "retire" in self.get_actions(request)
