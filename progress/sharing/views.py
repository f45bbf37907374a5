"""A learner's public page, with its card and badge, and the page where they turn it on and off."""

from hashlib import sha256

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import AuthedRequest
from accounts.timezones import browser_zone, user_zone
from progress import activity
from progress.decorators import unlisted
from progress.models import Share, Status
from progress.reader_progress import ReaderProgress
from progress.sharing import share_cards
from stages.content import current_site_settings, outline_of_stages
from stages.models import Topic
from stages.outline import Outline

FRESH_FOR = 5 * 60  # seconds that others may keep a picture: as long as a revoked one may be seen at most

LETTER_WIDTH = 7.3  # of a name on the badge, in its usual font


# --- Turning it on and off ------------------------------------------------------------------------


class ShareForm(forms.ModelForm):
    class Meta:
        model = Share
        fields = ["show_progress", "show_calendar", "show_projects"]


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def share(request: AuthedRequest) -> HttpResponse:
    """Turn one's public page on, and say what is on it."""
    share = Share.objects.select_related("user").filter(user=request.user).first()
    form = ShareForm(request.POST or None, instance=share)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("token") and (not share or share.token != request.POST["token"]):
            # An old tab must not turn on again what another one turned off.
            messages.warning(request, _("Your page was changed elsewhere meanwhile. Nothing was saved."))
        else:
            zone = browser_zone(request) or (share.time_zone if share else "")
            Share.objects.update_or_create(user=request.user, defaults=form.cleaned_data | {"time_zone": zone})
            messages.success(request, _("Saved.") if share else _("Your page is public now."))
        return redirect("share")
    context = {
        "form": form,
        "share": share,
        "name": public_name(request.user),
        "name_is_drawn": share_cards.can_draw(public_name(request.user)),
        "certificates": request.user.certificates.select_related("user"),
    }
    if share:
        roadmap = outline_of_stages()
        context |= open_graph_context(
            request, share, share_card_of(share, roadmap, ReaderProgress.for_user(request.user))
        )
    return render(request, "progress/sharing/share.html", context)


@require_POST
def renew_share(request: AuthedRequest) -> HttpResponse:
    """Give one's page a new link instead of ``token``, which then leads nowhere. Said twice, it is new once."""
    share = get_object_or_404(Share, user=request.user)
    if share.token == request.POST.get("token") and share.renew():
        messages.success(request, _("Your page has a new link. The old one leads nowhere now."))
    return redirect("share")


@require_POST
def stop_share(request: AuthedRequest) -> HttpResponse:
    Share.objects.filter(user=request.user).delete()
    messages.success(request, _("Your page is off. Its link leads nowhere now."))
    return redirect("share")


# --- What others see ------------------------------------------------------------------------------


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
@unlisted
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A learner's page as everyone sees it who has the link. No one's address and no note is on it."""
    share = get_share(token)
    roadmap, progress = outline_of_stages(), ReaderProgress.for_user(share.user)
    context = {
        "share": share,
        "name": public_name(share.user),
        **open_graph_context(request, share, share_card_of(share, roadmap, progress)),
    }
    if share.show_progress:
        context["measured"] = progress.measure(roadmap.topics)
        context["stages"] = [(section, progress.measure(section.topics)) for section in roadmap.sections]
    if share.show_projects:
        done = [topic for topic in roadmap.topics if progress.status_of(topic.pk) == Status.DONE]
        context["projects"] = [topic for topic in done if topic.kind == Topic.Kind.PROJECT]
    if share.show_calendar:
        context["year"] = activity_calendar(share)
    return render(request, "progress/sharing/public_profile.html", context)


@login_not_required
@require_safe
@unlisted
def shared_card(request: HttpRequest, token: str) -> HttpResponse:
    card = get_shared_card(token)
    return image_response(request, share_cards.draw_card(card), "image/png")


@login_not_required
@require_safe
@unlisted
def shared_badge(request: HttpRequest, token: str) -> HttpResponse:
    card = get_shared_card(token)
    context = {"card": card, "name_width": round(len(card.site) * LETTER_WIDTH)}
    return image_response(request, render_to_string("progress/badge.svg", context).encode(), "image/svg+xml")


def get_share(token: str) -> Share:
    return get_object_or_404(Share.objects.select_related("user"), token=token, user__is_active=True)


def public_name(user: User) -> str:
    """What a public page may call a learner: never by their email address, not even as a name."""
    return "" if "@" in user.name else user.name


def get_shared_card(token: str) -> share_cards.ShareCard:
    share = get_share(token)
    return share_card_of(share, outline_of_stages(), ReaderProgress.for_user(share.user))


def share_card_of(share: Share, roadmap: Outline, progress: ReaderProgress) -> share_cards.ShareCard:
    name, settings = public_name(share.user), current_site_settings()
    site, subject = settings.name, str(settings.subject)
    if not share.show_progress:
        return share_cards.ShareCard(name, site=site, subject=subject)
    measured = progress.measure(roadmap.topics)
    stages = tuple((section.level, progress.measure(section.topics).is_complete) for section in roadmap.sections)
    return share_cards.ShareCard(name, measured.percentage, measured.done, measured.total, stages, site, subject)


def open_graph_context(request: HttpRequest, share: Share, card: share_cards.ShareCard) -> dict[str, str]:
    """Open Graph metadata of a page: title, description, and the whole addresses of its images.

    What fetches the card to show it beside a link keeps it for long, so its address changes with what is on it.
    """
    name = public_name(share.user)
    page, badge, image = (
        request.build_absolute_uri(reverse(name, args=[share.token]))
        for name in ("shared", "shared_badge", "shared_card")
    )
    version = sha256(repr(card).encode()).hexdigest()[:12]
    return {
        "title": (_("%(name)s’s way to %(subject)s") if name else _("A learner’s way to %(subject)s")) % vars(card),
        "description": describe_progress(card),
        "link": page,
        "badge": badge,
        "image": f"{image}?{version}",
        "version": version,
    }


def describe_progress(card: share_cards.ShareCard) -> str:
    if card.percentage is None:
        return _("On the way to %(subject)s") % vars(card)
    return _("%(percentage)s %% of the way to %(subject)s: %(done)s of %(total)s topics done") % vars(card)


def image_response(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """Answer with a picture that may be kept for a while, and sent again only when it has changed."""
    etag = f'W/"{sha256(content).hexdigest()[:32]}"'  # weak, for it goes out compressed or not
    response = get_conditional_response(request, etag=etag) or HttpResponse(content, content_type=content_type)
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FRESH_FOR)
    return response


# --- The calendar ---------------------------------------------------------------------------------


def activity_calendar(share: Share) -> activity.Year:
    """The last year of the one who shares, in the days of their own clock. One query."""
    user, zone = share.user, user_zone(share.user, share.time_zone)
    days = activity.active_days(user.progress_events.history(), zone)
    return activity.year(days, timezone.localdate(timezone=zone), user.rest_days)
