"""The pages of practice: all exercises, one of them, and the frame in which Django runs."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from stages.content import Content, current_content
from stages.markdown.render import render as render_markdown
from stages.markdown.render import render_by_reader as render_files
from stages.models import Exercise
from stages.pages import render_page
from stages.practice.bundle import current_bundle
from stages.practice.exercises import checks_digest, sentences_of, solution_of, starter_files
from stages.practice.files import parse_files

# What the learner's code may do there: run, and nothing else. No address can be asked, nothing stored, nothing shown.
FRAME_CSP = (
    "default-src 'none'; script-src {static} blob: 'wasm-unsafe-eval'; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)


@login_not_required
@require_safe
def exercises(request: HttpRequest) -> HttpResponseBase:
    """Every exercise, by the topics that they practice."""
    return render_page(request, current_content(), "practice/exercises.html", exercises_context)


def exercises_context(content: Content) -> dict[str, Any]:
    by_topic = {pk: list(group) for pk, group in groupby(content.exercises, key=lambda exercise: exercise.topic)}
    sections = [
        (section, [(topic, by_topic[topic.pk]) for topic in section.topics if topic.pk in by_topic])
        for section in content.outline.sections
    ]
    return {
        "exercises": content.exercises,
        "sections": [(section, topics) for section, topics in sections if topics],
    }


@login_not_required
@require_safe
def exercise(request: HttpRequest, slug: str) -> HttpResponseBase:
    """An exercise: the task, the files, and Django to check them in the reader's own browser."""
    bundle = current_bundle()
    address, size = (bundle.url, bundle.size) if bundle else ("", 0)
    return render_page(request, current_content(), "practice/exercise.html", exercise_context, slug, address, size)


def exercise_context(content: Content, slug: str, bundle: str, size: int) -> dict[str, Any]:
    """What the page of an exercise says; ``bundle`` is where its Django is, or "", and ``size`` the bytes of that."""
    index = next((index for index, entry in enumerate(content.exercises) if entry.slug == slug), None)
    if index is None:
        raise Http404
    exercise = Exercise.objects.select_related("topic__stage").get(slug=slug)
    entries = content.exercises
    return {
        **describe_exercise(exercise, bundle, size),
        "previous": entries[index - 1] if index else None,
        "next": entries[index + 1] if index + 1 < len(entries) else None,
    }


def describe_exercise(exercise: Exercise, bundle: str, size: int) -> dict[str, Any]:
    """The same of an exercise that may be a draft, and so has no neighbors."""
    return {
        "exercise": exercise,
        "topic": exercise.topic,
        "given_html": render_files(exercise.given),
        "files_html": render_files(exercise.files),
        "solution_html": render_files(exercise.solution),
        "hints_html": [render_markdown(hint) for hint in exercise.hints],
        "sentences": sentences_of(exercise),
        "job": {
            "files": starter_files(exercise),
            "given": parse_files(exercise.given),
            "checks": parse_files(exercise.checks),
            "solution": solution_of(exercise),
        },
        "checks_digest": checks_digest(exercise),
        "bundle": bundle,
        "bundle_size": size,
    }


@login_not_required
@require_safe
@xframe_options_sameorigin
def frame(request: HttpRequest) -> HttpResponse:
    """An empty page whose script runs a learner's code where it can reach nothing of theirs or ours."""
    response = render(request, "practice/frame.html")
    response.headers["Content-Security-Policy"] = FRAME_CSP.format(
        static=request.build_absolute_uri(settings.STATIC_URL)
    )
    return response
