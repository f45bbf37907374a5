"""What was, put into the admin's ordinary form of a thing."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field, ForeignKey, ManyToManyField, Model
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stages.fixture_io import ContentField, Fields, target_of
from stages.models import TopicResource, TrackTopic
from stages.revisions.recorder import INLINE_MODELS

TARGET: dict[type[Model], str] = {TopicResource: "resource", TrackTopic: "topic"}  # what a part leads to


class RestoreForm:
    """The admin's own form of a row, as hidden fields, with some of its values replaced by those of an entry.

    ``left`` are names that the form has no field for, ``missing`` says what the values point at and is gone.
    """

    def __init__(self, model_admin: ModelAdmin, request: HttpRequest, row: Model | None, entry: Fields) -> None:
        self.admin, self.request, self.row, self.entry = model_admin, request, row, entry
        self.missing: list[str] = []
        self.hidden_fields: list[SafeString | forms.Form] = []
        form_class = model_admin.get_form(request, row, change=row is not None)
        restored = {*form_class.base_fields, "position"}
        if model_admin.model in INLINE_MODELS:
            restored.add(INLINE_MODELS[model_admin.model][0])
        self.left = [name for name in entry if name not in restored]
        values = {name: value for name, value in entry.items() if name in form_class.base_fields}
        initial = form_values(model_admin.model, values, self.missing)
        self.hide(form_class(instance=row or model_admin.model(), initial=initial))
        self.hide_inlines()

    def hide(self, form: forms.BaseForm) -> None:
        self.hidden_fields += [field.as_hidden() for field in form]

    def hide_inlines(self) -> None:
        """The rows below: as they are, but for those that are put back."""
        part_name, part = INLINE_MODELS.get(self.admin.model, ("", None))
        prefixes: dict[str, int] = {}
        for formset_class, inline in self.admin.get_formsets_with_inlines(self.request, self.row):
            prefix = formset_class.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1
            if prefixes[prefix] > 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            rows = inline.get_queryset(self.request)
            formset = formset_class(instance=self.row or self.admin.model(), prefix=prefix, queryset=rows)
            formset.extra = 0
            if part and inline.model is part and part_name in self.entry:
                self.replace_parts(formset, part, self.entry[part_name])
            self.hidden_fields.append(formset.management_form)
            for form in formset:
                self.hide(form)

    def replace_parts(self, formset: forms.BaseInlineFormSet, part: type[Model], entries: list[Fields]) -> None:
        """Give each row the values that it had, mark those that were not there, and add those that are gone."""
        target = TARGET[part]
        restored = {values[target]: values for values in (form_values(part, entry, self.missing) for entry in entries)}
        present = {getattr(row, f"{target}_id") for row in formset.get_queryset()}
        formset.initial_extra = [values for pk, values in restored.items() if pk not in present]
        formset.extra = len(formset.initial_extra)
        for form in formset.initial_forms:
            form.initial.update(restored.get(getattr(form.instance, f"{target}_id"), {"DELETE": True}))


def form_values(model: type[Model], entry: Fields, missing: list[str]) -> dict[str, Any]:
    """The values of an entry as the initial ones of a form. What they point at and is gone is said in ``missing``."""
    return {name: form_value(model._meta.get_field(name), value, missing) for name, value in entry.items()}


def form_value(field: "ContentField | ForeignObjectRel", value: Any, missing: list[str]) -> Any:
    if isinstance(field, ManyToManyField):
        return [pk_of(target_of(field), key, missing) for key in value]
    if isinstance(field, ForeignKey):
        return pk_of(target_of(field), value, missing) if value else None
    return field.to_python(value) if isinstance(field, Field) else value


def pk_of(model: type[Model], key: Iterable[str], missing: list[str]) -> Any:
    try:
        row = model._default_manager.get_by_natural_key(*key)  # type: ignore[attr-defined] # of content, each has it
        return row.pk
    except ObjectDoesNotExist:
        name = " / ".join(key)
        message = _("There is no %(kind)s “%(name)s” any more.") % {"kind": model._meta.verbose_name, "name": name}
        if message not in missing:
            missing.append(message)
        return None


def restore_positions(row: Model, entry: Fields, names: Collection[str]) -> None:
    """Give ``row``, and the rows below it, the places that an entry names. Forms may only show them."""
    if "position" in names:
        type(row)._default_manager.filter(pk=row.pk).update(position=entry["position"])
    part_name, part = INLINE_MODELS.get(type(row), ("", None))
    if part and part_name in names:
        positions = {tuple(values[TARGET[part]]): values["position"] for values in entry[part_name]}
        for child in getattr(row, part_name).select_related(TARGET[part]):
            position = positions.get(getattr(child, TARGET[part]).natural_key())
            if position not in (None, child.position):
                part._default_manager.filter(pk=child.pk).update(position=position)
