"""Who wants which mail: the switches of an account, and the unsubscribe page that every mail links to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthedRequest
from progress.cohorts.email import parse_unsubscribe_token
from progress.cohorts.models import EmailKind, EmailOptOut, hash_of
from progress.decorators import unlisted


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: AuthedRequest) -> HttpResponse:
    """The kinds of mail that the reader wants, each with a switch."""
    address = hash_of(request.user.email)
    if request.method == "POST":
        wanted = request.POST.getlist("wanted")
        for kind in EmailKind:
            EmailOptOut.objects.set_opted_out(address, kind, opted_out=kind not in wanted)
        messages.success(request, _("Saved."))
        return redirect("mail_choices")
    opted_out = set(EmailOptOut.objects.filter(address=address).values_list("kind", flat=True))
    return render(
        request,
        "cohorts/notifications/preferences.html",
        {"kinds": [(kind, kind not in opted_out) for kind in EmailKind]},
    )


@csrf_exempt  # mail programs post here by themselves; the signed token says who asks and for what
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End a kind of mail for an address, or with ``wanted`` take that back. Looking at the page changes nothing,
    because programs that check mail for viruses open every link in it.
    """
    try:
        address, kind = parse_unsubscribe_token(token)
    except (BadSignature, ValueError) as error:
        raise Http404 from error
    if request.method == "POST":
        EmailOptOut.objects.set_opted_out(address, kind, opted_out="wanted" not in request.POST)
    is_opted_out = EmailOptOut.objects.filter(address=address, kind=kind).exists()
    return render(request, "cohorts/notifications/unsubscribe.html", {"kind": kind, "is_opted_out": is_opted_out})
