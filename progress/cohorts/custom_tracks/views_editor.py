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
from stages.content import outline_of_stages
from stages.models import Topic, Track, TrackSection, TrackTopic
from stages.outline import Outline, OutlineTopic
from stages.search.results import has_all
from stages.spelling import corrected_query

MAX_RESULTS = 20

type EditResult = tuple[str, str]  # what to say, and the id of the control for the keyboard to be on
type Edit = Callable[[TrackEditor], EditResult]


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: AuthedRequest, slug: str) -> HttpResponse:
    """Everything about a track in one place. A POST saves its title and summary; the rest has addresses of its own."""
    custom_track = get_authored_track_or_404(request, slug)
    form, status = DetailsForm(instance=Track.objects.get(pk=custom_track.pk)), 200
    if request.method == "POST":
        with transaction.atomic():
            form = DetailsForm(request.POST, instance=Track.objects.select_for_update().get(pk=custom_track.pk))
            if form.is_valid():
                form.save()
                messages.success(request, _("Saved."))
                return redirect("compose", slug)
        status = 422
    roadmap = outline_of_stages()
    context = editor_context(request, custom_track, roadmap) | {
        "form": form,
        "upstream": load_upstream_changes(custom_track, request.user, roadmap),
    }
    if request.htmx:  # it has searched
        number = len(context["results"]) + max(context["more_count"], 0)
        context["announcement"] = ngettext("%(number)d topic found.", "%(number)d topics found.", number) % {
            "number": number
        }
        return render(request, "cohorts/custom_tracks/editor.html#editor", context)
    return render(request, "cohorts/custom_tracks/editor.html", context, status=status)


class TopicRow(NamedTuple):
    """A topic in a section, with the values of its buttons up and down: section/topic/target section/after."""

    track_topic: TrackTopic
    topic: Topic
    number: int
    up: str
    down: str
    published: bool


def editor_context(request: AuthedRequest, custom_track: CustomTrack, roadmap: Outline) -> dict[str, Any]:
    editor = TrackEditor(custom_track.track)
    text = " ".join(request.GET.get("q", request.POST.get("q", "")).split())[:100]
    topics, spelling = search(text, roadmap) if text else ([], None)
    sections = list(zip(editor.sections, topic_rows(editor, roadmap), section_moves(editor), strict=True))
    return {
        "custom_track": custom_track,
        "track": custom_track.track,
        "sections": sections,
        "topic_count": editor.topic_count,
        "q": text,
        "spelling": spelling,
        "results": [
            (topic, [section for section in editor.sections if editor.has_topic(section, topic.slug)])
            for topic in topics[:MAX_RESULTS]
        ],
        "more_count": len(topics) - MAX_RESULTS,
        "focus": request.GET.get("at", ""),
        "key": new_key(),
    }


def topic_rows(editor: TrackEditor, roadmap: Outline) -> Iterator[list[TopicRow]]:
    """The TopicRows of each section. Up from the first topic leads to the end of the section above; down likewise."""
    slugs = [[row.topic.slug for row in section.rows] for section in editor.sections]
    for index, section in enumerate(editor.sections):
        section_slugs, rows = slugs[index], []
        for position, row in enumerate(section.rows):
            slug = row.topic.slug
            up = down = (section.slug, section_slugs[position - 1] if position else "")  # where it is
            if position:
                up = (section.slug, section_slugs[position - 2] if position > 1 else "")
            elif index:
                up = (editor.sections[index - 1].slug, slugs[index - 1][-1] if slugs[index - 1] else "")
            if position + 1 < len(section_slugs):
                down = (section.slug, section_slugs[position + 1])
            elif index + 1 < len(slugs):
                down = (editor.sections[index + 1].slug, "")
            source = f"{section.slug}/{slug}/"
            up_value, down_value = source + "/".join(up), source + "/".join(down)
            rows.append(
                TopicRow(row, row.topic, position + 1, up_value, down_value, slug in roadmap.positions_by_slug)
            )
        yield rows


def section_moves(editor: TrackEditor) -> Iterator[dict[str, str]]:
    """For each section what its buttons up and down state: its slug, and that of the section it is to stand after."""
    slugs = [section.slug for section in editor.sections]
    for index, slug in enumerate(slugs):
        current = slugs[index - 1] if index else ""
        up = (slugs[index - 2] if index > 1 else "") if index else current
        down = slugs[index + 1] if index + 1 < len(slugs) else current
        yield {"up": f"{slug}/{up}", "down": f"{slug}/{down}"}


def search(text: str, roadmap: Outline) -> tuple[list[OutlineTopic], str | None]:
    """The published topics whose title or slug has every word of a text, and the spelling that was meant, if any."""

    def matching(words: str) -> list[OutlineTopic]:
        return [topic for topic in roadmap.topics if has_all(words, topic.title, topic.slug.replace("-", " "))]

    topics, spelling = matching(text), None
    if not topics:
        spelling = corrected_query(text, roadmap.vocabulary)
        topics = matching(spelling) if spelling else []
    return topics, spelling if topics else None


# --- What the buttons do --------------------------------------------------------------------------


def apply_edit(request: AuthedRequest, slug: str, edit: Edit) -> HttpResponse:
    """Make a change to a track and answer with it as it is then.

    ``edit`` is given the locked TrackEditor.
    """
    custom_track = get_authored_track_or_404(request, slug)
    problem, focus = "", ""
    try:
        with transaction.atomic():
            message, focus = edit(TrackEditor(custom_track.track, lock=True))
    except InvalidEditError as error:
        message = problem = str(error)
    if request.htmx:
        context = editor_context(request, custom_track, outline_of_stages()) | {
            "announcement": message,
            "problem": problem,
            "focus": focus,
        }
        return render(request, "cohorts/custom_tracks/editor.html#editor", context)
    messages.add_message(request, messages.WARNING if problem else messages.SUCCESS, message)
    query = {name: value for name, value in {"q": request.POST.get("q", ""), "at": focus}.items() if value}
    return redirect(f"{reverse('compose', args=[slug])}?{urlencode(query)}#{focus or 'bench'}")


def position_text(section: TrackSection, slug: str) -> str:
    """Where a topic stands now, in words: "Models, now 3 of 12 in Data.\""""
    position = next(index for index, row in enumerate(section.rows, start=1) if row.topic.slug == slug)
    facts = {
        "topic": section.rows[position - 1].topic,
        "place": position,
        "total": len(section.rows),
        "section": section,
    }
    return _("%(topic)s, now %(place)d of %(total)d in %(section)s.") % facts


def posted_parts(request: AuthedRequest, *names: str, parts: int) -> tuple[str, list[str]] | None:
    """(name, its value split) for the one of ``names`` that a button sent, or None for what no button sends."""
    for name in names:
        values = request.POST.get(name, "").split("/")
        if name in request.POST and len(values) == parts:
            return name, values
    return None


UNKNOWN_BUTTON = "No button of this site sends that."


@require_POST
def move_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``up``, ``down`` or ``move``: section/topic/section to be in/topic to stand after, or nothing to be first."""
    posted = posted_parts(request, "up", "down", "move", parts=4)
    if posted is None:
        return HttpResponseBadRequest(UNKNOWN_BUTTON, content_type="text/plain")
    pressed, (section, topic, to, after) = posted

    def edit(editor: TrackEditor) -> EditResult:
        target = editor.move_topic(section, topic, to, after)
        return position_text(target, topic), f"{'up' if pressed == 'move' else pressed}--{target.slug}--{topic}"

    return apply_edit(request, slug, edit)


@require_POST
def move_section(request: AuthedRequest, slug: str) -> HttpResponse:
    """``up``, ``down`` or ``move``: section/section to stand after, or nothing to be first."""
    posted = posted_parts(request, "up", "down", "move", parts=2)
    if posted is None:
        return HttpResponseBadRequest(UNKNOWN_BUTTON, content_type="text/plain")
    pressed, (section, after) = posted

    def edit(editor: TrackEditor) -> EditResult:
        moved = editor.move_section(section, after)
        position = editor.sections.index(moved) + 1
        facts = {"section": moved, "place": position, "total": len(editor.sections)}
        message = _("%(section)s, now section %(place)d of %(total)d.") % facts
        return message, f"{'up' if pressed == 'move' else pressed}--{section}"

    return apply_edit(request, slug, edit)


@require_POST
def add_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``topic`` to the end of ``section``."""

    def edit(editor: TrackEditor) -> EditResult:
        topic = Topic.objects.published().filter(slug=request.POST.get("topic", "")).first()
        if topic is None:
            raise InvalidEditError(_("That topic is not in the roadmap."))
        section = editor.add_topic(topic, request.POST.get("section", ""))
        return position_text(section, topic.slug), f"add--{topic.slug}"

    return apply_edit(request, slug, edit)


@require_POST
def remove_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``remove``: section/topic."""
    posted = posted_parts(request, "remove", parts=2)
    if posted is None:
        return HttpResponseBadRequest(UNKNOWN_BUTTON, content_type="text/plain")
    _pressed, (name, topic) = posted

    def edit(editor: TrackEditor) -> EditResult:
        section = editor.section(name)
        slugs = [row.topic.slug for row in section.rows]
        title = next((str(row.topic) for row in section.rows if row.topic.slug == topic), topic)
        editor.remove_topic(name, topic)
        index = slugs.index(topic) if topic in slugs else 0
        remaining = [slug for slug in slugs if slug != topic]
        focus = f"remove--{name}--{remaining[min(index, len(remaining) - 1)]}" if remaining else f"edit--{name}"
        return _("%(topic)s is no longer in %(section)s.") % {"topic": title, "section": section}, focus

    return apply_edit(request, slug, edit)


@require_POST
def require_topic(request: AuthedRequest, slug: str) -> HttpResponse:
    """``required``: section/topic/yes or no."""
    posted = posted_parts(request, "required", parts=3)
    if posted is None or posted[1][2] not in ("yes", "no"):
        return HttpResponseBadRequest(UNKNOWN_BUTTON, content_type="text/plain")
    _pressed, (name, topic, required) = posted

    def edit(editor: TrackEditor) -> EditResult:
        section = editor.set_required(name, topic, required == "yes")
        facts = {"topic": editor.row(section, topic).topic, "section": section}
        message = _("%(topic)s is optional in %(section)s.")
        if required == "yes":
            message = _("%(topic)s is required in %(section)s.")
        return message % facts, f"required--{name}--{topic}"

    return apply_edit(request, slug, edit)


@require_POST
def move_chosen(request: AuthedRequest, slug: str) -> HttpResponse:
    """Every ``chosen`` section/topic to the end of the section ``to``, in the order in which they stand."""
    chosen = [tuple(parts) for value in request.POST.getlist("chosen") if len(parts := value.split("/")) == 2]
    to = request.POST.get("to", "")

    def edit(editor: TrackEditor) -> EditResult:
        target = editor.section(to)
        if not chosen:
            raise InvalidEditError(_("Choose the topics to move first, with the boxes beside them."))
        for section, topic in chosen[:MAX_TOPICS]:
            last = next((row.topic.slug for row in reversed(target.rows) if row.topic.slug != topic), "")
            editor.move_topic(section, topic, to, last)
        message = ngettext(
            "%(number)d topic is at the end of %(section)s.",
            "%(number)d topics are at the end of %(section)s.",
            len(chosen),
        )
        return message % {"number": len(chosen), "section": target}, "move-chosen"

    return apply_edit(request, slug, edit)


@require_POST
def add_section(request: AuthedRequest, slug: str) -> HttpResponse:
    title, key = request.POST.get("title", ""), request.POST.get("key", "")[:20]

    def edit(editor: TrackEditor) -> EditResult:
        section = editor.add_section(title, slug_of(title, key if key.isascii() and key.isalnum() else new_key()))
        return _("“%(section)s” is there. Add topics to it.") % {"section": section}, "new-section"

    return apply_edit(request, slug, edit)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit_section(request: AuthedRequest, slug: str, section: str) -> HttpResponse:
    """A section's title to change, and the way to delete it."""
    custom_track = get_authored_track_or_404(request, slug)
    editor = TrackEditor(custom_track.track, lock=request.method == "POST")
    try:
        track_section = editor.section(section)
    except InvalidEditError as problem:
        messages.warning(request, str(problem))
        return redirect("compose", slug)
    form = SectionForm(request.POST if request.method == "POST" else None, instance=track_section)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('compose', args=[slug])}?at=edit--{section}#section--{section}")
    context = {
        "custom_track": custom_track,
        "track": custom_track.track,
        "section": track_section,
        "form": form,
        "title": form.current_values["title"],
    }
    return render(request, "cohorts/custom_tracks/section.html", context, status=422 if form.errors else 200)


@require_POST
def remove_section(request: AuthedRequest, slug: str, section: str) -> HttpResponse:
    """Take a section away with what the form has named: as many topics as it said, and no others."""

    def edit(editor: TrackEditor) -> EditResult:
        track_section = next((candidate for candidate in editor.sections if candidate.slug == section), None)
        if track_section and request.POST.get("number") != str(len(track_section.rows)):
            raise InvalidEditError(
                _("“%(section)s” has changed meanwhile, so it is still there.") % {"section": track_section}
            )
        editor.remove_section(section)
        return _("The section is gone. Its topics are still in the roadmap, and so is every tick."), "new-section"

    return apply_edit(request, slug, edit)
