"""Who may change an assignment."""

import pytest

from progress.cohorts.models import Assignment, Cohort
from tests.cohorts.assignment_pages import days_of, page_of, path, shown_in
from tests.conftest import client_of, make_user

VERBS = ["whom/", "rhythm/", "take-over/"]


def wanted(assignment, verb, people, client):
    """A form that would change something."""
    if verb == "whom/":
        shown = shown_in(assignment, client)
        return {"shown": shown, "to_everyone": "False", "picked": [people["Ada"].pk]}
    if verb == "rhythm/":
        return days_of(assignment, client) | {"day-start": "2026-03-05"}
    return {"shown": page_of(assignment, client).context["update"].content_hash}


def state_of(assignment):
    return Assignment.objects.values_list("to_everyone", "section_dates", "track_snapshot").get(pk=assignment.pk)


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_changes_it(cohort, edited, dated, people, learner, outsider, maintainer, as_instructor, verb):
    sent, before = wanted(edited, verb, people, as_instructor), state_of(edited)
    former, another = make_user("Fred Former"), make_user("Ida Instructor")
    cohort.instructors.add(former)
    cohort.instructors.remove(former)
    Cohort.objects.create(name="Another").instructors.add(another)
    for person in (learner, outsider, maintainer, former, another):
        assert client_of(person).post(path(edited, verb), sent).status_code == 404
    own = Cohort.objects.create(name="A second one")
    own.instructors.set(cohort.instructors.all())
    assert as_instructor.post(f"/cohorts/{own.pk}/assignments/{edited.pk}/{verb}", sent).status_code == 404
    cohort.archive()
    assert as_instructor.post(path(edited, verb), sent).status_code == 403
    assert state_of(edited) == before
    assert "novalidate" not in page_of(edited, as_instructor).text
    assert "Take it over" not in page_of(edited, as_instructor).text
    cohort.archive(wanted=False)
    assert as_instructor.post(path(edited, verb), sent).status_code == 302
    assert state_of(edited) != before
