from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stages.search.forms import SearchForm
from stages.search.results import SearchResults, find, palette_options, visible_pages

RESULTS_PER_KIND = 30  # of each kind, on a page of search results
OPTIONS_PER_KIND = 6  # of each kind, in the palette


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that has the words asked for, each topic with its box to tick."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    results, spelling = find(text, request.user, RESULTS_PER_KIND)
    context = {"form": form, "text": text, "results": results, "spelling": spelling, "limit": RESULTS_PER_KIND}
    return render(request, "stages/search/search.html", context)


@login_not_required
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The best of each kind, as the palette lists them while someone types; without words, the pages."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    if text:
        results, spelling = find(text, request.user, OPTIONS_PER_KIND)
        groups = palette_options(results, OPTIONS_PER_KIND)
    else:
        results, spelling = None, None
        groups = palette_options(SearchResults("", pages=visible_pages(request.user)), None)
    context = {
        "text": text,
        "results": results,
        "spelling": spelling,
        "groups": groups,
        "count": sum(len(lines) for _, lines in groups),
    }
    return render(request, "stages/search/palette.html", context)
