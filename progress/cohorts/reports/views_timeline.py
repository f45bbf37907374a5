"""How a cohort progressed against its plan, as a drawing, as a table, and as a table to take along."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from progress.cohorts.permissions import get_led_cohort_or_404
from progress.cohorts.reports.activity import active_dates, completion_dates
from progress.cohorts.reports.roster import load_roster
from progress.cohorts.reports.timeline import RECENT_DAYS, chart, column_heads, load_timeline, recent_activity
from progress.transfer.export import to_csv
from progress.transfer.views_export import download


@require_safe
@never_cache
def cohort_over_time(request: AuthedRequest, pk: int) -> HttpResponse:
    cohort = get_led_cohort_or_404(request, pk)
    roster = load_roster(cohort)
    timeline = load_timeline(roster.learners, completion_dates(cohort, roster), cohort.today)
    days = recent_activity(roster.learners, active_dates(cohort, roster, RECENT_DAYS), cohort.today)
    context = {
        "cohort": cohort,
        "learners": len(roster.learners),
        "assigned": roster.plans,
        "timeline": timeline,
        "chart": timeline and chart(timeline),
        "column_heads": column_heads(),
        "days": days,
        "busy": sum(day.active > 0 for day in days),
    }
    return render(request, "cohorts/reports/timeline.html", context)


@require_safe
@never_cache
def over_time_csv(request: AuthedRequest, pk: int) -> HttpResponse:
    """The table of the page, cell by cell."""
    cohort = get_led_cohort_or_404(request, pk)
    roster = load_roster(cohort)
    timeline = load_timeline(roster.learners, completion_dates(cohort, roster), cohort.today)
    text = to_csv([column_heads(), *(timeline.rows if timeline else [])])
    return download(text, f"waymark-cohort-{cohort.pk}-over-time.csv", "text/csv; charset=utf-8")
