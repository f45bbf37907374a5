"""How many queries the instructor's pages make: the same for a small cohort and for a large one."""

from datetime import date

import pytest

from progress.cohorts.models import Assignment, Extension
from progress.models import ProgressEvent, TopicProgress
from tests.cohorts.roster_pages import enrol_many
from tests.test_queries import analyze, grow, queries

# An instructor's page includes the session and the user.
PAGES = {
    "": 12,
    "?sort=-overdue&show=quiet": 12,
    "?stage=first": 12,
    "standings.csv": 10,
    "over-time/": 12,
    "over-time.csv": 11,
    "learners/{learner}/": 11,
}


@pytest.mark.parametrize("size", [20, 200, 1000])
def test_each_page_makes_a_fixed_number_of_queries(cohort, content, as_instructor, learner, size):
    topics = grow(content, 300)
    merged = Assignment.objects.create(cohort=cohort, track=content.merged, due=date(2026, 1, 1))
    people = enrol_many(cohort, size - 1)
    Extension.objects.bulk_create(
        Extension(assignment=merged, user=person, due=date(2026, 2, 1)) for person in people[::5]
    )
    facts = [
        {"user": person, "topic": topics[number % 300], "status": "learning" if number % 3 else "done"}
        for number, person in enumerate(people)
    ]
    TopicProgress.objects.bulk_create(TopicProgress(**fact) for fact in facts)
    ProgressEvent.objects.bulk_create(ProgressEvent(**fact) for fact in facts)
    analyze()
    found = {page: queries(as_instructor, f"/cohorts/{cohort.pk}/{page.format(learner=learner.pk)}") for page in PAGES}
    assert found == PAGES
    assert max(found.values()) <= 12
