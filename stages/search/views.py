from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stages.search.forms import SearchForm
from stages.search.results import SearchResults, find, pages_for, palette_options

RESULTS = 30  # of each kind, on a page of search results
OPTIONS = 6  # of each kind, in the palette


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that has the words asked for, each topic with its box to tick."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found, spelling = find(text, request.user, RESULTS)
    context = {"form": form, "text": text, "found": found, "spelling": spelling, "limit": RESULTS}
    return render(request, "stages/search/search.html", context)


@login_not_required
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The best of each kind, as the palette lists them while someone types; without words, the pages."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    if text:
        found, spelling = find(text, request.user, OPTIONS)
        groups = palette_options(found, OPTIONS)
    else:
        found, spelling = None, None
        groups = palette_options(SearchResults("", pages=pages_for(request.user)), None)
    context = {
        "text": text,
        "found": found,
        "spelling": spelling,
        "groups": groups,
        "count": sum(len(lines) for _, lines in groups),
    }
    return render(request, "stages/search/palette.html", context)
