"""A form that was sent, and is shown again as it was filled in, without an error: to go on editing it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from stages.models import Revision

GO_BACK = "_go_back"


class RedisplayMixin(admin.ModelAdmin):
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (NeverValid, form), {}) if GO_BACK in request.POST else form

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Options, object_id: str) -> HttpResponse:
        """What was typed into the form of a thing that has been deleted meanwhile is shown in the form of a new one.

        The hook has an underscore, and is the only one there is: Django says “Perhaps it was deleted?” and goes away.
        """
        if request.method != "POST" or not object_id.isdecimal() or not self.has_add_permission(request):
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc] # no stub
        deletion = Revision.objects.filter(model=opts.label_lower, object_id=object_id, after__isnull=True).first()
        data = request.POST.copy()
        data[GO_BACK] = "1"
        data.setdefault("slug", deletion.before.get("slug", "") if deletion and deletion.before else "")
        request.POST = data  # type: ignore[assignment] # it is not to be changed, but may be replaced
        for formset, _inline in self.get_formsets_with_inlines(request):
            detach_rows(data, formset.get_default_prefix(), formset.fk.name)
        message = _("This has been deleted since you opened it, so nothing is saved. Below is what you filled in.")
        messages.error(request, f"{message} {_('If you save it now, it is made anew.')}")
        return self.add_view(request, reverse(f"admin:{opts.app_label}_{opts.model_name}_add"))


def detach_rows(data: QueryDict, prefix: str, parent_field: str) -> None:
    """The rows of a formset are new again, and have no parent: it has been deleted."""
    data[f"{prefix}-INITIAL_FORMS"] = "0"
    for name in [name for name in data if name.startswith(f"{prefix}-") and name.endswith(f"-{parent_field}")]:
        del data[name]


class NeverValid(forms.BaseForm):
    """A form that is not to be saved yet, however right it is."""

    def is_valid(self) -> bool:
        super().is_valid()
        return False
