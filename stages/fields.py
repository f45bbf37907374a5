"""Model fields for texts: long ones, Markdown with its HTML beside it, and lists of lines."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from stages.markdown.render import render, render_by_reader


class LongTextFormField(forms.CharField):
    """A text as the files have it: browsers end lines with two characters, files with one."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class LongTextField(models.TextField):
    """A text of several lines, the same whether it was typed in the admin or in a file."""

    def formfield(self, **options: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": LongTextFormField, **options})


class HtmlAttribute(DeferredAttribute):
    """The HTML of an instance; what has none yet gets it now."""

    field: "HtmlField"

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        html = super().__get__(instance, owner)
        # An instance that loaddata makes is saved without pre_save(), and comes here instead.
        return self.field.render(instance) if instance is not None and html == "" else html

    def __set__(self, instance: models.Model, html: str) -> None:
        # Without this Python would look into the instance first, and never come here.
        instance.__dict__[self.field.attname] = html


class HtmlField(models.TextField):
    """The HTML of a Markdown field of the same model, rendered whenever a row is written and never when it is read.

    An update() passes it by, as it passes all pre_save() methods by; see rerender_html() in sync/load.py.
    """

    descriptor_class = HtmlAttribute

    def __init__(self, source: str, by_reader: bool = False, **options: Any) -> None:
        self.source = source
        self.by_reader = by_reader  # no matter of the database, and so of no migration
        super().__init__(**{"editable": False, "default": "", **options})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        return name, path, [self.source, *args], options

    def pre_save(self, instance: models.Model, add: bool) -> str:
        html = self.render(instance)
        setattr(instance, self.attname, html)
        return html

    def render(self, instance: models.Model) -> str:
        return (render_by_reader if self.by_reader else render)(getattr(instance, self.source))


def check_lines(value: object) -> None:
    """Raise ValidationError unless ``value`` is a list of lines of text."""
    if not isinstance(value, list) or not all(
        isinstance(line, str) and line == line.strip() and line.isprintable() and line for line in value
    ):
        raise ValidationError("Give a list of lines of text, none of them empty.")


class LinesFormField(forms.CharField):
    """A list of lines, typed one to a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override] # not a text, unlike other such fields
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class LinesField(models.JSONField):
    """A list of lines of text, in their order."""

    default_validators = [check_lines]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": list, "blank": True, **options})

    def formfield(self, **options: Any) -> forms.Field | None:
        # Not JSONField's own: nobody should have to write brackets.
        return models.Field.formfield(self, **{"form_class": LinesFormField, **options})
