from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import DaysForm, DeleteForm, NameForm
from accounts.requests import AuthedRequest


def account(request: AuthedRequest) -> HttpResponse:
    """The account page: a name and days of one's own, and the way to everything allauth keeps.

    Each of its two forms says in ``form`` which one it is.
    """
    posted = request.POST.get("form", "name") if request.method == "POST" else None
    name_form = NameForm(request.POST if posted == "name" else None, instance=request.user)
    days_form = DaysForm(request.POST if posted == "days" else None, instance=request.user)
    for form, message in ((name_form, _("Your name is saved.")), (days_form, _("Your days are saved."))):
        if form.is_bound and form.is_valid():
            form.save()
            messages.success(request, message)
            return redirect("account")
    return render(request, "accounts/account.html", {"name_form": name_form, "days_form": days_form})


@rate_limit(action="reauthenticate")
@reauthentication_required(allow_get=True, enabled=lambda request: not request.user.has_usable_password())
def delete(request: AuthedRequest) -> HttpResponse:
    """Delete the reader's own account: asks once, explains, and wants the password."""
    form = DeleteForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        request.user.erase()
        logout(request)
        messages.success(request, _("Your account is deleted, with everything that was in it. Farewell."))
        return redirect("roadmap")
    return render(request, "accounts/delete.html", {"form": form})
