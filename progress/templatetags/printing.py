import re

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def shift_headings(html: str, levels: int = 1) -> SafeString:
    """The rendered HTML of a text, its headings so many levels deeper, for a page on which it is one of many."""
    return mark_safe(  # noqa: S308 - it was cleaned when it was written
        re.sub(r"(</?h)([3-6])\b", lambda match: f"{match[1]}{min(int(match[2]) + levels, 6)}", html)
    )
