from typing import Any

from django.http import HttpRequest

from stages.display_cookies import display_of


def display(request: HttpRequest) -> dict[str, Any]:
    """``display``: how this browser shows the pages, such as ``display.theme``."""
    return {"display": display_of(request)}
