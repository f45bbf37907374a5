from dataclasses import replace
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from progress import visitors
from progress.map_pieces import answer_on_map
from progress.models import STATUSES, TopicProgress
from progress.pieces import ROWS, render_bar, render_onward, render_trail, row_on
from progress.standings import Standings
from stages.looks import Look, of_level
from stages.models import Level, State, Topic, Track
from stages.outline import Outline, outline_of_stages, outline_of_track, prerequisites
from stages.redirects import page_of
from stages.sheet import sheet_of


@login_not_required
@require_POST
def tick(request, slug):
    """State where the reader stands in a topic: ``status`` is done, learning, skipped or none.

    The value wanted is stated, never toggled, so a repeated or late request changes nothing.
    """
    status, page = request.POST.get("status"), request.POST.get("page", "stage")
    if status not in STATUSES or page not in ROWS:
        return HttpResponseBadRequest(
            f"status must be one of {', '.join(STATUSES)}, and page one of {', '.join(ROWS)}.",
            content_type="text/plain",
        )
    reader = request.POST.get("reader", "")
    if reader and request.user.is_authenticated and reader != str(request.user.pk):
        messages.warning(request, f"You are signed in as {request.user} now. Nothing was changed.")
        return redirect_back(request, page_of(request))
    # In one transaction: on SQLite the topic cannot be replaced between finding it and ticking it. On PostgreSQL it
    # hardly can, and a tick that reaches a replaced topic all the same is carried over when they are settled next.
    with transaction.atomic():
        outline = outline_of_stages()
        topics = topics_meant_by(slug, outline)
        if request.user.is_authenticated:
            session = None
            for topic in topics:
                TopicProgress.objects.record(request.user, topic, status)
        else:
            session = visitors.record(request.session, topics, status)
    response = answer(request, slug, outline, page, log_in=bool(reader and session))
    return visitors.send_cookie(response, session) if session else response


def topics_meant_by(slug, outline):
    """The topics that a tick is for: the one with this slug, or what took over from it.

    A page that was open while its topic was merged, split or retired still counts. Raises Http404 for a slug
    that is unknown or a draft.
    """
    if slug in outline.places:
        return [topic for _, topic in outline.places[slug]]
    topic = get_object_or_404(Topic.objects.exclude(state=State.DRAFT), slug=slug)
    return topic.successors() or [topic]


def answer(request, slug, outline, page, log_in):
    """The answer to a tick that was recorded; ``log_in`` when the log-in of its page had expired."""
    if log_in:
        messages.info(request, "You have been signed out. Sign in, and a new tick joins your account.")
        return redirect_back(request, redirect_to_login(page_of(request)).url)
    if not request.htmx:
        return HttpResponseRedirect(f"{page_of(request)}#{quote(request.GET.get('at', ''))}")
    track = None
    if page == "track" or (page in Look and "track" in request.POST):
        track = Track.objects.published().filter(slug=request.POST.get("track", "")).first()
        outline = outline_of_track(track) if track else Outline(())
    if slug not in outline.places:
        return HttpResponseClientRefresh()  # the page is no longer what it was
    return HttpResponse(refreshed(request, slug, outline, page, track))


def refreshed(request, slug, outline, page, track):
    """What htmx swaps in: the topic wherever it stands on the page, the bars above it, and a sentence to say."""
    progress = Standings.of_reader(request)
    label, way = (track.title, track.slug) if track else ("The whole roadmap", "")
    places = outline.places[slug]
    measured = [(section, progress.measure(section.topics)) for section, _ in places]
    if page == "map":
        pieces = [answer_on_map(sheet_of(outline, prerequisites()), outline, progress, slug, way)]
        if request.POST.get("beside") == slug:
            beside = replace(places[0][0], slug="beside")
            pieces.append(row_on(page, beside, places[0][1], progress, way, swap=True))
    else:
        pieces = [row_on(page, section, topic, progress, way, swap=True) for section, topic in places]
    if page == "outline":
        pieces += bars_of_levels(outline, places, progress)
    elif page not in ("search", "map"):
        pieces += [render_bar(section.slug, section.title, measure, swap=True) for section, measure in measured]
    if page == "roadmap":
        pieces += [render_trail(section.slug, measure, swap=True) for section, measure in measured]
    if page not in ("stage", "search", "topic"):
        pieces.append(render_bar("total", label, progress.measure(outline.topics), swap=True))
        pieces.append(render_onward(progress.next_topic(outline.topics), way, started=True, swap=True))
    context = {
        "pieces": pieces,
        "title": places[0][1].title,
        "status": request.POST["status"],
        "measured": measured,
    }
    return render_to_string("progress/tick.html", context)


def bars_of_levels(outline, places, progress):
    """The bars above a topic in the outline: that of its level, and of its stage as far as it is of that level."""
    level = Level(places[0][1].level)
    bars = [(f"level-{level}", level.label, outline.topics)]
    bars += [(f"{level}--{section.slug}", section.title, section.topics) for section, _ in places]
    return [
        render_bar(name, label, progress.measure(of_level(topics, level)), swap=True) for name, label, topics in bars
    ]


def redirect_back(request, url):
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
