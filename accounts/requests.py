"""What a request carries beyond Django's own, by what it has gone through, and a key that is read out of one.

The classes are types to read, and never made.
"""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class HtmxRequest(HttpRequest):
    """Any request: the middleware of django-htmx has said whether htmx asks."""

    htmx: HtmxDetails


class AuthedRequest(HtmxRequest):
    """The request of somebody who is signed in, as every view gets it that is not ``@login_not_required``."""

    user: User


def pk_from(text: str) -> int:
    """A primary key that a form or a query sent as text; 0, which no row has, for what is none or has no room."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
