"""What an instructor does with assignments."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from progress.cohorts.models import Assignment, Cohort, Extension
from progress.models import TopicProgress
from stages.models import State, Track
from tests.cohorts.assignment_pages import as_shown
from tests.conftest import client_of, make_user

DATES = {"starts": "2026-03-02", "due": "2026-03-11", "visible_from": "2026-03-01", "required": "on"}


@pytest.fixture
def assignment(cohort):
    """The other track: its sections have three topics and one that is optional."""
    return cohort.assignments.get()


def path(cohort, assignment=None, verb=""):
    return (
        f"/cohorts/{cohort.pk}/assignments/{assignment.pk}/{verb}" if assignment else f"/cohorts/{cohort.pk}/assign/"
    )


def test_it_assigns_a_track_with_its_dates(cohort, as_instructor, content):
    response = as_instructor.post(path(cohort), {"track": content.merged.pk, **DATES}, follow=True)
    made = cohort.assignments.get(track=content.merged)
    assert (made.starts, made.due, made.visible_from) == (date(2026, 3, 2), date(2026, 3, 11), date(2026, 3, 1))
    assert made.required
    assert "The cohort follows “The roadmap” now." in response.text
    assert "First steps" in response.text


def test_assigning_a_track_twice_leads_to_what_is_there(cohort, as_instructor, content):
    for due in ("2026-03-11", "2026-03-12"):
        answer = as_instructor.post(path(cohort), {"track": content.merged.pk, **DATES, "due": due}, follow=True)
        assert answer.status_code == 200
    assert "The cohort follows “The roadmap” already." in answer.text
    assert cohort.assignments.get(track=content.merged).due == date(2026, 3, 11)


def test_what_is_due_first_comes_first_and_what_is_never_due_last(cohort, as_instructor, content):
    Assignment.objects.create(cohort=cohort, track=content.merged, due=date(2026, 3, 11))
    page = as_instructor.get(path(cohort))
    assert [str(one.track) for one, *_more in page.context["assignments"]] == ["The roadmap", "Another way"]


def test_it_proposes_the_days_of_the_cohort(cohort, as_instructor):
    Cohort.objects.filter(pk=cohort.pk).update(starts=date(2026, 9, 1), ends=date(2026, 12, 1))
    page = as_instructor.get(path(cohort)).text
    assert 'value="2026-09-01"' in page
    assert 'value="2026-12-01"' in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"due": "2026-03-01"}, "It cannot be due before it starts."),
        ({"visible_from": "2026-03-12"}, "Learners would see it only after it was due."),
        ({"due": "soon"}, "Enter a valid date."),
        ({"track": "draft"}, "Choose a published track that this cohort does not follow yet."),
    ],
)
def test_it_says_what_is_wrong(cohort, as_instructor, content, fields, says):
    Track.objects.create(slug="draft", title="A draft", summary="-", state=State.DRAFT)
    fields = {"track": "roadmap", **DATES, **fields}
    fields["track"] = Track.objects.get(slug=fields["track"]).pk
    response = as_instructor.post(path(cohort), fields)
    assert response.status_code == 400
    assert says in response.text
    assert cohort.assignments.count() == 1


def test_it_changes_the_dates_and_keeps_them_when_sent_twice(cohort, as_instructor, assignment):
    form = as_shown(as_instructor.get(path(cohort, assignment)).context["form"])
    del form["required"]
    for _again in range(2):
        assert as_instructor.post(path(cohort, assignment), form | {"due": "2026-05-01"}).status_code == 302
    assignment.refresh_from_db()
    assert (assignment.due, assignment.starts, assignment.required) == (date(2026, 5, 1), None, False)


def test_of_two_tabs_neither_undoes_the_dates_of_the_other(cohort, as_instructor, assignment):
    form = as_shown(as_instructor.get(path(cohort, assignment)).context["form"])
    as_instructor.post(path(cohort, assignment), form | {"due": "2026-05-01"})
    as_instructor.post(path(cohort, assignment), form | {"starts": "2026-03-02"})
    assignment.refresh_from_db()
    assert (assignment.starts, assignment.due) == (date(2026, 3, 2), date(2026, 5, 1))
    late = as_instructor.post(path(cohort, assignment), form | {"starts": "2026-05-02"})  # after what the other says
    assert "It cannot be due before it starts." in late.text


def test_it_shows_the_rhythm_and_an_edit_of_the_track_moves_it(cohort, as_instructor, assignment, content):
    as_instructor.post(path(cohort, assignment), DATES)
    # Two topics of unknown length, then one: two thirds of ten days, and the last is the due date.
    page = as_instructor.get(path(cohort, assignment)).text
    assert "Sun, March 8" in page
    assert "Wed, March 11" in page
    content.topics["maps"].minutes_min = content.topics["maps"].minutes_max = 10
    content.topics["maps"].save()
    content.topics["routes"].minutes_min = content.topics["routes"].minutes_max = 40
    content.topics["routes"].save()
    page = as_instructor.get(path(cohort, assignment)).text
    assert "Sat, March 7" in page  # 50 of 90 minutes
    assert "Sun, March 8" not in page


def test_it_asks_before_it_removes_and_every_tick_stays(cohort, as_instructor, assignment, learner, content):
    TopicProgress.objects.record(learner, content.topics["maps"], "done")
    assert "Remove “Another way”?" in as_instructor.get(path(cohort, assignment, "remove/")).text
    assert cohort.assignments.exists()
    for _again in range(2):
        response = as_instructor.post(path(cohort, assignment, "remove/"), follow=True)
        assert "Every tick stays." in response.text
    assert not cohort.assignments.exists()
    assert learner.topic_progress.get().status == "done"


def test_it_gives_one_learner_longer_changes_that_and_takes_it_back(cohort, as_instructor, assignment, learner):
    as_instructor.post(path(cohort, assignment), DATES)
    for due in ("2026-03-20", "2026-03-25", "2026-03-25"):
        as_instructor.post(path(cohort, assignment, "extend/"), {"learner": learner.pk, "due": due})
    assert Extension.objects.get().due == date(2026, 3, 25)
    page = as_instructor.get(path(cohort, assignment)).text
    assert "Lena Learner" in page
    assert "March 25, 2026" in page
    for _again in range(2):
        as_instructor.post(path(cohort, assignment, "extend/"), {"take_back": learner.pk})
    assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("who", "due", "says"),
    [
        ("Lena", "2026-03-11", "Choose a day after"),
        ("Lena", "2026-03-01", "Choose a day after"),
        ("Otto", "2026-03-20", "This person is not in the cohort now."),
        ("Gone", "2026-03-20", "This person is not in the cohort now."),
    ],
)
def test_it_refuses_an_extension_that_is_none(cohort, as_instructor, assignment, learner, outsider, who, due, says):
    as_instructor.post(path(cohort, assignment), DATES)
    gone = make_user("Gone Hiker")
    cohort.join(gone)
    cohort.leave(gone)
    person = {"Lena": learner, "Otto": outsider, "Gone": gone}[who]
    response = as_instructor.post(path(cohort, assignment, "extend/"), {"learner": person.pk, "due": due})
    assert response.status_code == 400
    assert says in response.text
    assert not Extension.objects.exists()


def test_who_has_left_is_not_on_the_page_any_more(cohort, as_instructor, assignment, learner):
    Extension.objects.create(assignment=assignment, user=learner, due=date(2026, 3, 20))
    assert "Lena" in as_instructor.get(path(cohort, assignment)).text
    cohort.leave(learner)
    assert "Lena" not in as_instructor.get(path(cohort, assignment)).text
    Assignment.objects.update(due=date(2026, 3, 1))
    assert "Lena" not in as_instructor.get(path(cohort, assignment, "extend/")).text


def test_without_a_due_date_nobody_can_have_longer(cohort, as_instructor, assignment, learner):
    answer = as_instructor.post(path(cohort, assignment, "extend/"), {"learner": learner.pk, "due": "2026-03-20"})
    assert "It has no due date" in answer.text
    assert not Extension.objects.exists()


VERBS = ["", "remove/", "extend/"]


@pytest.mark.parametrize("verb", [None, *VERBS])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_peoples_cohorts_are_not_there(cohort, assignment, learner, outsider, maintainer, verb, method):
    former = make_user("Fred Former")
    cohort.instructors.add(former)
    cohort.instructors.remove(former)
    place = path(cohort) if verb is None else path(cohort, assignment, verb)
    for person in (learner, outsider, maintainer, former):
        assert getattr(client_of(person), method)(place, DATES).status_code == 404
    assignment.refresh_from_db()
    assert assignment.due is None


@pytest.mark.parametrize("verb", VERBS)
def test_an_assignment_of_another_cohort_is_not_there(cohort, assignment, instructor, as_instructor, verb):
    own = Cohort.objects.create(name="Another cohort")
    own.instructors.add(instructor)
    other = Cohort.objects.create(name="Not hers").assignments.create(track=assignment.track)
    assert as_instructor.get(path(own, other, verb)).status_code == 404
    as_instructor.post(path(own, other, verb), DATES)
    other.refresh_from_db()
    assert other.due is None


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_an_archived_cohort_is_read_only(cohort, assignment, as_instructor, learner, verb):
    Assignment.objects.update(due=date(2026, 3, 1))
    Cohort.objects.update(archived_at=timezone.now())
    place = path(cohort) if verb is None else path(cohort, assignment, verb)
    response = as_instructor.post(place, {"learner": learner.pk, **DATES})
    assert response.status_code == 403
    assert "This cohort is archived" in response.text
    assert list(Assignment.objects.values_list("due", flat=True)) == [date(2026, 3, 1)]
    assert not Extension.objects.exists()
    page = as_instructor.get(place)
    assert page.status_code == 200
    assert '<form method="post">' not in page.text
    assert "novalidate" not in page.text


@pytest.mark.parametrize("size", [1, 20])
def test_the_pages_make_a_fixed_number_of_queries(cohort, assignment, as_instructor, size):
    Assignment.objects.update(due=date(2026, 3, 1))
    for number in range(size):
        person = make_user(f"Hiker{number} Holm")
        cohort.join(person)
        Extension.objects.create(assignment=assignment, user=person, due=date(2026, 3, 20))
        track = Track.objects.create(slug=f"t{number}", title="T", summary="S")
        Track.objects.create(slug=f"free-{number}", title="T", summary="S")
        cohort.assignments.create(track=track)
    found = {}
    for verb in (None, *VERBS):
        as_instructor.get(path(cohort) if verb is None else path(cohort, assignment, verb))  # see stages/content.py
        with CaptureQueriesContext(connection) as captured:
            as_instructor.get(path(cohort) if verb is None else path(cohort, assignment, verb))
        found[verb] = len([query for query in captured if "SAVEPOINT" not in query["sql"]])
    assert found == {None: 9, "": 11, "remove/": 4, "extend/": 5}
