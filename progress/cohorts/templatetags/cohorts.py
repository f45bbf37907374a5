from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from progress.cohorts import words

register = template.Library()


@register.filter
def days(number):
    """A number of days in words: ``{{ pace.days|days }}``."""
    return words.days(number)


@register.simple_tag(takes_context=True)
def sortable(context, key, title, sort):
    """The head of a column that sorts by ``key``; pressed again, the other way round."""
    is_sorted = sort.removeprefix("-") == key
    query = context["request"].GET.copy() or QueryDict(mutable=True)
    query.pop("page", None)
    query["sort"] = f"-{key}" if sort == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(sort)
    attribute = format_html(' aria-sort="{}"', order) if is_sorted else mark_safe("")
    return format_html('<th scope="col"{}><a href="?{}">{}</a></th>', attribute, query.urlencode(), title)
