"""Preview as learner, for maintainers: pages with made-up progress, and with what is still a draft.

Nothing is written, and nothing on these pages can be: the reader is one that no account has, so a box that is
pressed is refused as the box of another reader's page is (``reader`` in ``progress.tracking.views``).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import TextChoices
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.requests import HtmxRequest
from progress.decorators import unlisted
from progress.models import Status
from progress.reader_progress import ReaderProgress
from stages.content import current_content
from stages.map.stylesheet import map_stylesheet
from stages.models import Exercise, Stage, Topic, Track
from stages.outline import Outline
from stages.practice.bundle import current_bundle
from stages.practice.views import describe_exercise
from stages.roadmap.draft_preview import outline_with_drafts, upcoming_exercises, upcoming_topics
from stages.roadmap.layouts import layout_of
from stages.roadmap.views import describe_stage, describe_topic, roadmap_context, track_context


class PreviewLearner(AnonymousUser):
    """Whom a preview is shown to: somebody without notes, cohorts and rights, and with a key of nobody."""

    pk = id = "preview"  # type: ignore[assignment]  # a visitor has none


class PreviewRequest(HtmxRequest):
    """The request for a page as a learner sees it; see ``as_preview``."""

    preview: dict[str, Any]
    preview_progress: ReaderProgress


class PreviewProgress(TextChoices):
    """What the learner of a preview has done; ``?done=`` chooses."""

    NOTHING = "nothing", _("Nothing yet")
    HALF = "half", _("This stage half")
    STAGE = "stage", _("All before, and this stage")
    MIDDLE = "middle", _("Half of it")
    EVERYTHING = "everything", _("Everything")

    @classmethod
    def choices_for(cls, index: int | None) -> list[Self]:
        """What is offered on the page of a stage, or with None on that of a whole track."""
        if index is None:
            return [cls.NOTHING, cls.MIDDLE, cls.EVERYTHING]
        return [cls.NOTHING, cls.HALF, cls.STAGE, cls.EVERYTHING]


def make_progress(preset: PreviewProgress, outline: Outline, index: int | None) -> ReaderProgress:
    """The progress of such a learner; ``index`` is that of the stage that the page is about, or None."""
    before = [topic for section in outline.sections[: index or 0] for topic in section.topics]
    here = list(outline.topics if index is None else outline.sections[index].topics)
    half = len(here) // 2
    done, learning = {
        PreviewProgress.NOTHING: ([], []),
        PreviewProgress.HALF: (before + here[:half], here[half : half + 1]),
        PreviewProgress.MIDDLE: (here[:half], here[half : half + 1]),
        PreviewProgress.STAGE: (before + here, []),
        PreviewProgress.EVERYTHING: (outline.topics, []),
    }[preset]
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


def as_preview(request: PreviewRequest, outline: Outline, index: int | None, hidden: bool = False) -> PreviewRequest:
    """Make ``request`` one of a learner with the progress that it asks for; ``hidden`` if learners cannot see it."""
    requested = request.GET.get("done")
    choices = PreviewProgress.choices_for(index)
    preset = PreviewProgress(requested) if requested in choices else PreviewProgress.NOTHING
    request.preview = {"preset": preset, "choices": choices, "hidden": hidden, "view": request.GET.get("view")}
    request.preview_progress = make_progress(preset, outline, index)
    request.user = PreviewLearner()
    return request


def index_of_stage(outline: Outline, stage: Stage) -> int:
    return next(index for index, section in enumerate(outline.sections) if section.slug == stage.slug)


@maintainers_only
def roadmap(request: PreviewRequest) -> HttpResponse:
    content = current_content()
    context = roadmap_context(content, layout_of(request))
    return render(as_preview(request, content.outline, None), "stages/roadmap/roadmap.html", context)


@maintainers_only
def track(request: PreviewRequest, slug: str) -> HttpResponse:
    track = get_object_or_404(Track.objects.select_related("source"), slug=slug, private=False)
    if track.follows_stages:
        return redirect("roadmap_as_learner")
    context = track_context(current_content(), track, layout_of(request))
    request = as_preview(request, context["outline"], None, hidden=not track.is_published())
    return render(request, "stages/roadmap/track.html", context)


@maintainers_only
def track_map(request: PreviewRequest, slug: str) -> HttpResponse:
    """The stylesheet of its map, which nobody else gets while the track is a draft."""
    content = current_content()
    outline = content.track_outline(get_object_or_404(Track, slug=slug, private=False))
    return HttpResponse(map_stylesheet(content, outline).css, content_type="text/css")


@maintainers_only
def stage(request: PreviewRequest, slug: str) -> HttpResponse:
    """A stage with all its topics that are not retired, as if they were published."""
    stage = get_object_or_404(Stage, slug=slug)
    outline = outline_with_drafts(stage, upcoming_topics(stage))
    index = index_of_stage(outline, stage)
    request = as_preview(request, outline, index, hidden=not stage.is_published())
    return render(request, "stages/roadmap/stage.html", describe_stage(stage, outline, index))


@maintainers_only
def topic(request: PreviewRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_with_drafts(topic.stage, Topic.objects.filter(pk=topic.pk))
    context = {**describe_topic(topic, outline, current_content()), "around": outline.neighbors[topic.slug]}
    context["exercises"] = upcoming_exercises(topic)
    request = as_preview(request, outline, index_of_stage(outline, topic.stage), hidden=not topic.is_published())
    return render(request, "stages/roadmap/topic.html", context)


@maintainers_only
def exercise(request: PreviewRequest, slug: str) -> HttpResponse:
    """An exercise, which is the same whatever somebody has done; what is written there is kept nowhere."""
    exercise = get_object_or_404(Exercise.objects.select_related("topic__stage"), slug=slug)
    request = as_preview(request, current_content().outline, None, hidden=not exercise.is_published())
    request.preview["choices"] = []
    return render(request, "practice/exercise.html", describe_exercise(exercise, current_bundle()))
