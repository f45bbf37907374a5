"""Ticks: stating how far the reader is in a topic, and answering with what changes on the page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts import rate_limits
from accounts.requests import HtmxRequest
from progress import session_progress
from progress.models import NONE, STATUSES, HasPk, ProgressEvent, TopicProgress
from progress.reader_progress import ReaderProgress
from progress.redirects import redirect_back
from progress.rendering.fragments import ROW_TEMPLATES, render_bar, render_continue_button, render_row, render_trail
from progress.rendering.map_fragments import render_map_update
from stages.content import Content, current_content
from stages.map.stylesheet import map_stylesheet
from stages.models import Level, Source, Topic
from stages.outline import Outline, OutlineTopic, Section
from stages.prepared_query import PreparedQuery
from stages.roadmap.documents import read_document
from stages.roadmap.layouts import RoadmapLayout, topics_at_level
from stages.safe_redirect import safe_next_url
from stages.track_access import get_readable_track

NEW_VISITORS_PER_HOUR = 300  # new sessions an hour from one address, which a school may share
Cause = ProgressEvent.Cause


class Change(NamedTuple):
    """What a request has stated. ``before`` is what states the opposite, where there is something to take back."""

    slug: str
    title: str
    status: str
    before: str | None


@login_not_required
@require_POST
def tick(request: HtmxRequest, slug: str) -> HttpResponse:
    """State how far the reader is in a topic: ``status`` is done, learning, skipped or none.

    The value wanted is stated, never toggled, so a repeated or late request changes nothing. To take a tick back is
    to state what was before it, as ``undo`` instead of ``status``; ``undoes`` is what it takes back, and what has
    become something else since stays.
    """
    undo, page = request.POST.get("undo"), request.POST.get("page", "stage")
    status, cause = (undo, Cause.UNDO) if undo else (request.POST.get("status"), Cause.TICK)
    if status not in STATUSES or page not in ROW_TEMPLATES:
        return HttpResponseBadRequest(
            f"status must be one of {', '.join(STATUSES)}, and page one of {', '.join(ROW_TEMPLATES)}.",
            content_type="text/plain",
        )
    reader = request.POST.get("reader", "")
    if reader and request.user.is_authenticated and reader != str(request.user.pk):
        messages.warning(request, _("You are signed in as {name} now. Nothing was changed.").format(name=request.user))
        return redirect_back(request, safe_next_url(request))
    if is_new_visitor(request) and not rate_limits.consume(
        rate_limits.client_key(request), "visit", NEW_VISITORS_PER_HOUR
    ):
        return render(request, "429.html", status=429)
    # In one transaction: on SQLite the topic cannot be replaced between finding it and ticking it. On PostgreSQL it
    # hardly can, and a tick that reaches a replaced topic all the same is carried over when they are settled next.
    with transaction.atomic():
        content = current_content()
        topics = resolve_topics(slug, content.outline)
        before = status_before(request, topics)
        if undo and before not in (undo, request.POST.get("undoes", before)):
            messages.warning(
                request,
                _("“{topic}” was changed elsewhere meanwhile. Nothing was undone.").format(topic=topics[0].title),
            )
            return redirect_back(request, safe_next_url(request))
        if request.user.is_authenticated:
            session = None
            for topic in topics:
                TopicProgress.objects.record(request.user, topic, status, cause)
        else:
            session = session_progress.record(request.session, topics, status)
    change = Change(slug, topics[0].title, status, before=None if undo or before == status else before)
    response = tick_response(request, change, content, page, log_in=bool(reader and session))
    return session_progress.send_cookie(response, session) if session else response


def is_new_visitor(request: HttpRequest) -> bool:
    """Whether a tick begins a session. Looking for the user has forgotten a key that leads to none."""
    return not request.user.is_authenticated and not request.session.session_key


def resolve_topics(slug: str, outline: Outline) -> Sequence[OutlineTopic | Topic]:
    """The topics that a tick is for: the one with this slug, or what took over from it.

    A page that was open while its topic was merged, split or retired still counts. Raises Http404 for a slug
    that is unknown or a draft.
    """
    if slug in outline.positions_by_slug:
        return [topic for _, topic in outline.positions_by_slug[slug]]
    topic = get_object_or_404(Topic.objects.visible_or_retired(), slug=slug)
    return topic.successors() or [topic]


def status_before(request: HttpRequest, topics: Iterable[HasPk]) -> str | None:
    """The reader's status in ``topics`` until now; None if not in all of them alike."""
    if request.user.is_authenticated:
        user = request.user.pk
        statuses = {topic.pk: status for topic in topics for (status,) in LOCKED_STATUS.rows(user, topic.pk)}
    else:
        statuses = {pk: status for pk, (status, _) in session_progress.session_ticks(request.session).items()}
    distinct = {statuses.get(topic.pk, NONE) for topic in topics}
    return distinct.pop() if len(distinct) == 1 else None


def locked_status_query(user: int, topic: int) -> QuerySet[TopicProgress, Any]:
    """Locked, so that it is still so when it is changed."""
    return TopicProgress.objects.filter(user=user, topic=topic).select_for_update().values_list("status")


LOCKED_STATUS = PreparedQuery(locked_status_query, parameters=2)


def tick_response(request: HtmxRequest, change: Change, content: Content, page: str, log_in: bool) -> HttpResponse:
    """The answer to a tick that was recorded; ``log_in`` when the log-in of its page had expired."""
    if log_in:
        messages.info(request, _("You have been signed out. Sign in, and a new tick joins your account."))
        return redirect_back(request, redirect_to_login(safe_next_url(request)).url)
    if not request.htmx:
        if change.before:
            undo_form = render_to_string(
                "progress/tracking/includes/undo_tick.html", {"change": change, "page": page}, request
            )
            messages.info(request, undo_form)
        return HttpResponseRedirect(f"{safe_next_url(request)}#{quote(request.GET.get('at', ''))}")
    shown = shown_outline(request, content, page)
    if change.slug not in shown.outline.positions_by_slug:
        return HttpResponseClientRefresh()  # the page is no longer what it was
    return HttpResponse(refreshed_fragments(request, change, content, shown, page))


class ShownOutline(NamedTuple):
    """What a page shows, what that is called, and along which track its links lead."""

    outline: Outline
    label: str
    track: str = ""


def shown_outline(request: HttpRequest, content: Content, page: str) -> ShownOutline:
    """What the page shows that a tick comes from; without a topic if there is no such page any more."""
    if page == "track" or (page in RoadmapLayout and "track" in request.POST):
        if access := get_readable_track(content, request.user, request.POST.get("track", "")):
            return ShownOutline(access.outline, access.track.title, access.track.slug)
        return ShownOutline(Outline(()), "")
    if page == "source":
        try:
            document = content.keep(read_document, request.POST.get("source", ""))
        except Source.DoesNotExist:
            return ShownOutline(Outline(()), "")
        return ShownOutline(document.outline, document.source.title)
    return ShownOutline(content.outline, _("The whole roadmap"))


def refreshed_fragments(request: HttpRequest, change: Change, content: Content, shown: ShownOutline, page: str) -> str:
    """What htmx swaps in: the topic wherever it stands on the page, the bars above it, and a sentence to say."""
    progress = ReaderProgress.for_request(request)
    outline, label, track_slug = shown
    slug, pressed = change.slug, request.GET.get("at")
    positions = outline.positions_by_slug[slug]
    status, is_shown = progress.status_of(positions[0][1].pk), progress.is_shown(positions[0][1].pk)
    rows = [f"{section.slug}--{slug}" for section, __ in positions]
    row = pressed if pressed in (*rows, f"beside--{slug}") else rows[0]
    measured = [(section, progress.measure(section.topics)) for section, __ in positions]
    if page == "map":
        fragments = [render_map_update(map_stylesheet(content, outline), outline, progress, slug, track_slug)]
        if request.POST.get("beside") == slug:
            panel = replace(positions[0][0], slug="beside")
            fragments.append(render_row(page, panel, positions[0][1], track_slug, status, is_shown, swap=True))
    else:
        fragments = [
            render_row(page, section, topic, track_slug, status, is_shown, swap=True) for section, topic in positions
        ]
    if page == "outline":
        fragments += level_bars(outline, positions, progress)
    elif page not in ("search", "map", "source"):
        fragments += [render_bar(section.slug, section.title, measure, swap=True) for section, measure in measured]
    if page == "roadmap":
        fragments += [render_trail(section.slug, measure, swap=True) for section, measure in measured]
    if page not in ("stage", "search", "topic"):
        fragments.append(render_bar("total", label, progress.measure(outline.topics), swap=True))
    if page not in ("stage", "search", "topic", "source"):
        fragments.append(
            render_continue_button(progress.next_topic(outline.topics), track_slug, started=True, swap=True)
        )
    context = {
        "fragments": fragments,
        "change": change,
        "row": row,
        # A drawing has no room for words.
        "undo_target": "map-undo" if page == "map" and row in rows else row,
        "measured": measured,
    }
    return render_to_string("progress/tracking/tick.html", context)


def level_bars(
    outline: Outline, positions: Sequence[tuple[Section, OutlineTopic]], progress: ReaderProgress
) -> list[SafeString]:
    """The bars above a topic in the outline: that of its level, and of its stage as far as it is of that level."""
    level = Level(positions[0][1].level)
    bars: list[tuple[str, str, Sequence[OutlineTopic]]] = [(f"level-{level}", capfirst(_(level)), outline.topics)]
    bars += [(f"{level}--{section.slug}", section.title, section.topics) for section, __ in positions]
    return [
        render_bar(name, label, progress.measure(topics_at_level(topics, level)), swap=True)
        for name, label, topics in bars
    ]
