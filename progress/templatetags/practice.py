"""Tags for what a learner has done in exercises."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from progress.models import Attempt, HasPk
from stages.models import Exercise
from stages.pages import hole
from stages.practice.exercises import checks_digest
from stages.prepared_query import PreparedQuery

register = template.Library()

STATES_LOADED = "exercises"  # where they are in the render_context, once they are loaded
BEGUN = 5  # exercises that are shown as begun


@register.simple_tag(takes_context=True)
def attempt(context: Context, exercise: Exercise) -> dict[str, Any] | None:
    """What the learner has at an exercise, ``{% attempt exercise as attempt %}``; None for visitors. One query.

    ``files`` and ``revision`` as they are kept, ``shown`` and ``outdated`` as progress.practice.views.state_of has it.
    """
    user = context["user"]
    if "run_here" in context:
        here: dict[str, Any] = context["run_here"].state
        return here
    if not user.is_authenticated:
        return None
    kept = Attempt.objects.filter(user=user.pk, exercise=exercise.pk).first() or Attempt()
    outdated = kept.is_outdated(checks_digest(exercise))
    state: dict[str, Any] = {"files": kept.files, "revision": kept.revision}
    return state | {"shown": kept.is_shown, "outdated": outdated}


@register.simple_tag(takes_context=True)
def exercise_state(context: Context, exercise: HasPk) -> SafeString:
    """A mark for an exercise that the reader has shown or begun: ``{% exercise_state exercise %}``. A hole.

    One query for all that are on a page, and none for visitors.
    """

    def fill(reader: Context) -> str:
        state = states_of(reader).get(exercise.pk, "")
        return render_to_string("progress/practice/includes/state.html", {"state": state}) if state else ""

    return hole(context, fill)


def states_of(context: Context) -> dict[int, str]:
    """``{pk of an exercise: "shown" or "begun"}`` of the reader."""
    user, loaded = context["user"], context.render_context
    if not user.is_authenticated:
        return {}
    found: dict[int, str] | None = loaded.get(STATES_LOADED)
    if found is None:
        found = {pk: "shown" if shown_at else "begun" for pk, shown_at in STATES.rows(user.pk)}
        loaded[STATES_LOADED] = found
    return found


STATES = PreparedQuery(
    lambda user: Attempt.objects.filter(user=user).order_by().values_list("exercise_id", "shown_at"), parameters=1
)


@register.simple_tag(takes_context=True)
def practice_summary(context: Context) -> str:
    """What the learner has shown, and what they have begun, the latest first; nothing before. One query."""
    attempts = list(
        Attempt.objects.filter(user=context["user"].pk, exercise__in=Exercise.objects.published())
        .select_related("exercise")
        .order_by("-saved_at")
    )
    if not attempts:
        return ""
    shown = sum(attempt.is_shown for attempt in attempts)
    begun = [attempt.exercise for attempt in attempts if not attempt.is_shown][:BEGUN]
    return render_to_string("progress/practice/includes/summary.html", {"shown": shown, "begun": begun})
