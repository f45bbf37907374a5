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

from stages.admin.reorder import link_to

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReadonlyTarget(forms.HiddenInput):
    """A row that is told and not asked for; its number is sent along."""

    is_hidden = False  # the link is there to be seen

    def __init__(self, row: Model) -> None:
        super().__init__()
        self.row = row

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        return link_to(self.row) + super().render(name, value, attrs, renderer)


class ReadonlyTargetField(forms.Field):
    def __init__(self, row: Model, label: "StrOrPromise | None") -> None:
        super().__init__(widget=ReadonlyTarget(row), disabled=True, required=False, label=label)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)  # a number where it is put back


class FixedTarget(forms.ModelForm):
    """The form of a row that leads somewhere; where to is chosen once. To lead elsewhere is another row."""

    target: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.target in self.fields:
            there = getattr(self.instance, self.target)
            self.fields[self.target] = ReadonlyTargetField(there, self.fields[self.target].label)
            self.initial[self.target] = there


def fixed(target: str) -> type[FixedTarget]:
    return type("FixedTargetForm", (FixedTarget,), {"target": target})


class KnownRows(forms.BaseInlineFormSet):
    """Rows that are known by one of their fields, ``known_by``, where their number says nothing.

    Somebody else may have added or removed some since the form was opened. What is added and is there by now is that
    row, which also makes it harmless to send a form twice; and what is gone is added, if it is saved after all.
    """

    known_by: str

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self.match()

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Each field says what it is, and of which row: the head of a column is no label."""
        super().add_fields(form, index)
        row = form.initial.get(self.known_by) if form.instance.pk else _("new")
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{capfirst(str(field.label))}: {row}"

    def match(self) -> None:
        """Number the rows that were sent anew: those that are there with their ids, and then all others."""
        known = self.get_queryset()
        attribute = known.model._meta.get_field(self.known_by).attname
        there = {str(row.pk): str(getattr(row, attribute)) for row in known}
        rows, self.data = self.rows_of(self.data)
        sent = {row.get("id") for row in rows}
        free: dict[Any, str] = {value: pk for pk, value in there.items() if pk not in sent}
        for row in rows:
            if row.get("id") not in there:
                row["id"] = free.pop(row.get(self.known_by), "")
        rows.sort(key=lambda row: not row["id"])
        for number, row in enumerate(rows):
            self.data |= {f"{self.add_prefix(number)}-{field}": value for field, value in row.items()}
        self.data[f"{self.prefix}-INITIAL_FORMS"] = sum(bool(row["id"]) for row in rows)
        del self.management_form  # which remembers how many there were

    def rows_of(self, data: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The rows that were sent, each as {field: value}, and a copy of what else was."""
        rows: list[dict[str, Any]] = [{} for _ in range(self.total_form_count())]
        others: dict[str, Any] = {}
        for name, value in data.items():
            number, _dash, field = name.removeprefix(f"{self.prefix}-").partition("-")
            if name.startswith(f"{self.prefix}-") and number.isdecimal() and int(number) < len(rows):
                rows[int(number)][field] = value
            else:
                others[name] = value
        return rows, others


def known_by(field: str) -> type[KnownRows]:
    return type("KnownRowsFormSet", (KnownRows,), {"known_by": field})


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
