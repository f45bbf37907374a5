"""How a cohort grew against its plan, as a drawing, as a table, and as a table to take along."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from progress.cohorts.permissions import led_cohort
from progress.cohorts.reports.activity import days_with_ticks, done_days
from progress.cohorts.reports.roster import see
from progress.cohorts.reports.timeline import LATELY, draw, heads, lately, over_time
from progress.transfer.export import sheet
from progress.transfer.views_export import download


@require_safe
@never_cache
def cohort_over_time(request: AuthedRequest, pk: int) -> HttpResponse:
    cohort = led_cohort(request, pk)
    seen = see(cohort)
    found = over_time(seen.learners, done_days(cohort, seen), cohort.today)
    days = lately(seen.learners, days_with_ticks(cohort, seen, LATELY), cohort.today)
    context = {
        "cohort": cohort,
        "learners": len(seen.learners),
        "assigned": seen.assigned,
        "found": found,
        "drawing": found and draw(found),
        "heads": heads(),
        "days": days,
        "busy": sum(day.active > 0 for day in days),
    }
    return render(request, "cohorts/reports/timeline.html", context)


@require_safe
@never_cache
def over_time_csv(request: AuthedRequest, pk: int) -> HttpResponse:
    """The table of the page, cell by cell."""
    cohort = led_cohort(request, pk)
    seen = see(cohort)
    found = over_time(seen.learners, done_days(cohort, seen), cohort.today)
    text = sheet([heads(), *(found.rows if found else [])])
    return download(text, f"waymark-cohort-{cohort.pk}-over-time.csv", "text/csv; charset=utf-8")
