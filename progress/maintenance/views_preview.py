"""Pages as a learner sees them, for maintainers: with progress that is made up, and with what is still a draft.

Nothing is written, and nothing on these pages can be: the reader is one that no account has, so a box that is
pressed is refused as the box of another reader's page is (``reader`` in ``progress.tracking.views``).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import TextChoices
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.requests import HtmxRequest
from progress.decorators import unlisted
from progress.models import Status
from progress.reader_progress import Standings
from stages.map.stylesheet import sheet_of
from stages.models import Stage, Topic, Track
from stages.outline import Outline, outline_of_stages, outline_of_track, prerequisites
from stages.roadmap.draft_preview import outline_with, to_come
from stages.roadmap.views import show_roadmap, show_stage, show_topic, show_track


class Learner(AnonymousUser):
    """Whom a preview is shown to: somebody without notes, cohorts and rights, and with a key of nobody."""

    pk = id = "preview"  # type: ignore[assignment]  # a visitor has none


class PreviewRequest(HtmxRequest):
    """The request for a page as a learner sees it; see ``pretend``."""

    preview: dict[str, Any]
    made_up_standings: Standings


class Standing(TextChoices):
    """What the learner of a preview has done; ``?done=`` chooses."""

    NOTHING = "nothing", _("Nothing yet")
    HALF = "half", _("This stage half")
    STAGE = "stage", _("All before, and this stage")
    MIDDLE = "middle", _("Half of it")
    EVERYTHING = "everything", _("Everything")

    @classmethod
    def choices_for(cls, place: int | None) -> list[Self]:
        """What is offered on the page of a stage, or with None on that of a whole way."""
        if place is None:
            return [cls.NOTHING, cls.MIDDLE, cls.EVERYTHING]
        return [cls.NOTHING, cls.HALF, cls.STAGE, cls.EVERYTHING]


def made_up(standing: Standing, outline: Outline, place: int | None) -> Standings:
    """The standings of such a learner; ``place`` is the index of the stage that the page is about, or None."""
    before = [topic for section in outline.sections[: place or 0] for topic in section.topics]
    here = list(outline.topics if place is None else outline.sections[place].topics)
    half = len(here) // 2
    done, learning = {
        Standing.NOTHING: ([], []),
        Standing.HALF: (before + here[:half], here[half : half + 1]),
        Standing.MIDDLE: (here[:half], here[half : half + 1]),
        Standing.STAGE: (before + here, []),
        Standing.EVERYTHING: (outline.topics, []),
    }[standing]
    statuses: dict[int, str] = {topic.pk: Status.DONE for topic in done}
    return Standings(statuses | {topic.pk: Status.LEARNING for topic in learning})


def for_maintainers[**P](
    view: Callable[Concatenate[PreviewRequest, P], HttpResponse],
) -> Callable[Concatenate[PreviewRequest, P], HttpResponse]:
    """404 for everyone else: what is a draft is nobody's business."""

    @require_safe
    @unlisted
    @wraps(view)
    def wrapper(request: PreviewRequest, /, *args: P.args, **arguments: P.kwargs) -> HttpResponse:
        is_staff = request.user.is_staff and second_factor.suffices(request)
        if not (is_staff and request.user.has_perm("stages.view_topic")):
            raise Http404
        return view(request, *args, **arguments)

    return wrapper


def pretend(request: PreviewRequest, outline: Outline, place: int | None, hidden: bool = False) -> PreviewRequest:
    """Make ``request`` one of a learner who stands as it asks for; ``hidden`` when learners cannot see the page."""
    asked = request.GET.get("done")
    choices = Standing.choices_for(place)
    standing = Standing(asked) if asked in choices else Standing.NOTHING
    request.preview = {"standing": standing, "choices": choices, "hidden": hidden, "view": request.GET.get("view")}
    request.made_up_standings = made_up(standing, outline, place)
    request.user = Learner()
    return request


def place_of(outline: Outline, stage: Stage) -> int:
    return next(place for place, section in enumerate(outline.sections) if section.slug == stage.slug)


@for_maintainers
def roadmap(request: PreviewRequest) -> HttpResponse:
    outline = outline_of_stages()
    return show_roadmap(pretend(request, outline, None), outline)


@for_maintainers
def track(request: PreviewRequest, slug: str) -> HttpResponse:
    track = get_object_or_404(Track.objects.select_related("source"), slug=slug, private=False)
    if track.follows_stages:
        return redirect("roadmap_as_learner")
    outline = outline_of_track(track)
    return show_track(pretend(request, outline, None, hidden=not track.is_published()), track, outline)


@for_maintainers
def track_map(request: PreviewRequest, slug: str) -> HttpResponse:
    """The stylesheet of its map, which nobody else gets while the track is a draft."""
    outline = outline_of_track(get_object_or_404(Track, slug=slug, private=False))
    return HttpResponse(sheet_of(outline, prerequisites()).style, content_type="text/css")


@for_maintainers
def stage(request: PreviewRequest, slug: str) -> HttpResponse:
    """A stage with all its topics that are not retired, as if they were published."""
    stage = get_object_or_404(Stage, slug=slug)
    outline = outline_with(stage, to_come(stage))
    place = place_of(outline, stage)
    hidden = not stage.is_published()
    return show_stage(pretend(request, outline, place, hidden), stage, outline.sections, place)


@for_maintainers
def topic(request: PreviewRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_with(topic.stage, Topic.objects.filter(pk=topic.pk))
    hidden = not topic.is_published()
    return show_topic(pretend(request, outline, place_of(outline, topic.stage), hidden), topic, outline)
