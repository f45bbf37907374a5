"""Pages that the browser fetches before they are asked for: speculation rules, by header.

The next topic is made ready when the pointer comes near its link, so a press shows it at once. A page that was made
ready is as old as that moment. So whatever changes something also tells the browser to forget such pages, and rules
are sent only to browsers that do: those of Chromium 138 and later, which say so to secure sites alone.
"""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Which links, as the browser is told. Pages to read are listed, so that one that does something else is never fetched.
RULES: dict[str, Any] = {
    "prerender": [
        {
            "where": {"selector_matches": ".pager a[rel=next], .continue-button a"},
            "eagerness": "eager",
        }
    ],
    "prefetch": [
        {
            "where": {
                "and": [
                    {
                        "href_matches": [
                            *["/", "/stages/:slug/", "/topics/:slug/", "/tracks/", "/tracks/:slug/"],
                            *["/sources/", "/sources/:key/"],
                        ]
                    },
                    {"not": {"href_matches": "/*\\?*view=*"}},  # the site remembers which layout was asked for last
                    {"not": {"selector_matches": ".more, [data-map] a"}},  # a menu, and what opens beside the map
                ]
            },
            "eagerness": "moderate",
        }
    ],
}
CHROMIUM = re.compile(r'"Chromium";v="(\d+)"')
FORGETS_SINCE = 138


@login_not_required
@require_safe
@cache_control(public=True, max_age=60 * 60)
def rules(request: HttpRequest) -> JsonResponse:
    """The rules that the header of a page names."""
    return JsonResponse(RULES, content_type="application/speculationrules+json")


class SpeculationMiddleware:
    """Names the rules in the header of pages, and has what was fetched by them forgotten when something changes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        chromium = CHROMIUM.search(request.headers.get("Sec-CH-UA", ""))
        forgets = chromium is not None and int(chromium[1]) >= FORGETS_SINCE
        if request.method == "POST":
            if forgets:
                more = response.headers.get("Clear-Site-Data")
                fetched = '"prefetchCache", "prerenderCache"'
                response.headers["Clear-Site-Data"] = f"{more}, {fetched}" if more else fetched
        elif is_page(response) and not is_admin(request):
            patch_vary_headers(response, ["Sec-CH-UA"])  # a shared cache must not give the rules to another browser
            if forgets:
                response.headers["Speculation-Rules"] = f'"{reverse("speculation_rules")}"'
        return response


def is_page(response: HttpResponseBase) -> bool:
    """Whether it is one, or says that the browser has the one that it asks for."""
    return response.status_code == 304 or response.headers.get("Content-Type", "").startswith("text/html")


def is_admin(request: HttpRequest) -> bool:
    return bool(request.resolver_match and request.resolver_match.app_name == "admin")
