"""An instructor writes to some learners: those stuck on a topic, the quiet ones, or whoever is picked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import AuthedRequest
from progress.cohorts.email_queue import Counts, start, waiting_text
from progress.cohorts.forms import choice_field, posted_pk
from progress.cohorts.models import Cohort, Message, QueuedEmail
from progress.cohorts.models.queued_email import email_counts
from progress.cohorts.notifications.messages import WEEKLY_LIMIT, message_context, send_message, split_recipients
from progress.cohorts.permissions import get_cohort_for_edit
from progress.cohorts.reports.gradebook import FILTERS
from progress.cohorts.reports.roster import load_roster
from progress.cohorts.reports.views import filter_by_group
from progress.models import Status, new_token

LISTED_MESSAGES = 10  # earlier messages that are listed


class PeopleField(forms.ModelMultipleChoiceField):
    def clean(self, value: Any) -> Any:
        if any(len(str(pk)) > 18 for pk in value or ()):  # more than a database has room for, which it says loudly
            raise ValidationError(self.error_messages["invalid_choice"])
        return super().clean(value)


class MessageForm(forms.ModelForm):
    people = PeopleField(
        User.objects.none(),
        label=gettext_lazy("To"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one learner."),
            "invalid_choice": gettext_lazy("Somebody has left the cohort since. Nothing was sent: look at it again."),
        },
    )
    form_key = forms.CharField(widget=forms.HiddenInput, initial=new_token, max_length=22)

    class Meta:
        model = Message
        fields = ["subject", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}
        labels = {"subject": gettext_lazy("Subject"), "text": gettext_lazy("Message")}
        help_texts = {"text": gettext_lazy("It begins with “Hello” and their name, and ends with yours.")}

    field_order = ["people", "subject", "text", "form_key"]

    def __init__(self, *args: Any, cohort: Cohort, **options: Any) -> None:
        super().__init__(*args, **options)
        learners = User.objects.filter(enrolments__in=cohort.enrolments.current(), is_active=True)
        choice_field(self, "people").queryset = learners.order_by("name", "email")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write_message(request: AuthedRequest, pk: int) -> HttpResponse:
    """Write, look at it, send it. What is sent is what was looked at."""
    cohort = get_cohort_for_edit(request, pk, lock=False)
    form = MessageForm(
        request.POST if request.method == "POST" else None,
        cohort=cohort,
        initial=None if request.method == "POST" else initial_data(request, cohort),
    )
    context = {"cohort": cohort, "form": form, "weekly_limit": WEEKLY_LIMIT}
    if request.method == "POST" and form.is_valid():
        if "send" in request.POST:
            return send_and_redirect(request, cohort, form)
        context |= preview_context(request, cohort, form)
    context["earlier"] = earlier_messages(cohort)
    return render(request, "cohorts/notifications/write_message.html", context, status=400 if form.errors else 200)


def earlier_messages(cohort: Cohort) -> QuerySet[Message]:
    """The newest messages, each with its ``mails``, ``sent``, ``waiting`` and ``failed``. Two queries.

    Of a message that is older than what the queue remembers there are no ``mails``.
    """
    with_people = cohort.messages.select_related("sender").prefetch_related("recipients")
    return with_people.annotate(mails=Count("queued_emails"), **email_counts("queued_emails__"))[:LISTED_MESSAGES]


def initial_data(request: AuthedRequest, cohort: Cohort) -> dict[str, Any]:
    """What the form begins with: ``?topic=`` names those who are on it, ``?show=`` a filter of the gradebook, with or
    without a ``?group=``, and ``?learner=`` one alone.
    """
    roster = load_roster(cohort)
    if slug := request.GET.get("topic"):
        topic = next((topic for topic in roster.curriculum.topics if topic.slug == slug), None)
        people = [learner.pk for learner in roster.learners if topic and learner.status_of(topic) == Status.LEARNING]
        return {"people": people, "subject": topic.title if topic else ""}
    if learner_pk := request.GET.get("learner"):
        return {"people": [learner.pk for learner in roster.learners if str(learner.pk) == learner_pk]}
    if (show := request.GET.get("show")) in FILTERS:
        _group, roster = filter_by_group(request, roster)
        return {"people": [learner.pk for learner in roster.learners if FILTERS[show](learner)]}
    return {}


def preview_context(request: AuthedRequest, cohort: Cohort, form: MessageForm) -> dict[str, Any]:
    """The mail as the first of its readers gets it, and whom it reaches."""
    recipients = split_recipients(cohort, form.cleaned_data["people"])
    message = Message(cohort=cohort, sender=request.user, subject=form.instance.subject, text=form.instance.text)
    first_reader = recipients.reached[0] if recipients.reached else request.user
    return {
        "recipients": recipients,
        "preview": render_to_string(
            "cohorts/notifications/email/message_body.txt", message_context(message, first_reader)
        ),
    }


def send_and_redirect(request: AuthedRequest, cohort: Cohort, form: MessageForm) -> HttpResponse:
    data = form.cleaned_data
    message, emails = send_message(
        cohort, request.user, data["people"], data["subject"], data["text"], data["form_key"]
    )
    if message is None:
        messages.info(request, _("This message was sent before, so it was not sent again."))
        return redirect("cohort", cohort.pk)
    report_counts(request, start(emails))
    failed = QueuedEmail.objects.filter(message=message, state=QueuedEmail.State.FAILED).select_related("user")
    if failed:
        names = ", ".join(str(email.user) for email in failed)
        messages.error(request, _("The mail server did not take the mail to: %(names)s.") % {"names": names})
    return redirect("cohort", cohort.pk)


@require_POST
def send_message_again(request: AuthedRequest, pk: int) -> HttpResponse:
    """Send the mails of a message that failed or still wait. What was sent is not sent again."""
    cohort = get_cohort_for_edit(request, pk, lock=False)
    message = get_object_or_404(cohort.messages, pk=posted_pk(request, "message"))
    emails = QueuedEmail.objects.filter(message=message).exclude(state=QueuedEmail.State.SENT)
    pks = [email.pk for email in emails]
    emails.send_again()
    report_counts(request, start(QueuedEmail.objects.filter(pk__in=pks)))
    return redirect("write_message", cohort.pk)


def report_counts(request: AuthedRequest, counts: Counts) -> None:
    """Say how many learners the mail has gone to, and how many wait for it."""
    if counts.sent or not counts.waiting:
        text = ngettext("Sent to %(number)d learner.", "Sent to %(number)d learners.", counts.sent)
        messages.success(request, text % {"number": counts.sent})
    if counts.waiting:
        messages.info(request, waiting_text(counts.waiting))
