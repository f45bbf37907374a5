"""Making a cohort, changing it, archiving it, and copying it."""

import re
from datetime import UTC, date, datetime

import pytest
from allauth.account.models import EmailAddress

from progress.cohorts.models import Assignment, Cohort, Group
from tests.cohorts.assignment_pages import as_shown

FORM = {"name": "Spring", "time_zone": "Europe/Lisbon", "starts": "2026-03-02", "ends": "2026-05-29"}
FORM |= {"quiet_days": "5", "overdue_topics": "3", "description": "Bring boots."}


def code_in(page):
    return re.search(r'name="code" value="(\w+)"', page.text).group(1)


@pytest.mark.parametrize(
    ("open_to_all", "verified", "status"), [(False, True, 403), (True, True, 200), (True, False, 403)]
)
def test_a_setting_opens_teaching_to_everyone_with_a_verified_address(
    content, as_outsider, outsider, settings, open_to_all, verified, status
):
    settings.ANYONE_MAY_TEACH = open_to_all
    EmailAddress.objects.filter(user=outsider).update(verified=verified)
    page = as_outsider.get("/cohorts/new/")
    assert page.status_code == status
    assert ("Only instructors make cohorts" in page.text) == (status == 403)
    assert ('href="/cohorts/new/"' in as_outsider.get("/cohorts/").text) == (status == 200)
    assert as_outsider.post("/cohorts/new/", FORM).status_code == (302 if status == 200 else 403)
    assert Cohort.objects.count() == (status == 200)


def test_an_instructor_makes_a_cohort_and_leads_it(content, as_instructor, instructor):
    as_instructor.cookies["zone"] = "Asia/Tokyo"
    assert '<option value="Asia/Tokyo" selected>' in as_instructor.get("/cohorts/new/").text
    page = as_instructor.post("/cohorts/new/", FORM, follow=True)
    cohort = Cohort.objects.get()
    assert list(cohort.instructors.all()) == [instructor]
    assert (cohort.name, cohort.time_zone, cohort.quiet_days) == ("Spring", "Europe/Lisbon", 5)
    assert (cohort.starts, cohort.ends) == (date(2026, 3, 2), date(2026, 5, 29))
    assert cohort.code_in_halves in page.text


def test_a_form_sent_twice_makes_one_cohort(content, as_instructor):
    form = FORM | {"code": code_in(as_instructor.get("/cohorts/new/"))}
    assert as_instructor.post("/cohorts/new/", form).url == as_instructor.post("/cohorts/new/", form).url
    assert Cohort.objects.get().code == form["code"]


def test_the_code_of_another_cohort_cannot_be_taken(cohort, outsider, as_outsider, settings):
    settings.ANYONE_MAY_TEACH = True
    assert as_outsider.post("/cohorts/new/", FORM | {"code": cohort.code}).status_code == 404
    assert Cohort.objects.get() == cohort


@pytest.mark.parametrize("code", ["", "short", "BCDF234O", "<script>", "bcdf2345"])
def test_a_code_is_drawn_where_the_form_brings_none_of_ours(content, as_instructor, code):
    as_instructor.post("/cohorts/new/", FORM | {"code": code})
    assert Cohort.objects.get().code != code


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "required"),
        ({"ends": "2026-03-01"}, "The last day cannot be before the first."),
        ({"time_zone": "Middle-earth/Shire"}, "Select a valid choice"),
        ({"quiet_days": "-1"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(cohort, as_instructor, wrong, words):
    for path in ("/cohorts/new/", f"/cohorts/{cohort.pk}/edit/"):
        page = as_instructor.post(path, FORM | wrong)
        assert words in page.text
        assert "Bring boots." in page.text
    assert Cohort.objects.get().name == "Autumn hikers"


def test_an_edit_is_saved_and_the_last_day_to_join_stays_the_same_day(cohort, as_instructor):
    Cohort.objects.update(code_expires_at=datetime(2026, 4, 1, tzinfo=UTC))
    as_instructor.post(f"/cohorts/{cohort.pk}/edit/", FORM | {"time_zone": "Asia/Tokyo"})
    cohort.refresh_from_db()
    assert (cohort.name, cohort.time_zone) == ("Spring", "Asia/Tokyo")
    assert cohort.code_expires_at == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert cohort.last_day_to_join == date(2026, 3, 31)


def test_of_two_tabs_neither_undoes_what_the_other_changed(cohort, as_instructor):
    edit, people = f"/cohorts/{cohort.pk}/edit/", f"/cohorts/{cohort.pk}/people/"
    form, code = (
        as_shown(as_instructor.get(edit).context["form"]),
        as_shown(as_instructor.get(people).context["code_form"]),
    )
    as_instructor.post(edit, form | {"name": "Spring", "starts": "2026-03-02"})
    as_instructor.post(edit, form | {"description": "Bring boots.", "ends": "2026-05-29"})
    as_instructor.post(f"/cohorts/{cohort.pk}/code/", code | {"places": ""})
    as_instructor.post(f"/cohorts/{cohort.pk}/code/", code | {"last_day": "2026-03-29"})
    cohort.refresh_from_db()
    assert (cohort.name, cohort.description) == ("Spring", "Bring boots.")
    assert (cohort.starts, cohort.ends) == (date(2026, 3, 2), date(2026, 5, 29))
    assert (cohort.places, cohort.last_day_to_join, cohort.is_open) == (None, date(2026, 3, 29), True)
    page = as_instructor.post(edit, form | {"ends": "2026-03-01"})  # before what the other tab says
    assert "The last day cannot be before the first." in page.text


WRITES = [
    "edit/",
    "people/instructors/",
    "people/instructors/remove/",
    "people/learners/remove/",
    "code/",
    "code/renew/",
]


@pytest.mark.parametrize("path", WRITES)
def test_an_archived_cohort_is_read_only(cohort, as_instructor, instructor, learner, outsider, path):
    cohort.instructors.add(outsider)
    as_instructor.post(f"/cohorts/{cohort.pk}/archive/", {"archived": "yes"})
    before = Cohort.objects.values().get()
    form = FORM | {"email": "lena@example.com", "person": learner.pk, "code": cohort.code, "places": "3"}
    answer = as_instructor.post(f"/cohorts/{cohort.pk}/{path}", form)
    assert (answer.status_code, "This cohort is archived" in answer.text) == (403, True)
    assert Cohort.objects.values().get() == before
    assert (cohort.instructors.count(), cohort.enrolments.current().count()) == (2, 1)
    page = as_instructor.get(f"/cohorts/{cohort.pk}/people/")
    assert "Lena Learner" in page.text
    assert "Add an instructor" not in page.text
    assert "Whom you remove" not in page.text


def test_archiving_states_what_is_wanted(cohort, as_instructor):
    states = []
    for wanted in ("yes", "yes", "no", "no"):
        as_instructor.post(f"/cohorts/{cohort.pk}/archive/", {"archived": wanted})
        cohort.refresh_from_db()
        states.append(cohort.archived_at)
    assert states[0] is not None
    assert states == [states[0], states[0], None, None]


@pytest.fixture
def planned(cohort, content):
    """A cohort with every date; one more track that has none of them."""
    Cohort.objects.update(starts=date(2026, 9, 7), ends=date(2026, 12, 18), description="Boots.", archived_at=None)
    dates = {"visible_from": date(2026, 9, 1), "starts": date(2026, 9, 7), "due": date(2026, 10, 30)}
    cohort.assignments.update(**dates, required=False)
    Assignment.objects.create(cohort=cohort, track=content.merged)
    cohort.refresh_from_db()
    return cohort


def test_a_copy_has_tracks_and_shifted_dates_and_no_people(planned, as_instructor, instructor, outsider):
    planned.instructors.add(outsider)
    planned.archive()
    page = as_instructor.get(f"/cohorts/{planned.pk}/duplicate/")
    form = {"name": "Next term", "first_day": "2027-01-11", "code": code_in(page)}
    answers = [as_instructor.post(f"/cohorts/{planned.pk}/duplicate/", form) for _time in range(2)]
    copy = Cohort.objects.exclude(pk=planned.pk).get()
    assert {answer.url for answer in answers} == {f"/cohorts/{copy.pk}/people/"}
    assert (copy.name, copy.description, copy.places, copy.is_archived) == ("Next term", "Boots.", 30, False)
    assert (copy.starts, copy.ends) == (date(2027, 1, 11), date(2027, 4, 23))  # 126 days on
    assert copy.code != planned.code
    assert list(copy.instructors.all()) == [instructor]
    assert not copy.enrolments.exists()
    assert {
        (row.track.slug, row.visible_from, row.starts, row.due, row.required) for row in copy.assignments.all()
    } == {
        ("other", date(2027, 1, 5), date(2027, 1, 11), date(2027, 3, 5), False),
        ("roadmap", None, None, None, True),
    }
    assert planned.assignments.count() == 2
    assert planned.enrolments.current().count() == 1


def test_without_a_first_day_a_copy_moves_from_the_earliest_date(planned, as_instructor):
    Cohort.objects.update(starts=None)
    form = {"name": "Next", "first_day": "2026-09-02"}
    as_instructor.post(f"/cohorts/{planned.pk}/duplicate/", form)
    copy = Cohort.objects.exclude(pk=planned.pk).get()
    assert (copy.starts, copy.ends) == (date(2026, 9, 2), date(2026, 12, 19))
    assert copy.assignments.get(track__slug="other").due == date(2026, 10, 31)


def test_a_copy_of_a_cohort_without_any_date_begins_on_the_day(cohort, as_instructor):
    as_instructor.post(f"/cohorts/{cohort.pk}/duplicate/", {"name": "Next", "first_day": "2026-09-02"})
    copy = Cohort.objects.exclude(pk=cohort.pk).get()
    assert (copy.starts, copy.ends, copy.assignments.get().due) == (date(2026, 9, 2), None, None)


def test_a_copy_whose_dates_leave_the_calendar_is_refused(planned, as_instructor):
    page = as_instructor.post(f"/cohorts/{planned.pk}/duplicate/", {"name": "Next", "first_day": "9999-12-01"})
    assert "out of the calendar" in page.text
    assert Cohort.objects.count() == 1


def test_whoever_leads_without_the_right_to_add_cohorts_does_not_duplicate(cohort, outsider, as_outsider):
    cohort.instructors.add(outsider)
    assert as_outsider.get(f"/cohorts/{cohort.pk}/edit/").status_code == 200
    assert as_outsider.get(f"/cohorts/{cohort.pk}/duplicate/").status_code == 403
    assert "duplicate/" not in as_outsider.get(f"/cohorts/{cohort.pk}/edit/").text


def test_a_copy_has_the_groups_without_learners_and_gives_nothing_for_some_to_everyone(
    planned, as_instructor, learner
):
    group = Group.objects.create(cohort=planned, name="Mornings")
    enrolment = planned.enrolments.get()
    group.members.add(enrolment)
    grouped, picked = planned.assignments.order_by("pk")
    planned.assignments.update(to_everyone=False)
    grouped.groups.add(group)
    picked.picked.add(enrolment)
    page = as_instructor.get(f"/cohorts/{planned.pk}/duplicate/").text
    assert "Its group comes along empty." in page
    assert "For nobody, until you fill their groups or say who has them: <bdi>The roadmap" in page
    as_instructor.post(f"/cohorts/{planned.pk}/duplicate/", {"name": "Next", "first_day": "2027-01-11"})
    copy = Cohort.objects.exclude(pk=planned.pk).get()
    assert [(group.name, group.members.count()) for group in copy.groups.all()] == [("Mornings", 0)]
    assert {
        (row.track.slug, row.to_everyone, *row.groups.values_list("name", flat=True), row.picked.count())
        for row in copy.assignments.all()
    } == {("other", False, "Mornings", 0), ("roadmap", False, 0)}
    copy.join(learner)
    assert not copy.assignments.for_learner(learner, today=date(2027, 1, 12)).exists()
    copy.groups.get().members.add(copy.enrolments.get())
    found = copy.assignments.for_learner(learner, today=date(2027, 1, 12))
    assert [row.track.slug for row in found] == ["other"]


def test_a_copy_of_what_everyone_has_says_nothing_of_groups(planned, as_instructor):
    page = as_instructor.get(f"/cohorts/{planned.pk}/duplicate/").text
    assert "come along empty" not in page
    assert "For nobody" not in page
