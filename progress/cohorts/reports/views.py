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

PAGE_SIZE = 100  # learners on a page


@require_safe
@never_cache
def cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everyone's progress at a glance, stage by stage, or with ``?stage=`` topic by topic."""
    cohort = get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)
    roster = load_roster(cohort)
    show, sort, stage = parse_query(request, roster.curriculum)
    everyone = roster.learners
    group, roster = filter_by_group(request, roster)
    page = Paginator(filter_entries(roster.learners, show, sort), PAGE_SIZE).get_page(request.GET.get("page"))
    table_rows = rows(page.object_list, roster.curriculum, stage, roster.audience)
    assignments = [plan.assignment for plan in roster.plans]
    changed = outdated_assignments(assignments, roster.roadmap)
    context = {
        "cohort": cohort,
        "assignments": [
            (assignment, roster.audience.description(assignment), changed.get(assignment.pk))
            for assignment in assignments
        ],
        "group": group,
        "groups": roster.audience.group_names.items(),
        "total_learners": len(everyone),
        "summary": summarize(roster.learners),
        "stage": stage,
        "columns": stage.topics if stage else roster.curriculum.sections,
        "page": page,
        "rows": table_rows,
        "has_gaps": any(cell.mark == NOT_ASSIGNED for row in table_rows for cell in row.cells),
        "show": show,
        "sort": sort,
        "bottlenecks": load_bottlenecks(roster, everyone),
        "disputes": [learner for learner in roster.learners if learner.has_disputes],
    }
    return render(request, "cohorts/reports/cohort.html", context)


@require_safe
@never_cache
def cohort_learner(request: AuthedRequest, pk: int, learner: int) -> HttpResponse:
    """One learner, in the assigned topics and in nothing else, with the parts of their own page."""
    cohort = get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)
    roster = load_roster(cohort, learner=learner)
    if not roster.learners:
        raise Http404
    [entry] = roster.learners
    plans, progress = sorted(entry.plans, key=due_sort_key), ReaderProgress(entry.statuses.to_dict())
    context = {
        "cohort": cohort,
        "learner": entry,
        "measured": entry.measured,
        "stages": [
            (section, entry.measure(section.topics), [(topic_cell(entry, topic), topic) for topic in section.topics])
            for section in entry.curriculum.sections
        ],
        "disputes": active_overrides().filter(learner=entry.pk, cohort=cohort).exclude(disputed_at=None),
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
    roster = load_roster(cohort)
    show, sort, stage = parse_query(request, roster.curriculum)
    _group, roster = filter_by_group(request, roster)
    table_rows = rows(filter_entries(roster.learners, show, sort), roster.curriculum, stage, roster.audience)
    text = to_csv([column_heads(roster.curriculum, stage, roster.audience), *(row.texts for row in table_rows)])
    return download(text, f"waymark-cohort-{cohort.pk}.csv", "text/csv; charset=utf-8")


def parse_query(request: AuthedRequest, curriculum: AssignedCurriculum) -> tuple[str, str, Section | None]:
    """What the address asks to see, as (show, sort, stage). Words that mean nothing are passed over.

    Raises Http404 for a stage without an assigned topic.
    """
    show, sort, slug = (request.GET.get(name, "") for name in ("show", "sort", "stage"))
    stage = next((section for section in curriculum.sections if section.slug == slug), None)
    if slug and stage is None:
        raise Http404
    is_known = sort.removeprefix("-") in SORT_KEYS
    return show if show in FILTERS else "all", sort if is_known else "name", stage


def filter_by_group(request: AuthedRequest, roster: Roster) -> tuple[tuple[int, str] | None, Roster]:
    """The (pk, name) of the group that the address asks for, or None, and the Roster with its learners alone.

    Raises Http404 for what is no group of this cohort.
    """
    group_pk = request.GET.get("group", "")
    if not group_pk:
        return None, roster
    group = next(((pk, name) for pk, name in roster.audience.group_names.items() if str(pk) == group_pk), None)
    if group is None:
        raise Http404
    members = roster.audience.group_members[group[0]]
    return group, roster._replace(learners=[learner for learner in roster.learners if learner.pk in members])
