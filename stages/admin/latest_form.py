"""A form that somebody has overtaken: what its editor left alone is as it is now, and not as it was when it opened."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.http import QueryDict


class LatestForm(forms.ModelForm):
    """A form that was opened with the values ``opened``, which are others by now.

    Fields that still have them when it is sent were left alone. They get the values of the row, and ``kept`` names
    those for which that matters.
    """

    opened: Mapping[str, Any] = {}

    def __init__(self, *args: Any, opened: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opened = self.opened if opened is None else opened
        self.kept: list[str] = []
        if self.is_bound and self.opened and self.instance.pk:
            self.keep_values()

    def keep_values(self) -> None:
        now = type(self)(instance=self.instance, prefix=self.prefix, opened={})
        data = copy(self.data)
        untouched = [name for name in self.fields if name in self.opened and not self.is_changed(name)]
        for name in untouched:
            replace_value(data, now[name])
        self.data = data
        self.kept = [name for name in untouched if self.is_changed(name)]

    def is_changed(self, name: str) -> bool:
        """Whether what was sent is otherwise than when the form was opened."""
        field = self.fields[name]
        sent = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return field.has_changed(self.opened[name], sent)


def replace_value(data: Any, field: forms.BoundField) -> None:
    """Give what was sent the value of an unbound field, as its hidden widget would send it."""
    widget = field.field.hidden_widget().get_context(field.html_name, field.value(), {})["widget"]
    sent: dict[str, list[Any]] = {field.html_name: []}
    for part in widget.get("subwidgets", [widget]):
        sent.setdefault(part["name"], []).extend([] if part["value"] is None else [part["value"]])
    for name, values in sent.items():
        data.pop(name, None)
        if isinstance(data, QueryDict):
            data.setlist(name, values)
        elif values:
            data[name] = values[0]
