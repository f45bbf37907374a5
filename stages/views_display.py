"""How a browser shows the pages: theme, times and single keys, kept in cookies that the server reads."""

from urllib.parse import quote

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from stages.display_cookies import DISPLAY, set_for_a_year
from stages.safe_redirect import safe_next_url


@login_not_required
@require_safe
def shortcuts(request: HttpRequest) -> HttpResponse:
    """The list of keys, and the switch that turns single ones off."""
    return render(request, "stages/shortcuts.html")


@login_not_required
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """State how this browser shows the pages: any of DISPLAY. ``at`` in the query is the place to return to."""
    wanted = {name: request.POST[name] for name in DISPLAY if name in request.POST}
    if not wanted or any(value not in DISPLAY[name] for name, value in wanted.items()):
        return HttpResponseBadRequest(
            f"Say one of {'; '.join(f'{name}: {", ".join(values)}' for name, values in DISPLAY.items())}.",
            content_type="text/plain",
        )
    place = f"#{quote(request.GET['at'])}" if "at" in request.GET else ""
    response = HttpResponseRedirect(f"{safe_next_url(request)}{place}")
    for name, value in wanted.items():
        set_for_a_year(response, name, value)
    return response
