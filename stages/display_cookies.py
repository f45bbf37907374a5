from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse


def set_for_a_year(response: HttpResponse, name: str, value: str) -> None:
    """Let a browser remember how it shows the pages. Only the server reads it."""
    response.set_cookie(
        name,
        value,
        max_age=timedelta(days=365),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
