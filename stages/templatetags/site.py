from django import template

from stages.content import current_site_settings
from stages.models import SiteSettings

register = template.Library()


@register.simple_tag
def site_settings() -> SiteSettings:
    """What the site calls itself, for what is rendered without a request, as mail is."""
    return current_site_settings()
