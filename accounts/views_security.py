from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.forms import DeviceMailForm
from accounts.requests import AuthedRequest, pk_from
from accounts.sessions import end_sessions, open_sessions
from accounts.timezones import parse_zone

LOGINS = 10  # how many recent ones are shown


def security(request: AuthedRequest) -> HttpResponse:
    """Where the reader is signed in and was lately, and the ways to what else guards the account.

    Its form says whether a log-in on a new device is worth a mail.
    """
    form = DeviceMailForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("security")
    context: dict[str, Any] = {
        "sessions": open_sessions(request.user, request.session.session_key),
        "logins": request.user.login_records.all()[:LOGINS],
        "form": form,
        "has_oidc": bool(settings.OIDC_SERVER),
        "zone": parse_zone(request),
    }
    return render(request, "accounts/security.html", context)


@require_POST
def end_session(request: AuthedRequest) -> HttpResponse:
    """Sign the reader out on one device, whose number is in ``session``, or on all but this one.

    A session of somebody else, or one that has ended, is none of theirs: nothing happens, and they are told so.
    """
    chosen = request.POST.get("session", "")
    pk = None if chosen == "others" else pk_from(chosen)
    ended = end_sessions(request.user, but=request.session.session_key, pk=pk)
    if ended:
        message = ngettext("You are signed out on %d device.", "You are signed out on %d devices.", ended) % ended
        messages.success(request, message)
    else:
        messages.info(request, _("There was nothing to sign out of."))
    return redirect("security")
