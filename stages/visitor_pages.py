"""Pages of visitors who bring nothing: the same for all of them, so that every cache on the way may keep them.

They set no cookie and hold no token. A visitor's first tick is judged by where it comes from (VisitorFormsMiddleware).
"""

import hashlib
from functools import cached_property

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from stages.display_cookies import DISPLAY

# A browser asks each time, and mostly hears that it has the page; a shared cache answers for half a minute by itself.
SHARED = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"


def brings_nothing(request: HttpRequest) -> bool:
    """Whether a request has neither a session nor a token, so that there is nothing yet to protect."""
    return {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}.isdisjoint(request.COOKIES)


def is_like_all_others(request: HttpRequest) -> bool:
    """Whether this visitor gets what every other one gets who asks for the same address."""
    return brings_nothing(request) and {"messages", *DISPLAY}.isdisjoint(request.COOKIES)


class VisitorPage:
    """A page as every visitor gets it."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        # Weak, for it names what the page says, however it is compressed on the way.
        self.etag = f'W/"{hashlib.sha256(text).hexdigest()[:20]}"'

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        """The page, or a 304 for whoever has it."""
        response = HttpResponse(self.text, headers={"ETag": self.etag, "Cache-Control": SHARED})
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        response.visitor_page = self  # type: ignore[attr-defined]
        return get_conditional_response(request, etag=self.etag, response=response) or response

    @cached_property
    def compressed(self) -> bytes:
        """With Brotli. What is sent to many is worth more time, once, and goes when the page goes."""
        compressed: bytes = brotli.compress(self.text, quality=6)
        return compressed
