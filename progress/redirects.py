"""Where a reader is led after an action."""

from django.http import HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import HtmxRequest


def redirect_back(request: HtmxRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, whether a form was sent by the browser or by htmx."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
