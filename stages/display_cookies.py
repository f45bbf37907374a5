from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# How a browser shows the pages, and the cookies that say so; the first of each is what holds without one.
DISPLAY = {
    "minutes": ("shown", "hidden"),  # the time that topics take
    "theme": ("system", "light", "dark"),
    "keys": ("on", "off"),  # shortcuts of a single key
}


def display_of(request: HttpRequest) -> dict[str, str]:
    """How this browser shows the pages, by the names of DISPLAY; a cookie that says anything else says nothing."""
    said = {name: request.COOKIES.get(name, "") for name in DISPLAY}
    return {name: said[name] if said[name] in values else values[0] for name, values in DISPLAY.items()}


def set_for_a_year(response: HttpResponseBase, name: str, value: str) -> None:
    """Let a browser remember how it shows the pages. Only the server reads it."""
    response.set_cookie(
        name,
        value,
        max_age=timedelta(days=365),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
