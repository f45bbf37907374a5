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
from progress.reader_progress import ReaderProgress
from stages.map.stylesheet import map_stylesheet
from stages.models import Stage, Topic, Track
from stages.outline import Outline, outline_of_stages, outline_of_track, prerequisites
from stages.roadmap.draft_preview import outline_with_drafts, upcoming_topics
from stages.roadmap.views import show_roadmap, show_stage, show_topic, show_track


class PreviewLearner(AnonymousUser):
    """Whom a preview is shown to: somebody without notes, cohorts and rights, and with a key of nobody."""

    pk = id = "preview"  # type: ignore[assignment]  # a visitor has none


class PreviewRequest(HtmxRequest):
    """The request for a page as a learner sees it; see ``pretend``."""

    preview: dict[str, Any]
    made_up_standings: ReaderProgress


class PreviewProgress(TextChoices):
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


def made_up_progress(standing: PreviewProgress, outline: Outline, place: int | None) -> ReaderProgress:
    """The standings of such a learner; ``place`` is the index of the stage that the page is about, or None."""
    before = [topic for section in outline.sections[: place or 0] for topic in section.topics]
    here = list(outline.topics if place is None else outline.sections[place].topics)
    half = len(here) // 2
    done, learning = {
        PreviewProgress.NOTHING: ([], []),
        PreviewProgress.HALF: (before + here[:half], here[half : half + 1]),
        PreviewProgress.MIDDLE: (here[:half], here[half : half + 1]),
        PreviewProgress.STAGE: (before + here, []),
        PreviewProgress.EVERYTHING: (outline.topics, []),
    }[standing]
    statuses: dict[int, str] = {topic.pk: Status.DONE for topic in done}
    return ReaderProgress(statuses | {topic.pk: Status.LEARNING for topic in learning})


def maintainers_only[**P](
    view: Callable[Concatenate[PreviewRequest, P], HttpResponse],
) -> Callable[Concatenate[PreviewRequest, P], HttpResponse]:
    """404 for everyone else: what is a draft is nobody's business."""

    @require_safe
    @unlisted
    @wraps(view)
    def wrapper(request: PreviewRequest, /, *args: P.args, **arguments: P.kwargs) -> HttpResponse:
        is_staff = request.user.is_staff and second_factor.is_satisfied(request)
        if not (is_staff and request.user.has_perm("stages.view_topic")):
            raise Http404
        return view(request, *args, **arguments)

    return wrapper


def pretend(request: PreviewRequest, outline: Outline, place: int | None, hidden: bool = False) -> PreviewRequest:
    """Make ``request`` one of a learner who stands as it asks for; ``hidden`` when learners cannot see the page."""
    asked = request.GET.get("done")
    choices = PreviewProgress.choices_for(place)
    standing = PreviewProgress(asked) if asked in choices else PreviewProgress.NOTHING
    request.preview = {"standing": standing, "choices": choices, "hidden": hidden, "view": request.GET.get("view")}
    request.made_up_standings = made_up_progress(standing, outline, place)
    request.user = PreviewLearner()
    return request


def preview_url(outline: Outline, stage: Stage) -> int:
    return next(place for place, section in enumerate(outline.sections) if section.slug == stage.slug)


@maintainers_only
def roadmap(request: PreviewRequest) -> HttpResponse:
    outline = outline_of_stages()
    return show_roadmap(pretend(request, outline, None), outline)


@maintainers_only
def track(request: PreviewRequest, slug: str) -> HttpResponse:
    track = get_object_or_404(Track.objects.select_related("source"), slug=slug, private=False)
    if track.follows_stages:
        return redirect("roadmap_as_learner")
    outline = outline_of_track(track)
    return show_track(pretend(request, outline, None, hidden=not track.is_published()), track, outline)


@maintainers_only
def track_map(request: PreviewRequest, slug: str) -> HttpResponse:
    """The stylesheet of its map, which nobody else gets while the track is a draft."""
    outline = outline_of_track(get_object_or_404(Track, slug=slug, private=False))
    return HttpResponse(map_stylesheet(outline, prerequisites()).css, content_type="text/css")


@maintainers_only
def stage(request: PreviewRequest, slug: str) -> HttpResponse:
    """A stage with all its topics that are not retired, as if they were published."""
    stage = get_object_or_404(Stage, slug=slug)
    outline = outline_with_drafts(stage, upcoming_topics(stage))
    place = preview_url(outline, stage)
    hidden = not stage.is_published()
    return show_stage(pretend(request, outline, place, hidden), stage, outline.sections, place)


@maintainers_only
def topic(request: PreviewRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_with_drafts(topic.stage, Topic.objects.filter(pk=topic.pk))
    hidden = not topic.is_published()
    return show_topic(pretend(request, outline, preview_url(outline, topic.stage), hidden), topic, outline)
