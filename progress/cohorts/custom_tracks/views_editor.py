"""The page on which a track is composed, and what its buttons do. See progress/cohorts/custom_tracks/editor.py."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthedRequest
from progress.cohorts.custom_tracks.editor import MAX_TOPICS, InvalidEditError, TrackEditor, new_key, slug_of
from progress.cohorts.custom_tracks.forms import DetailsForm, SectionForm
from progress.cohorts.custom_tracks.upstream_changes import load_upstream_changes
from progress.cohorts.models import CustomTrack
from progress.cohorts.permissions import get_authored_track_or_404
from stages.models import Topic, Track, TrackSection, TrackTopic
from stages.outline import Outline, OutlineTopic, outline_of_stages
from stages.search.results import has_all
from stages.spelling import corrected_query

RESULTS = 20

type Said = tuple[str, str]  # what to say, and the id of the control for the keyboard to be on
type Act = Callable[[TrackEditor], Said]


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: AuthedRequest, slug: str) -> HttpResponse:
    """Everything about a track in one place. A POST saves its title and summary; the rest has addresses of its own."""
    own = get_authored_track_or_404(request, slug)
    form, status = DetailsForm(instance=Track.objects.get(pk=own.pk)), 200
    if request.method == "POST":
        with transaction.atomic():
            form = DetailsForm(request.POST, instance=Track.objects.select_for_update().get(pk=own.pk))
            if form.is_valid():
                form.save()
                messages.success(request, _("Saved."))
                return redirect("compose", slug)
        status = 422
    roadmap = outline_of_stages()
    context = bench_context(request, own, roadmap) | {
        "form": form,
        "news": load_upstream_changes(own, request.user, roadmap),
    }
    if request.htmx:  # it has searched
        number = len(context["found"]) + max(context["more"], 0)
        context["said"] = ngettext("%(number)d topic found.", "%(number)d topics found.", number) % {"number": number}
        return render(request, "cohorts/custom_tracks/editor.html#bench", context)
    return render(request, "cohorts/custom_tracks/editor.html", context, status=status)


class Row(NamedTuple):
    """A topic where it stands, with the places that its buttons up and down state: section, topic, section, after."""

    place: TrackTopic
    topic: Topic
    number: int
    up: str
    down: str
    published: bool


def bench_context(request: AuthedRequest, own: CustomTrack, roadmap: Outline) -> dict[str, Any]:
    bench = TrackEditor(own.track)
    text = " ".join(request.GET.get("q", request.POST.get("q", "")).split())[:100]
    found, spelling = search(text, roadmap) if text else ([], None)
    sections = list(zip(bench.sections, rows_of(bench, roadmap), steps_of(bench), strict=True))
    return {
        "own": own,
        "track": own.track,
        "sections": sections,
        "number": bench.number_of_topics,
        "q": text,
        "spelling": spelling,
        "found": [
            (topic, [section for section in bench.sections if bench.has(section, topic.slug)])
            for topic in found[:RESULTS]
        ],
        "more": len(found) - RESULTS,
        "at": request.GET.get("at", ""),
        "key": new_key(),
    }


def rows_of(bench: TrackEditor, roadmap: Outline) -> Iterator[list[Row]]:
    """The Rows of each section. Up from the first topic leads to the end of the section above, and down likewise."""
    slugs = [[row.topic.slug for row in section.rows] for section in bench.sections]
    for at, section in enumerate(bench.sections):
        own, rows = slugs[at], []
        for place, row in enumerate(section.rows):
            slug = row.topic.slug
            up = down = (section.slug, own[place - 1] if place else "")  # where it is
            if place:
                up = (section.slug, own[place - 2] if place > 1 else "")
            elif at:
                up = (bench.sections[at - 1].slug, slugs[at - 1][-1] if slugs[at - 1] else "")
            if place + 1 < len(own):
                down = (section.slug, own[place + 1])
            elif at + 1 < len(slugs):
                down = (bench.sections[at + 1].slug, "")
            here = f"{section.slug}/{slug}/"
            wanted_up, wanted_down = here + "/".join(up), here + "/".join(down)
            rows.append(Row(row, row.topic, place + 1, wanted_up, wanted_down, slug in roadmap.positions_by_slug))
        yield rows


def steps_of(bench: TrackEditor) -> Iterator[dict[str, str]]:
    """For each section what its buttons up and down state: its slug, and that of the section it is to stand after."""
    slugs = [section.slug for section in bench.sections]
    for at, slug in enumerate(slugs):
        here = slugs[at - 1] if at else ""
        up = (slugs[at - 2] if at > 1 else "") if at else here
        down = slugs[at + 1] if at + 1 < len(slugs) else here
        yield {"up": f"{slug}/{up}", "down": f"{slug}/{down}"}


def search(text: str, roadmap: Outline) -> tuple[list[OutlineTopic], str | None]:
    """The published topics whose title or slug has every word of a text, and the spelling that was meant, if any."""

    def matching(words: str) -> list[OutlineTopic]:
        return [topic for topic in roadmap.topics if has_all(words, topic.title, topic.slug.replace("-", " "))]

    found, spelling = matching(text), None
    if not found:
        spelling = corrected_query(text, roadmap.vocabulary)
        found = matching(spelling) if spelling else []
    return found, spelling if found else None


# --- What the buttons do --------------------------------------------------------------------------


def change(request: AuthedRequest, slug: str, act: Act, page: str = "") -> HttpResponse:
    """Make a change to a track and answer with it as it is then.

    ``act`` is given the locked Bench.
    """
    own = get_authored_track_or_404(request, slug)
    problem, at = "", ""
    try:
        with transaction.atomic():
            said, at = act(TrackEditor(own.track, lock=True))
    except InvalidEditError as found:
        said = problem = str(found)
    if request.htmx:
        context = bench_context(request, own, outline_of_stages()) | {"said": said, "problem": problem, "at": at}
        return render(request, "cohorts/custom_tracks/editor.html#bench", context)
    messages.add_message(request, messages.WARNING if problem else messages.SUCCESS, said)
    query = {name: value for name, value in {"q": request.POST.get("q", ""), "at": at}.items() if value}
    return redirect(f"{reverse('compose', args=[slug])}?{urlencode(query)}#{at or 'bench'}")


def place_in(section: TrackSection, slug: str) -> str:
    """Where a topic stands now, in words: "Models, now 3 of 12 in Data.\""""
    place = next(at for at, row in enumerate(section.rows, start=1) if row.topic.slug == slug)
    facts = {
        "topic": section.rows[place - 1].topic,
        "place": place,
        "total": len(section.rows),
        "section": section,
    }
    return _("%(topic)s, now %(place)d of %(total)d in %(section)s.") % facts


def sent(request: AuthedRequest, *names: str, parts: int) -> tuple[str, list[str]] | None:
    """(name, its value split) for the one of ``names`` that a button sent, or None for what no button sends."""
    for name in names:
        found = request.POST.get(name, "").split("/")
        if name in request.POST and len(found) == parts:
            return name, found
    return None


NO_BUTTON = "No button of this site sends that."


@require_POST
def move_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``up``, ``down`` or ``move``: section/topic/section to be in/topic to stand after, or nothing to be first."""
    wanted = sent(request, "up", "down", "move", parts=4)
    if wanted is None:
        return HttpResponseBadRequest(NO_BUTTON, content_type="text/plain")
    pressed, (section, topic, to, after) = wanted

    def act(bench: TrackEditor) -> Said:
        target = bench.move_topic(section, topic, to, after)
        return place_in(target, topic), f"{'up' if pressed == 'move' else pressed}--{target.slug}--{topic}"

    return change(request, slug, act)


@require_POST
def move_section(request: AuthedRequest, slug: str) -> HttpResponse:
    """``up``, ``down`` or ``move``: section/section to stand after, or nothing to be first."""
    wanted = sent(request, "up", "down", "move", parts=2)
    if wanted is None:
        return HttpResponseBadRequest(NO_BUTTON, content_type="text/plain")
    pressed, (section, after) = wanted

    def act(bench: TrackEditor) -> Said:
        moved = bench.move_section(section, after)
        place = bench.sections.index(moved) + 1
        facts = {"section": moved, "place": place, "total": len(bench.sections)}
        said = _("%(section)s, now section %(place)d of %(total)d.") % facts
        return said, f"{'up' if pressed == 'move' else pressed}--{section}"

    return change(request, slug, act)


@require_POST
def add_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``topic`` to the end of ``section``."""

    def act(bench: TrackEditor) -> Said:
        topic = Topic.objects.published().filter(slug=request.POST.get("topic", "")).first()
        if topic is None:
            raise InvalidEditError(_("That topic is not in the roadmap."))
        section = bench.add_topic(topic, request.POST.get("section", ""))
        return place_in(section, topic.slug), f"add--{topic.slug}"

    return change(request, slug, act)


@require_POST
def remove_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``remove``: section/topic."""
    wanted = sent(request, "remove", parts=2)
    if wanted is None:
        return HttpResponseBadRequest(NO_BUTTON, content_type="text/plain")
    _pressed, (name, topic) = wanted

    def act(bench: TrackEditor) -> Said:
        section = bench.section(name)
        slugs = [row.topic.slug for row in section.rows]
        title = next((str(row.topic) for row in section.rows if row.topic.slug == topic), topic)
        bench.remove_topic(name, topic)
        at = slugs.index(topic) if topic in slugs else 0
        left = [slug for slug in slugs if slug != topic]
        beside = f"remove--{name}--{left[min(at, len(left) - 1)]}" if left else f"edit--{name}"
        return _("%(topic)s is no longer in %(section)s.") % {"topic": title, "section": section}, beside

    return change(request, slug, act)


@require_POST
def require_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``required``: section/topic/yes or no."""
    wanted = sent(request, "required", parts=3)
    if wanted is None or wanted[1][2] not in ("yes", "no"):
        return HttpResponseBadRequest(NO_BUTTON, content_type="text/plain")
    _pressed, (name, topic, required) = wanted

    def act(bench: TrackEditor) -> Said:
        section = bench.require(name, topic, required == "yes")
        facts = {"topic": bench.row(section, topic).topic, "section": section}
        said = _("%(topic)s is optional in %(section)s.")
        if required == "yes":
            said = _("%(topic)s is required in %(section)s.")
        return said % facts, f"required--{name}--{topic}"

    return change(request, slug, act)


@require_POST
def move_chosen(request: AuthedRequest, slug: str) -> HttpResponse:
    """Every ``chosen`` section/topic to the end of the section ``to``, in the order in which they stand."""
    chosen = [tuple(found) for value in request.POST.getlist("chosen") if len(found := value.split("/")) == 2]
    to = request.POST.get("to", "")

    def act(bench: TrackEditor) -> Said:
        target = bench.section(to)
        if not chosen:
            raise InvalidEditError(_("Choose the topics to move first, with the boxes beside them."))
        for section, topic in chosen[:MAX_TOPICS]:
            last = next((row.topic.slug for row in reversed(target.rows) if row.topic.slug != topic), "")
            bench.move_topic(section, topic, to, last)
        said = ngettext(
            "%(number)d topic is at the end of %(section)s.",
            "%(number)d topics are at the end of %(section)s.",
            len(chosen),
        )
        return said % {"number": len(chosen), "section": target}, "move-chosen"

    return change(request, slug, act)


@require_POST
def add_section(request: AuthedRequest, slug: str) -> HttpResponse:
    title, key = request.POST.get("title", ""), request.POST.get("key", "")[:20]

    def act(bench: TrackEditor) -> Said:
        section = bench.add_section(title, slug_of(title, key if key.isascii() and key.isalnum() else new_key()))
        return _("“%(section)s” is there. Add topics to it.") % {"section": section}, "new-section"

    return change(request, slug, act)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit_section(request: AuthedRequest, slug: str, section: str) -> HttpResponse:
    """A section's title to change, and the way to delete it."""
    own = get_authored_track_or_404(request, slug)
    bench = TrackEditor(own.track, lock=request.method == "POST")
    try:
        found = bench.section(section)
    except InvalidEditError as problem:
        messages.warning(request, str(problem))
        return redirect("compose", slug)
    form = SectionForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('compose', args=[slug])}?at=edit--{section}#section--{section}")
    context = {"own": own, "track": own.track, "section": found, "form": form, "title": form.current["title"]}
    return render(request, "cohorts/custom_tracks/section.html", context, status=422 if form.errors else 200)


@require_POST
def remove_section(request: AuthedRequest, slug: str, section: str) -> HttpResponse:
    """Take a section away with what the form has named: as many topics as it said, and no others."""

    def act(bench: TrackEditor) -> Said:
        found = next((one for one in bench.sections if one.slug == section), None)
        if found and request.POST.get("number") != str(len(found.rows)):
            raise InvalidEditError(
                _("“%(section)s” has changed meanwhile, so it is still there.") % {"section": found}
            )
        bench.remove_section(section)
        return _("The section is gone. Its topics are still in the roadmap, and so is every tick."), "new-section"

    return change(request, slug, act)
