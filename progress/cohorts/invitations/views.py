"""Inviting people to a cohort by mail: the list, a look at it, and what became of it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthedRequest
from progress.cohorts.email_queue import waiting_text
from progress.cohorts.forms import posted_pk
from progress.cohorts.invitations import sender
from progress.cohorts.invitations.parser import MAX_BYTES, decode, parse
from progress.cohorts.invitations.sender import Delivery
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut
from progress.cohorts.permissions import get_unarchived_cohort_or_404, is_signed_in
from progress.transfer.forms import ListForm
from progress.transfer.views import has_token


class PeopleForm(ListForm):
    """A list of people, pasted or as a file. When valid, ``decoded`` is the list and ``parsed`` what is in it."""

    text = forms.CharField(
        label=gettext_lazy("Paste the addresses"),
        required=False,
        strip=False,  # a problem names a line, so that no line may get lost
        help_text=gettext_lazy("One a line, or with commas between them. Names may stand beside them."),
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "autocapitalize": "off",
                "placeholder": "ada@example.com\nGrace Hopper <grace@example.com>",
            }
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        help_text=gettext_lazy("CSV, as every spreadsheet saves it, up to 300 kB and 1,000 people."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"}),
    )

    largest = MAX_BYTES
    nothing = gettext_lazy("Paste some addresses, or choose a file with them.")

    def read(self, data: bytes) -> None:
        self.decoded = decode(data)
        self.parsed = parse(self.decoded)


# A look at a list writes nothing, so it needs no token, and what a form with an old token agrees to is shown again
# instead of being lost; see also progress/transfer/views.py.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a list of people; show what would become of it; and when the instructor agrees, invite them."""
    agreed = "agree" in request.POST
    if not is_signed_in(request):
        if text := request.POST.get("text"):
            # Kept in the page and nowhere else: anybody can send a list.
            return render(request, "cohorts/invitations/signed_out.html", {"text": text}, status=403)
        return redirect_to_login(request.path)
    cohort = get_unarchived_cohort_or_404(request, pk, lock=False)
    if request.method == "POST":
        form = PeopleForm(request.POST, request.FILES)
    else:
        return render(request, "cohorts/invitations/invite.html", {"cohort": cohort, "form": PeopleForm()})
    if not form.is_valid():
        return render(request, "cohorts/invitations/invite.html", {"cohort": cohort, "form": form}, status=422)
    if agreed:
        if has_token(request):
            return agree(request, cohort, form)
        messages.warning(request, _("That page was too old. Nobody was invited yet: look, and agree."))
    preview = sender.preview_invitations(cohort, form.parsed)
    return render(
        request,
        "cohorts/invitations/invite_preview.html",
        {"cohort": cohort, "preview": preview, "text": form.decoded},
    )


def agree(request: AuthedRequest, cohort: Cohort, form: PeopleForm) -> HttpResponse:
    created, preview = sender.invite(cohort, form.parsed, by=request.user)
    delivery = sender.deliver(cohort, created, by=request.user)
    said = ngettext("%(count)d person is invited.", "%(count)d people are invited.", len(created)) % {
        "count": len(created)
    }
    if left := len(preview.problems):
        said += " "
        said += ngettext("%(count)d line was left out.", "%(count)d lines were left out.", left) % {"count": left}
    messages.success(request, said if created else _("Nobody new was in this list, so nothing has changed."))
    report_delivery(request, delivery, len(created))
    return redirect("cohort_people", cohort.pk)


def report_delivery(request: HttpRequest, delivery: Delivery, asked: int) -> None:
    """Say which mails went out, and why the others did not."""
    if asked and delivery.sent == asked:
        said = ngettext("The mail is sent.", "All %(count)d mails are sent.", asked)
        messages.success(request, said % {"count": asked})
        return
    if delivery.sent:
        said = ngettext("%(count)d mail is sent.", "%(count)d mails are sent.", delivery.sent)
        messages.success(request, said % {"count": delivery.sent})
    if delivery.waiting:
        messages.info(request, waiting_text(delivery.waiting))
    if delivery.failed:
        said = ngettext(
            "The mail server did not take %(count)d mail. The list below says why.",
            "The mail server did not take %(count)d mails. The list below says why.",
            delivery.failed,
        )
        messages.error(request, said % {"count": delivery.failed})
    if delivery.suppressed:
        said = ngettext(
            "%(count)d address takes no more invitations at the moment.",
            "%(count)d addresses take no more invitations at the moment.",
            delivery.suppressed,
        )
        messages.warning(request, said % {"count": delivery.suppressed})
    if delivery.stopped:
        left = asked - delivery.sent - delivery.waiting - delivery.failed - delivery.suppressed
        said = ngettext("%(count)d mail is not sent yet.", "%(count)d mails are not sent yet.", left)
        messages.warning(request, " ".join([said % {"count": left}, delivery.stopped]))


@require_POST
def send_invitations(request: AuthedRequest, pk: int) -> HttpResponse:
    """Send what was not sent, and remind whoever has not answered for some days. Pressed twice, it sends once."""
    cohort = get_unarchived_cohort_or_404(request, pk, lock=False)
    invitations = sender.due_invitations(cohort.invitations.pending().order_by("pk"))
    opted_out = EmailOptOut.objects.opted_out([invitation.email for invitation in invitations], EmailKind.INVITATION)
    invitations = [invitation for invitation in invitations if invitation.email not in opted_out]
    delivery = sender.deliver(cohort, invitations, by=request.user)
    if invitations:
        report_delivery(request, delivery, len(invitations))
    else:
        messages.info(request, _("There is nothing to send at the moment."))
    return redirect("cohort_people", pk)


@require_POST
def withdraw_invitations(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take one invitation back, or ``all`` that nobody has answered. Their links lead nowhere from then on."""
    cohort = get_unarchived_cohort_or_404(request, pk, lock=False)
    invitations = cohort.invitations.pending()
    if request.POST.get("invitation") != "all":
        invitations = invitations.filter(pk=posted_pk(request, "invitation"))
    count = invitations.delete()[0]
    if count:
        said = ngettext("%(count)d invitation is withdrawn.", "%(count)d invitations are withdrawn.", count)
        messages.success(request, said % {"count": count})
    return redirect("cohort_people", pk)
