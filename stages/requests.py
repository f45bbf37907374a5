"""Who asks, and how. These are types to read, and never made."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.auth.models import _AnyUser, _User

# This app need not know which model keeps people; the type checker looks it up in AUTH_USER_MODEL.
type User = _User
type AnyUser = _AnyUser  # a User or a visitor


class HtmxRequest(HttpRequest):
    """Any request: the middleware of django-htmx has said whether htmx asks."""

    htmx: HtmxDetails


class AuthedRequest(HtmxRequest):
    """The request of somebody who is signed in, as all are in the admin."""

    user: User
