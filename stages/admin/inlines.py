"""Rows below a form that stay fast however many there are.

The widget of an autocomplete field asks the database for the name of what it holds, in every row. So a row that is
there says what it leads to as text, and only a new one has a field to choose it with.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.forms.renderers import BaseRenderer
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stages.admin.latest_form import LatestForm
from stages.admin.reorder import change_link

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReadonlyTarget(forms.HiddenInput):
    """A link to the chosen row, in the place of a field to choose it with; its number is sent along."""

    is_hidden = False  # the link is there to be seen

    def __init__(self, row: Model) -> None:
        super().__init__()
        self.row = row

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        return change_link(self.row) + super().render(name, value, attrs, renderer)


class ReadonlyTargetField(forms.Field):
    def __init__(self, row: Model, label: "StrOrPromise | None") -> None:
        super().__init__(widget=ReadonlyTarget(row), disabled=True, required=False, label=label)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)  # a number where a revision is restored


class FixedTargetForm(LatestForm):
    """The form of a row that leads somewhere; where to is chosen once. To lead elsewhere is another row."""

    target_field: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.target_field in self.fields:
            target, label = getattr(self.instance, self.target_field), self.fields[self.target_field].label
            self.fields[self.target_field] = ReadonlyTargetField(target, label)
            self.initial[self.target_field] = target


def fixed_target_form(target_field: str) -> type[FixedTargetForm]:
    return type("FixedTargetForm", (FixedTargetForm,), {"target_field": target_field})


class NaturalKeyFormSet(forms.BaseInlineFormSet):
    """Rows that are known by one of their fields, ``key_field``, where their number says nothing.

    Somebody else may have added or removed some since the form was opened. What is added and is there by now is that
    row, which also makes it harmless to send a form twice; and what is gone is added, if it is saved after all. It is
    left out if its editor has left it alone: ``opened`` are the values that rows had when the form was opened, by
    key, of those that are otherwise now or gone. ``dropped`` are the keys of what was left out.
    """

    key_field: str

    def __init__(
        self,
        data: QueryDict | None = None,
        *args: Any,
        opened: Mapping[str, Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.opened, self.dropped = opened or {}, list[str]()
        super().__init__(data, *args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self.match_rows()

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Each field says what it is, and of which row: the head of a column is no label."""
        super().add_fields(form, index)
        row = form.initial.get(self.key_field) if form.instance.pk else _("new")
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{capfirst(str(field.label))}: {row}"

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if self.opened and index is not None and index < self.initial_form_count():
            kwargs["opened"] = self.opened.get(self.sent_keys[index], {})
        return kwargs

    def match_rows(self) -> None:
        """Number the rows that were sent anew: those that are there with their ids, and then all others."""
        existing = self.get_queryset()
        attribute = existing.model._meta.get_field(self.key_field).attname
        keys_by_pk = {str(row.pk): str(getattr(row, attribute)) for row in existing}
        rows, self.data = self.split_rows(self.data)
        sent_pks = {row.get("id") for row in rows}
        unsent: dict[Any, str] = {key: pk for pk, key in keys_by_pk.items() if pk not in sent_pks}
        for row in rows:
            if row.get("id") not in keys_by_pk:
                row["id"] = unsent.pop(row.get(self.key_field), "")
        self.dropped = [row[self.key_field] for row in rows if not row["id"] and self.is_untouched(row)]
        rows = [row for row in rows if row["id"] or row.get(self.key_field) not in self.dropped]
        rows.sort(key=lambda row: not row["id"])
        self.sent_keys = [keys_by_pk[row["id"]] for row in rows if row["id"]]
        for index, row in enumerate(rows):
            self.data |= {f"{self.add_prefix(index)}-{field}": value for field, value in row.items()}
        self.data[f"{self.prefix}-INITIAL_FORMS"] = len(self.sent_keys)
        self.data[f"{self.prefix}-TOTAL_FORMS"] = len(rows)
        del self.management_form  # which remembers how many there were

    def is_untouched(self, row: Mapping[str, Any]) -> bool:
        """Whether a row that is gone was sent just as it was when the form was opened."""
        opened = self.opened.get(row.get(self.key_field, ""))
        fields: dict[str, forms.Field] = self.form.base_fields
        return opened is not None and not any(
            fields[name].has_changed(value, fields[name].widget.value_from_datadict(row, {}, name))
            for name, value in opened.items()
            if name in fields and name != self.key_field
        )

    def split_rows(self, data: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The rows that were sent, each as {field: value}, and a copy of what else was."""
        rows: list[dict[str, Any]] = [{} for _ in range(self.total_form_count())]
        others: dict[str, Any] = {}
        for name, value in data.items():
            index, _dash, field = name.removeprefix(f"{self.prefix}-").partition("-")
            if name.startswith(f"{self.prefix}-") and index.isdecimal() and int(index) < len(rows):
                rows[int(index)][field] = value
            else:
                others[name] = value
        return rows, others


def natural_key_formset(key_field: str) -> type[NaturalKeyFormSet]:
    return type("NaturalKeyFormSet", (NaturalKeyFormSet,), {"key_field": key_field})


class ReadOnlyInline(admin.TabularInline):
    """Rows to look at, each a link to its own form."""

    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
