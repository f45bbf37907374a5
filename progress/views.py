from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from progress import visitors
from progress.models import STATUSES, TopicProgress
from progress.pieces import ROWS, render_bar, render_trail, row_on
from progress.standings import Standings
from stages.models import State, Topic, Track
from stages.outline import outline_of_stages, outline_of_track, outlines


@login_not_required
@require_POST
def tick(request, slug):
    """State where the reader stands in a topic: ``status`` is done, learning, skipped or none.

    The value wanted is stated, never toggled, so a repeated or late request changes nothing.
    """
    status = request.POST.get("status")
    if status not in STATUSES:
        return HttpResponseBadRequest(f"status must be one of {', '.join(STATUSES)}.", content_type="text/plain")
    outline = outline_of_stages()
    published = slug in outline.places
    for topic in topics_meant_by(slug, outline):
        if request.user.is_authenticated:
            TopicProgress.objects.record(request.user, topic, status)
        else:
            visitors.record(request.session, topic, status)
    if request.POST.get("reader", "") not in ("", str(request.user.pk)):
        return not_the_same_reader(request)
    if request.htmx:
        return refreshed(request, slug, outline) if published else HttpResponseClientRefresh()
    return HttpResponseRedirect(f"{page_of(request)}#{quote(request.GET.get('at', ''))}")


def topics_meant_by(slug, outline):
    """The topics that a tick is for: the one with this slug, or what took over from it.

    A page that was open while its topic was merged, split or retired still counts. Raises Http404 for a slug
    that is unknown or a draft.
    """
    if slug in outline.places:
        return [topic for _, topic in outline.places[slug]]
    topic = get_object_or_404(Topic.objects.exclude(state=State.DRAFT), slug=slug)
    return topic.successors() or [topic]


def refreshed(request, slug, outline):
    """What htmx swaps in: the topic wherever it stands on the page, the bars above it, and a sentence to say."""
    page = request.POST.get("page")
    if page not in ROWS:
        return HttpResponseBadRequest(f"page must be one of {', '.join(ROWS)}.", content_type="text/plain")
    if page == "track":
        track = get_object_or_404(Track.objects.published(), slug=request.POST.get("track"))
        outline = outline_of_track(track)
    progress = Standings.of_reader(request)
    places = outline.places.get(slug, [])
    measured = [(section, progress.measure(section.topics)) for section, _ in places]
    menu = "menu" in request.GET
    pieces = [row_on(page, section, topic, progress, menu=menu, swap=True) for section, topic in places]
    if page != "search":
        pieces += [render_bar(section.slug, section.title, measure, swap=True) for section, measure in measured]
    if page == "roadmap":
        pieces += [render_trail(section.slug, measure, swap=True) for section, measure in measured]
    if page in ("roadmap", "track"):
        pieces.append(render_bar("total", "Everything on this page", progress.measure(outline.topics), swap=True))
    context = {
        "pieces": pieces,
        "title": places[0][1].title if places else "",
        "status": request.POST["status"],
        "measured": measured,
    }
    return HttpResponse(render_to_string("progress/tick.html", context))


def not_the_same_reader(request):
    """The log-in of this page has expired, or another tab has changed it. The tick is kept; the page is not true."""
    page = page_of(request)
    if request.user.is_authenticated:
        messages.warning(request, f"You are signed in as {request.user} now; the tick went to that account.")
        return redirect_back(request, page)
    messages.info(request, "Your log-in has expired. The tick is kept, and joins your account when you sign in.")
    return redirect_back(request, redirect_to_login(page).url)


def page_of(request):
    """The page that the reader came from, when it is one of ours."""
    page = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return page if safe else resolve_url("roadmap")


def redirect_back(request, url):
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


@require_safe
def me(request):
    """The learner's own page: where to continue, and how far each stage and track is."""
    progress = Standings.of_reader(request)
    tracks = list(Track.objects.published())
    found = outlines(tracks)
    roadmap = next((found[track.pk] for track in tracks if track.follows_stages), None) or outline_of_stages()
    context = {
        "measure": progress.measure(roadmap.topics),
        "next": progress.next_topic(roadmap.topics),
        "stages": [(section, progress.measure(section.topics)) for section in roadmap.sections],
        "tracks": [(track, progress.measure(found[track.pk].topics)) for track in tracks if not track.follows_stages],
        "learning": [topic for topic in roadmap.topics if progress.of(topic.pk) == "learning"],
    }
    return render(request, "progress/me.html", context)
