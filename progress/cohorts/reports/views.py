"""What instructors see: everyone at a glance, one learner, and the same as a table to take along."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from progress.cohorts.due_dates import due_soon
from progress.cohorts.learner_plans import due_sort_key, plan_cards
from progress.cohorts.models import Cohort
from progress.cohorts.overrides import active_overrides
from progress.cohorts.reports.bottlenecks import load_bottlenecks
from progress.cohorts.reports.gradebook import (
    FILTERS,
    NOT_ASSIGNED,
    SORT_KEYS,
    column_heads,
    filter_entries,
    rows,
    summarize,
    topic_cell,
)
from progress.cohorts.reports.roster import AssignedCurriculum, Roster, load_roster
from progress.cohorts.track_updates import outdated_assignments
from progress.reader_progress import ReaderProgress
from progress.transfer.export import to_csv
from progress.transfer.views_export import download
from stages.outline import Section

WINDOW = 100  # learners on a page


@require_safe
@never_cache
def cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everyone's standing at a glance, stage by stage, or with ``?stage=`` topic by topic."""
    cohort = get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)
    seen = load_roster(cohort)
    show, sort, stage = asked(request, seen.curriculum)
    everyone = seen.learners
    group, seen = narrowed(request, seen)
    page = Paginator(filter_entries(seen.learners, show, sort), WINDOW).get_page(request.GET.get("page"))
    shown = rows(page.object_list, seen.curriculum, stage, seen.whom)
    assignments = [plan.assignment for plan in seen.assigned]
    changed = outdated_assignments(assignments, seen.roadmap)
    context = {
        "cohort": cohort,
        "assignments": [(one, seen.whom.description(one), changed.get(one.pk)) for one in assignments],
        "group": group,
        "groups": seen.whom.group_names.items(),
        "everyone": len(everyone),
        "summary": summarize(seen.learners),
        "stage": stage,
        "columns": stage.topics if stage else seen.curriculum.sections,
        "page": page,
        "rows": shown,
        "has_gaps": any(cell.mark == NOT_ASSIGNED for row in shown for cell in row.cells),
        "show": show,
        "sort": sort,
        "pace": load_bottlenecks(seen, everyone),
        "disputes": [learner for learner in seen.learners if learner.disputes],
    }
    return render(request, "cohorts/reports/cohort.html", context)


@require_safe
@never_cache
def cohort_learner(request: AuthedRequest, pk: int, learner: int) -> HttpResponse:
    """One learner, in the assigned topics and in nothing else, with the parts of their own page."""
    cohort = get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)
    seen = load_roster(cohort, only=learner)
    if not seen.learners:
        raise Http404
    [found] = seen.learners
    plans, progress = sorted(found.plans, key=due_sort_key), ReaderProgress(found.statuses)
    context = {
        "cohort": cohort,
        "learner": found,
        "measured": found.measured,
        "stages": [
            (section, found.measure(section.topics), [(topic_cell(found, topic), topic) for topic in section.topics])
            for section in found.curriculum.sections
        ],
        "disputes": active_overrides().filter(learner=found.pk, cohort=cohort).exclude(disputed_at=None),
        # Of the learner, not of the instructor who asks.
        "progress": progress,
        "soon": due_soon(plans, progress.statuses),
        "assigned": plan_cards(plans, progress),
    }
    return render(request, "cohorts/reports/learner.html", context)


@require_safe
@never_cache
def cohort_csv(request: AuthedRequest, pk: int) -> HttpResponse:
    """The table as it is on the screen, cell by cell; of a cohort on several pages it has them all."""
    cohort = get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)
    seen = load_roster(cohort)
    show, sort, stage = asked(request, seen.curriculum)
    _group, seen = narrowed(request, seen)
    shown = rows(filter_entries(seen.learners, show, sort), seen.curriculum, stage, seen.whom)
    text = to_csv([column_heads(seen.curriculum, stage, seen.whom), *(row.texts for row in shown)])
    return download(text, f"waymark-cohort-{cohort.pk}.csv", "text/csv; charset=utf-8")


def asked(request: AuthedRequest, curriculum: AssignedCurriculum) -> tuple[str, str, Section | None]:
    """What the address asks to see, as (show, sort, stage). Words that mean nothing are passed over.

    Raises Http404 for a stage without an assigned topic.
    """
    show, sort, slug = (request.GET.get(name, "") for name in ("show", "sort", "stage"))
    stage = next((section for section in curriculum.sections if section.slug == slug), None)
    if slug and stage is None:
        raise Http404
    known = sort.removeprefix("-") in SORT_KEYS
    return show if show in FILTERS else "all", sort if known else "name", stage


def narrowed(request: AuthedRequest, seen: Roster) -> tuple[tuple[int, str] | None, Roster]:
    """The (pk, name) of the group that the address asks for, or None, and what is seen of its learners alone.

    Raises Http404 for what is no group of this cohort.
    """
    asked_for = request.GET.get("group", "")
    if not asked_for:
        return None, seen
    group = next(((pk, name) for pk, name in seen.whom.group_names.items() if str(pk) == asked_for), None)
    if group is None:
        raise Http404
    members = seen.whom.group_members[group[0]]
    return group, seen._replace(learners=[learner for learner in seen.learners if learner.pk in members])
