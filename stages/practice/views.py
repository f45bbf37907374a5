"""The pages of practice: all exercises, one of them, and the frame in which Django runs."""

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from stages.content import Content, current_content
from stages.markdown.render import render as render_markdown
from stages.markdown.render import render_by_reader as render_files
from stages.models import Exercise
from stages.pages import render_page
from stages.practice.bundle import Bundle, current_bundle
from stages.practice.exercises import checks_digest, sentences_of, starter_files
from stages.practice.files import parse_files

# What a learner's code may do there: run. No address can be asked and nothing kept, and nobody's cookies come along.
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts; "
DJANGO_POLICY = CLOSED + "script-src {script} blob: 'wasm-unsafe-eval'; worker-src blob:"
# A page that it has answered may look as it likes.
PAGE_POLICY = CLOSED + "script-src {script}; style-src 'unsafe-inline'; img-src data:"


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
    return render_page(request, current_content(), "practice/exercise.html", exercise_context, slug, current_bundle())


def exercise_context(content: Content, slug: str, bundle: Bundle | None) -> dict[str, Any]:
    """What the page of an exercise says. Raises 404."""
    index = next((index for index, entry in enumerate(content.exercises) if entry.slug == slug), None)
    if index is None:
        raise Http404
    exercise = Exercise.objects.select_related("topic__stage").get(slug=slug)
    entries = content.exercises
    return {
        **describe_exercise(exercise, bundle),
        "previous": entries[index - 1] if index else None,
        "next": entries[index + 1] if index + 1 < len(entries) else None,
    }


def describe_exercise(exercise: Exercise, bundle: Bundle | None) -> dict[str, Any]:
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
        },
        "checks_digest": checks_digest(exercise),
        "bundle": bundle,
    }


@login_not_required
@require_safe
@xframe_options_sameorigin
def django_frame(request: HttpRequest) -> HttpResponse:
    """An empty page whose script runs a learner's code where it reaches nothing of theirs or ours."""
    return frame(request, "js/practice/frame.js", DJANGO_POLICY, shows_page=False)


@login_not_required
@require_safe
@xframe_options_sameorigin
def page_frame(request: HttpRequest) -> HttpResponse:
    """An empty page whose script shows what a learner's site has answered."""
    return frame(request, "js/practice/page.js", PAGE_POLICY, shows_page=True)


def frame(request: HttpRequest, script: str, policy: str, *, shows_page: bool) -> HttpResponse:
    response = render(request, "practice/frame.html", {"shows_page": shows_page})
    response.headers["Content-Security-Policy"] = policy.format(script=request.build_absolute_uri(static(script)))
    return response
