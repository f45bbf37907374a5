"""Telling the maintainers about a problem with a topic or a link."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.models import User
from accounts.requests import pk_from
from progress.annotations.forms import ReportForm
from progress.models import Report
from stages.models import Resource, Topic

LIMIT = 10  # reports an hour, by one account or from one address


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Anyone may report; ``?link=`` chooses the resource that it is about."""
    topic = get_object_or_404(Topic.objects.published(), slug=slug)
    links = Resource.objects.published().filter(topics=topic).order_by("links__position", "links__pk")
    initial: dict[str, Any] = {}
    link = request.GET.get("link", "")
    if (pk := pk_from(link)) and links.filter(pk=pk).exists():
        initial = {"resource": link, "kind": Report.Kind.LINK}
    form = ReportForm(request.POST or None, links=links, initial=initial)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            if form.is_spam or rate_limits.consume(rate_limits.client_key(request), "report", LIMIT):
                if not form.is_spam:
                    save_once(form.instance, topic, request.user)
                messages.success(request, _("Thank you. A maintainer will look at it."))
                return redirect(topic)
            form.add_error(None, _("That is a lot for an hour. Keep the text, and send it a little later."))
            status = 429
    return render(request, "progress/annotations/report.html", {"topic": topic, "form": form}, status=status)


def save_once(report: Report, topic: Topic, user: User | AnonymousUser) -> None:
    """Save a report, unless the same one waits already: a form may be sent twice."""
    report.topic, report.user = topic, user if user.is_authenticated else None
    same_report = {name: getattr(report, name) for name in ("topic", "resource", "user", "kind", "text")}
    with transaction.atomic():
        # Of two at once, one waits here and finds the other. Ticks of the topic need not wait.
        Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        if not Report.objects.open().filter(**same_report).exists():
            report.save()
