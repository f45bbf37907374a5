"""The calendar of a person behind a private address, and the page where they make, renew and end that address."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthedRequest
from accounts.timezones import parse_zone
from progress.cohorts.models import CalendarFeed
from progress.cohorts.notifications.ical import calendar_entries, to_ical
from progress.decorators import unlisted
from progress.models import new_token
from stages.content import current_site_settings

SHOWN_ENTRIES = 5  # dates that the page shows


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def calendar(request: AuthedRequest) -> HttpResponse:
    """One's calendar: its address, and what is in it next. Posting makes the address, if there is none yet."""
    if request.method == "POST":
        CalendarFeed.objects.get_or_create(user=request.user)
        return redirect("calendar")
    feed = CalendarFeed.objects.filter(user=request.user).first()
    feed_url = feed and request.build_absolute_uri(reverse("calendar_feed", args=[feed.token]))
    today = timezone.localdate(timezone=parse_zone(request))
    upcoming = [entry for entry in calendar_entries(request.user) if entry.day >= today]
    context = {
        "feed": feed,
        "feed_url": feed_url,
        "webcal_url": feed_url and f"webcal:{feed_url.partition(':')[2]}",
        "upcoming": upcoming[:SHOWN_ENTRIES],
        "more": len(upcoming[SHOWN_ENTRIES:]),
        "today": today,
    }
    return render(request, "cohorts/notifications/calendar.html", context)


@require_POST
def renew_calendar(request: AuthedRequest) -> HttpResponse:
    """Replace the address ``token``, which then leads nowhere. A form of an older one changes nothing."""
    feed = CalendarFeed.objects.filter(user=request.user, token=request.POST.get("token", ""))
    if feed.update(token=new_token()):
        messages.success(request, _("Your calendar has a new address. The old one leads nowhere now."))
    return redirect("calendar")


@require_POST
def end_calendar(request: AuthedRequest) -> HttpResponse:
    """Take the address ``token`` away. A form of an older one changes nothing, for that one is gone already."""
    deleted, _by_model = CalendarFeed.objects.filter(user=request.user, token=request.POST.get("token", "")).delete()
    if deleted:
        messages.success(request, _("Your calendar is off. Its address leads nowhere now."))
    return redirect("calendar")


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
@unlisted
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar as programs fetch it; sent again only when a date in it has changed."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("user"), token=token, user__is_active=True)
    entries = calendar_entries(feed.user)
    # Of the entries and not of the file, which says when it was made: so it is weak.
    etag = f'W/"{sha256(repr(entries).encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        content = to_ical(entries, feed.user_id, timezone.now(), current_site_settings().name)
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="waymark.ics"'
    response.headers["ETag"] = etag
    return response
