"""Export of a person's data, and import of check-lists."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rate_limits
from accounts.requests import AuthedRequest
from accounts.timezones import parse_zone
from progress.hooks import export_sections
from progress.reader_progress import ReaderProgress
from progress.transfer import export, importer
from progress.transfer.forms import ImportForm
from progress.transfer.import_preview import Decision, preview_import, redecide
from progress.transfer.personal_data import export_personal_data
from progress.transfer.views_export import download, link_to_topics
from stages.content import outline_of_stages
from stages.models import Track

IMPORTS_PER_HOUR = 60  # that may be looked at in an hour, by one account or from one address
TOO_MANY = gettext_lazy("That is a lot for an hour. Keep your list, and send it a little later.")
SESSION_KEY = "import"  # what somebody agreed to after their log-in had expired


@require_safe
def data(request: AuthedRequest) -> HttpResponse:
    """Your data: everything to take along, and a check-list to bring."""
    tracks = Track.objects.published().filter(follows_stages=False)
    return render(
        request,
        "progress/transfer/transfer.html",
        {"form": ImportForm(), "tracks": tracks, "sections": export_sections},
    )


@require_safe
@never_cache
def data_as_json(request: AuthedRequest) -> HttpResponse:
    """Everything the site holds about the reader, in one file."""
    response = JsonResponse(export_personal_data(request.user), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="waymark.json"'
    return response


@require_safe
@never_cache
def progress_as_csv(request: AuthedRequest) -> HttpResponse:
    text = export.progress_rows(request.user, outline_of_stages(), link_to_topics(request), parse_zone(request))
    return download(text, "waymark-progress.csv", "text/csv; charset=utf-8")


# A look at a list changes nothing, so it needs no token, and what a form with an old token agrees to is shown again
# instead of being lost. agree() asks for the token itself.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Shows what a check-list would change, and after that, when the learner agrees, changes it."""
    if request.method != "POST":
        pending = request.session.get(SESSION_KEY)
        if pending:
            return preview_again(request, pending["take"], pending["unticked"], pending["untick"])
        return redirect("data")
    if "agree" in request.POST:
        return agree(request)
    if not rate_limits.consume(rate_limits.client_key(request), "import", IMPORTS_PER_HOUR):
        messages.warning(request, TOO_MANY)
        form = ImportForm(initial={"text": request.POST.get("text", "")})
        return render(request, "progress/transfer/import_preview.html", {"form": form}, status=429)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "progress/transfer/import_preview.html", {"form": form})
    matcher = importer.load_matcher(request.get_host())
    preview = preview_import(form.items, matcher.matches(form.items), matcher.titles, status_by_slug(request))
    return render(request, "progress/transfer/import_preview.html", {"preview": preview})


def agree(request: HttpRequest) -> HttpResponse:
    """Do what the form says, and only that: each decision is one of its fields, so that no other page is needed."""
    slugs = {topic.slug for topic in outline_of_stages().topics}
    take = Decision.read(request.POST.getlist("take"), slugs)
    unticked = Decision.read(request.POST.getlist("unticked"), slugs)
    untick = "untick" in request.POST
    if not request.user.is_authenticated:
        if not has_token(request):
            # Maybe another site sent it. To write a session would put a new one in the place of the reader's own,
            # which a browser does not send along from there, and with it would go their log-in or all their ticks.
            messages.warning(request, _("That page was too old. Nothing was changed yet: look, and agree."))
            return preview_again(request, map(str, take), map(str, unticked), untick)
        if not rate_limits.consume(rate_limits.client_key(request), "import", IMPORTS_PER_HOUR):
            messages.warning(request, TOO_MANY)
            return preview_again(request, map(str, take), map(str, unticked), untick)
        request.session[SESSION_KEY] = {
            "take": list(map(str, take)),
            "unticked": list(map(str, unticked)),
            "untick": untick,
        }
        messages.info(request, _("Sign in, and your list is here again. Nothing was changed yet."))
        return redirect_to_login(reverse("import_list"))
    if request.POST.get("reader") != str(request.user.pk) or not has_token(request):
        messages.warning(
            request,
            _("You have signed in as %(user)s since you opened that page. Nothing was changed yet: look, and agree.")
            % {"user": request.user},
        )
        return preview_again(request, map(str, take), map(str, unticked), untick)
    advanced, lowered = importer.apply_import(request.user, take, unticked if untick else [])
    request.session.pop(SESSION_KEY, None)
    texts = []
    if advanced:
        texts.append(
            ngettext("%(count)d topic recorded from your list.", "%(count)d topics recorded from your list.", advanced)
            % {"count": advanced}
        )
    if lowered:
        texts.append(ngettext("%(count)d tick taken off.", "%(count)d ticks taken off.", lowered) % {"count": lowered})
    messages.success(request, " ".join(texts) or _("Nothing has changed: you were as far already."))
    return redirect("me")


def preview_again(request: HttpRequest, take: Iterable[str], unticked: Iterable[str], untick: bool) -> HttpResponse:
    """The preview of what was agreed to before, from the values of the form alone."""
    titles = {topic.slug: topic.title for topic in outline_of_stages().topics}
    decisions = Decision.read(take, titles)
    preview = redecide(decisions, Decision.read(unticked, titles), titles, status_by_slug(request))
    return render(
        request, "progress/transfer/import_preview.html", {"preview": preview, "again": True, "untick": untick}
    )


def status_by_slug(request: HttpRequest) -> dict[str, str]:
    progress = ReaderProgress.for_request(request)
    topics = outline_of_stages().topics
    return {topic.slug: progress.status_of(topic.pk) for topic in topics}


def has_token(request: HttpRequest) -> bool:
    """Whether a request that csrf_exempt let pass has the token all the same."""

    def view(request: HttpRequest) -> HttpResponse:
        """Any that csrf_exempt does not let pass. It is not called."""
        return HttpResponse()

    return CsrfViewMiddleware(view).process_view(request, view, (), {}) is None
