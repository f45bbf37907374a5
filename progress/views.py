from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from progress import visitors
from progress.forms import TickForm
from progress.models import TopicProgress
from progress.rows import row_on
from progress.standings import Standings
from stages.models import State, Topic, Track
from stages.outline import outline_of_stages, outline_of_track, outlines


@login_not_required
@require_POST
def tick(request, slug):
    """State where the reader stands in a topic: ``status`` is done, learning, skipped or none.

    The value wanted is stated, never toggled, so a repeated or late request changes nothing.
    """
    topic = get_object_or_404(Topic.objects.exclude(state=State.DRAFT).select_related("stage"), slug=slug)
    form = TickForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain")
    wanted = form.cleaned_data
    # A page that was open while its topic was merged or split still counts, for what took over.
    topics = [topic] if topic.is_published() else topic.successors() or [topic]
    for target in topics:
        if request.user.is_authenticated:
            TopicProgress.objects.record(request.user, target, wanted["status"])
        else:
            visitors.record(request.session, target, wanted["status"])
    if wanted["reader"] and wanted["reader"] != request.user.pk:
        return not_the_same_reader(request, wanted)
    if request.htmx:
        return refreshed(request, topic, wanted) if topics == [topic] else HttpResponseClientRefresh()
    return HttpResponseRedirect(f"{page_of(request, wanted)}#{quote(request.GET.get('at', ''))}")


def refreshed(request, topic, wanted):
    """What htmx swaps in: the topic wherever it stands on the page, the bars above it, and a sentence to say."""
    progress = Standings.of_reader(request)
    outline = outline_of_track(wanted["track"]) if wanted["track"] else outline_of_stages()
    places = outline.sections_with(topic.slug)
    page = wanted["page"] or "stage"
    context = {
        "topic": topic,
        "status": progress.of(topic.pk),
        "page": page,
        "rows": [
            row_on(page, section, place, progress, menu="menu" in request.GET, swap=True) for section, place in places
        ],
        "sections": [(section, progress.measure(section.topics)) for section, _ in places],
        "measure": progress.measure(outline.topics),
    }
    return render(request, "progress/tick.html", context)


def not_the_same_reader(request, wanted):
    """The log-in of this page has expired, or another tab has changed it. The tick is kept; the page is not true."""
    page = page_of(request, wanted)
    if request.user.is_authenticated:
        messages.warning(request, f"You are signed in as {request.user} now; the tick went to that account.")
        return redirect_back(request, page)
    messages.info(request, "Your log-in has expired. The tick is kept, and joins your account when you sign in.")
    return redirect_back(request, redirect_to_login(page).url)


def page_of(request, wanted):
    """The page that the reader came from, when it is one of ours."""
    page = wanted["next"]
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
