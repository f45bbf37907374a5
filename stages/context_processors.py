from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from stages.content import current_site_settings
from stages.display_cookies import display_of


def display(request: HttpRequest) -> dict[str, Any]:
    """``display``: how this browser shows the pages, such as ``display.theme``."""
    return {"display": display_of(request)}


def site_settings(request: HttpRequest) -> dict[str, Any]:
    """``site_settings``: what the site calls itself, such as ``site_settings.name``."""
    return {"site_settings": SimpleLazyObject(current_site_settings)}
