"""What a request carries beyond Django's own, by what it has gone through. These are types to read, and never made."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class HtmxRequest(HttpRequest):
    """Any request: the middleware of django-htmx has said whether htmx asks."""

    htmx: HtmxDetails


class AuthedRequest(HtmxRequest):
    """The request of somebody who is signed in, as every view gets it that is not ``@login_not_required``."""

    user: User
