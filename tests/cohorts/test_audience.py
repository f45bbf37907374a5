"""For whom an assignment is."""

import pytest

from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort
from progress.cohorts.reports.roster import load_roster
from tests.cohorts.assignment_pages import page_of, path, shown_in
from tests.conftest import make_user


@pytest.fixture
def evening(cohort, people):
    group = cohort.groups.create(name="Evening")
    group.members.add(people["Ada"])
    return group


def who_has(assignment, people):
    return {name for name, one in people.items() if any(p.assignment == assignment for p in plans_for(one.user))}


def test_a_new_track_goes_to_some(cohort, people, evening, as_instructor, content):
    sent = {"track": content.merged.pk, "to_everyone": "False", "groups": [evening.pk], "picked": [people["Ben"].pk]}
    response = as_instructor.post(f"/cohorts/{cohort.pk}/assign/", sent, follow=True)
    made = cohort.assignments.get(track=content.merged)
    assert who_has(made, people) == {"Ada", "Ben"}
    for place in ("", "assign/", f"assignments/{made.pk}/"):
        assert "for Evening and 1 picked learner" in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text, place
    assert "for the whole cohort" in as_instructor.get(f"/cohorts/{cohort.pk}/assign/").text
    assert response.status_code == 200


def test_some_means_somebody(cohort, assignment, as_instructor, content):
    for place, sent in [
        (f"/cohorts/{cohort.pk}/assign/", {"track": content.merged.pk}),
        (
            path(assignment, "whom/"),
            {"shown": shown_in(assignment, as_instructor)},
        ),
    ]:
        response = as_instructor.post(place, sent | {"to_everyone": "False"})
        assert response.status_code == 400
        assert 'id="whom_error"' in response.text
        assert "Choose a group or a learner, or the whole cohort." in response.text
    assert list(Assignment.objects.values_list("to_everyone", flat=True)) == [True]


@pytest.mark.parametrize("field", ["groups", "picked"])
@pytest.mark.parametrize("value", ["another", "left", "9" * 30, "x"])
def test_what_is_not_of_this_cohort_is_refused(
    cohort, assignment, people, evening, as_instructor, content, field, value
):
    other = Cohort.objects.create(name="Another")
    other.join(make_user("Olga Other"))
    if value == "another":
        value = {"groups": other.groups.create(name="Theirs"), "picked": other.enrolments.get()}[field].pk
    elif value == "left":
        value = {"groups": evening, "picked": people["Ben"]}[field].pk
        cohort.leave(people["Ben"].user)
        evening.delete()
    sent = {"to_everyone": "False", "groups": [], "picked": [people["Ada"].pk]}
    sent[field] = [*sent[field], value]
    for place, more in (
        (f"/cohorts/{cohort.pk}/assign/", {"track": content.merged.pk}),
        (path(assignment, "whom/"), {}),
    ):
        response = as_instructor.post(place, sent | more)
        assert response.status_code == 400
        assert f'id="{field}_error"' in response.text
    assert cohort.assignments.get().to_everyone


def test_it_is_changed_and_said_twice_it_is_the_same(assignment, people, evening, as_instructor):
    shown = shown_in(assignment, as_instructor)
    sent = {"shown": shown, "to_everyone": "False", "groups": [evening.pk], "picked": [people["Lena"].pk]}
    for _again in range(2):
        response = as_instructor.post(path(assignment, "whom/"), sent, follow=True)
        assert "Saved: it is for Evening and 1 picked learner." in response.text
        assert who_has(assignment, people) == {"Ada", "Lena"}
    shown = shown_in(assignment, as_instructor)
    as_instructor.post(path(assignment, "whom/"), sent | {"shown": shown, "to_everyone": "True"})
    assert who_has(assignment, people) == {"Ada", "Ben", "Lena"}
    assert not assignment.groups.exists()


def test_an_old_tab_does_not_undo_what_another_said(assignment, people, evening, as_instructor):
    shown = shown_in(assignment, as_instructor)
    sent = {"shown": shown, "to_everyone": "False"}
    as_instructor.post(path(assignment, "whom/"), sent | {"groups": [evening.pk]})
    response = as_instructor.post(path(assignment, "whom/"), sent | {"picked": [people["Ben"].pk]}, follow=True)
    assert "Nothing was saved: somebody changed it since you opened the page." in response.text
    assert who_has(assignment, people) == {"Ada"}


def test_who_left_was_picked_still_and_finds_it_again(cohort, assignment, people, as_instructor):
    Assignment.objects.update(to_everyone=False)
    assignment.picked.set([people["Ada"], people["Ben"]])
    cohort.leave(people["Ben"].user)
    page = page_of(assignment, as_instructor)
    assert "for 1 picked learner" in page.text
    sent = {"shown": page.context["audience_form"]["shown"].value(), "to_everyone": "False"}
    as_instructor.post(path(assignment, "whom/"), sent | {"picked": [people["Ada"].pk, people["Lena"].pk]})
    assert who_has(assignment, people) == {"Ada", "Lena"}
    cohort.join(people["Ben"].user)
    assert who_has(assignment, people) == {"Ada", "Ben", "Lena"}


def test_it_says_who_has_it_with_a_group_already(assignment, people, evening, as_instructor):
    said = f'<span class="hint" data-group="{evening.pk}" hidden>has it with Evening</span>'
    assert said in page_of(assignment, as_instructor).text
    Assignment.objects.update(to_everyone=False)
    assignment.groups.add(evening)
    assert said.replace(" hidden", "") in page_of(assignment, as_instructor).text


def test_an_assignment_to_nobody_does_not_reach_anybody_on_the_instructors_side(cohort, assignment, people, evening):
    Assignment.objects.update(to_everyone=False)
    assignment.groups.add(evening)
    assert [len(found.plans) for found in load_roster(cohort).learners].count(1) == 1
    evening.delete()
    assert not any(found.plans for found in load_roster(cohort).learners)
