from django.template import Library

from roadmap_site.request_log import current

register = Library()


@register.simple_tag
def request_id() -> str:
    """Which request this page answers; for a page that is made without a context, as that of a failure is."""
    return current.get()
