"""What the weekly mails need."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.cohorts.email import absolute_url

register = template.Library()


@register.filter
def some(things: Sequence[Any], number: int = 5) -> str:
    """The first of some topics or names and how many more there are: "Maps, Routes and 3 more"."""
    names: list[str] = [thing if isinstance(thing, str) else thing.title for thing in things[:number]]
    if more := len(things[number:]):
        names.append(ngettext("%(number)d more", "%(number)d more", more) % {"number": more})
    return get_text_list(names, _("and"))


@register.filter
def in_full(path: str) -> str:
    """The address of a page of this site as a mail must name it."""
    return absolute_url(path)
