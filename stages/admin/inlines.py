"""Rows below a form that stay fast however many there are.

The widget of an autocomplete field asks the database for the name of what it holds, in every row. So a row that is
there says what it leads to as text, and only a new one has a field to choose it with.
"""

from django import forms
from django.contrib import admin

from stages.admin.arranging import link_to


class Told(forms.Widget):
    """A value that is told and not asked for."""

    def render(self, name, value, attrs=None, renderer=None):
        return link_to(value)


class FixedTarget(forms.ModelForm):
    """The form of a row that leads somewhere; where to is chosen once. To lead elsewhere is another row."""

    target = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.target in self.fields:
            there = getattr(self.instance, self.target)
            label = self.fields[self.target].label
            self.fields[self.target] = forms.Field(widget=Told(), disabled=True, required=False, label=label)
            self.initial[self.target] = there


def fixed(target):
    return type("FixedTargetForm", (FixedTarget,), {"target": target})


class ReadOnlyInline(admin.TabularInline):
    """Rows to look at, each a link to its own form."""

    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False

    def has_add_permission(self, request, obj):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
