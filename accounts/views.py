from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import DaysForm, NameForm


def account(request):
    """The account page: a name and days of one's own, and the way to everything allauth keeps.

    Each of its two forms says in ``form`` which one it is.
    """
    which = request.POST.get("form", "name") if request.method == "POST" else None
    name = NameForm(request.POST if which == "name" else None, instance=request.user)
    days = DaysForm(request.POST if which == "days" else None, instance=request.user)
    for form, said in ((name, _("Your name is saved.")), (days, _("Your days are saved."))):
        if form.is_bound and form.is_valid():
            form.save()
            messages.success(request, said)
            return redirect("account")
    return render(request, "accounts/account.html", {"form": name, "days": days})
