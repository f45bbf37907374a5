"""The dates of the sections of an assignment, set by hand."""

from datetime import date

import pytest

from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Extension
from tests.cohorts.assignment_pages import days_of, page_of, path
from tests.cohorts.roster_pages import text_of


def test_a_date_is_set_by_hand_and_only_that_is_kept(dated, as_instructor, learner, as_learner, content):
    sent = days_of(dated, as_instructor)
    assert (sent["day-start"], sent["day-finish"]) == ("2026-03-08", "2026-03-11")
    for _again in range(2):
        response = as_instructor.post(path(dated, "rhythm/"), sent | {"day-start": "2026-03-05"}, follow=True)
        assert "Learners see these dates from now on." in response.text
        dated.refresh_from_db()
        assert dated.section_dates == {"start": "2026-03-05"}
    assert "By hand; worked out it is Sun, March 8." in response.text
    # The learner's pages have it: topics of both sections are due with the first.
    assert plans_for(learner)[0].section_due_dates == [date(2026, 3, 5), date(2026, 3, 11)]
    assert "Thu, March 5" in as_learner.get("/topics/maps/").text
    assert "Thu, March 5" in as_learner.get("/me/").text
    # Written back by hand, it is not by hand.
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor) | {"day-start": "2026-03-08"})
    dated.refresh_from_db()
    assert dated.section_dates == {}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"as_computed": "day-start"}, {"finish": "2026-03-10"}),
        ({"as_computed": "all"}, {}),
        ({"as_computed": "day-nothing"}, {"start": "2026-03-05", "finish": "2026-03-10"}),
        ({"day-start": "", "day-finish": "2026-03-10"}, {"finish": "2026-03-10"}),
        ({"day-start": "", "day-finish": ""}, {}),
    ],
)
def test_a_date_is_worked_out_again(dated, as_instructor, sent, kept):
    Assignment.objects.update(section_dates={"start": "2026-03-05", "finish": "2026-03-10"})
    shown = days_of(dated, as_instructor)["shown"]
    for _again in range(2):
        assert as_instructor.post(path(dated, "rhythm/"), {"shown": shown, **sent}).status_code == 302
        dated.refresh_from_db()
        assert dated.section_dates == kept


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-03-12", "Everything is due on March 11, 2026, so this cannot be later."),
        ("2026-03-01", "It starts on March 2, 2026, so this cannot be due earlier."),
        ("soon", "Enter a valid date."),
    ],
)
def test_a_date_out_of_bounds_is_refused_beside_its_field(dated, as_instructor, day, says):
    sent = days_of(dated, as_instructor)
    response = as_instructor.post(path(dated, "rhythm/"), sent | {"day-start": day})
    assert response.status_code == 400
    assert says in response.text
    assert 'aria-invalid="true"' in response.text
    assert f'value="{day}"' in response.text  # what was typed is not lost
    dated.refresh_from_db()
    assert dated.section_dates == {}


def test_a_section_may_be_due_before_an_earlier_one_and_the_page_says_so(dated, as_instructor):
    said = "Due before the section above it."
    assert said not in page_of(dated, as_instructor).text
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor) | {"day-finish": "2026-03-04"})
    dated.refresh_from_db()
    assert dated.section_dates == {"finish": "2026-03-04"}
    assert page_of(dated, as_instructor).text.count(said) == 1


def test_it_stays_by_hand_when_the_due_date_moves_and_comes_back(dated, as_instructor, learner):
    Assignment.objects.update(section_dates={"start": "2026-03-10"})
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-07", "required": "on"})
    assert plans_for(learner)[0].section_due_dates == [date(2026, 3, 7), date(2026, 3, 7)]
    assert "By hand" in page_of(dated, as_instructor).text
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor))  # saved as it stands
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-20", "required": "on"})
    assert plans_for(learner)[0].section_due_dates[0] == date(2026, 3, 10)


def test_an_old_tab_does_not_set_dates_of_before(dated, as_instructor):
    """Otherwise what was worked out then would be by hand now."""
    old = days_of(dated, as_instructor)
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-21", "required": "on"})
    response = as_instructor.post(path(dated, "rhythm/"), old, follow=True)
    assert "Nothing was saved: somebody changed it since you opened the page." in response.text
    dated.refresh_from_db()
    assert dated.section_dates == {}


def test_without_a_due_date_there_is_nothing_to_set(assignment, as_instructor):
    assert "Save the rhythm" not in page_of(assignment, as_instructor).text
    response = as_instructor.post(path(assignment, "rhythm/"), {"day-start": "2026-03-05"}, follow=True)
    assert "It has no due date now" in response.text


def test_who_has_longer_has_own_dates_on_the_page(dated, as_instructor, learner):
    Extension.objects.create(assignment=dated, user=learner, due=date(2026, 3, 21))
    page = text_of(page_of(dated, as_instructor).text)
    dates = plans_for(learner)[0].section_due_dates
    assert dates == [date(2026, 3, 15), date(2026, 3, 21)]
    assert "Sections from March 15 to March 21" in page
    assert "March 15: Start March 21: Finish" in page
