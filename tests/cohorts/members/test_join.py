"""Joining with a code or a link, and leaving."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from progress.cohorts.models import Cohort, Enrolment
from tests.accounts.test_accounts import PASSWORD, confirm
from tests.conftest import client_of, make_user


def link(cohort):
    return f"/cohorts/join/{cohort.code}/"


def members(cohort):
    return {enrolment.user.email for enrolment in cohort.enrolments.current().select_related("user")}


def test_the_page_says_who_instructs_and_what_they_will_see_and_joins_nobody(cohort, as_outsider):
    page = as_outsider.get(link(cohort)).text
    for words in ("Autumn hikers", "Ines Instructor", "Another way", "your name and your email address"):
        assert words in page
    assert "never your notes, your stars, or any other track" in page
    assert "ines@example.com" not in page
    assert "Lena" not in page
    assert members(cohort) == {"lena@example.com"}


def test_it_names_no_track_that_learners_do_not_see_yet(cohort, as_outsider):
    cohort.assignments.update(visible_from=cohort.today + timedelta(days=1))
    assert "Another way" not in as_outsider.get(link(cohort)).text


def test_whoever_agrees_is_in_and_asking_again_changes_nothing(cohort, as_outsider):
    for _time in range(2):
        page = as_outsider.post(link(cohort), follow=True)
        assert "You are in “Autumn hikers”." in page.text
    assert members(cohort) == {"lena@example.com", "otto@example.com"}
    joined = Enrolment.objects.get(user__email="otto@example.com").joined_at
    as_outsider.post(link(cohort))
    assert Enrolment.objects.get(user__email="otto@example.com").joined_at == joined


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.4} {1}", "{0:.4}-{1}"])
def test_a_code_may_be_typed_in_any_case_and_with_blanks(cohort, as_outsider, typed):
    code = typed.format(cohort.code.lower(), cohort.code.lower()[4:])
    page = as_outsider.get("/cohorts/join/", {"code": code}, follow=True)
    assert "Join, and let them see this" in page.text


def test_a_visitor_comes_back_to_the_cohort_after_the_log_in(cohort, outsider):
    client = Client()
    answer = client.get(link(cohort))
    assert answer.url == f"/accounts/login/?next={link(cohort)}"
    answer = client.post(answer.url, {"login": outsider.email, "password": PASSWORD})
    assert answer.url == link(cohort)


def test_a_newcomer_comes_back_to_the_cohort_after_the_sign_up(cohort, mailoutbox):
    client = Client()
    there = {"email": "nora@example.com", "password1": PASSWORD, "next": link(cohort)}
    client.post("/accounts/signup/", there)
    assert "Join, and let them see this" in confirm(client, mailoutbox).text


HOUR = timedelta(hours=1)
CLOSED = {
    "full": ({"places": 1}, "This cohort is full"),
    "closed": ({"is_open": False}, "This cohort is closed at the moment"),
    "expired": ({"code_expires_at": -HOUR}, "This code has expired"),
    "archived": ({"archived_at": -HOUR}, "This cohort is over and archived"),
}


@pytest.mark.parametrize("state", CLOSED)
def test_a_code_that_lets_nobody_in_says_why(cohort, as_outsider, as_learner, as_instructor, state):
    fields, sentence = CLOSED[state]
    now = timezone.now()
    Cohort.objects.update(**{key: now + to if isinstance(to, timedelta) else to for key, to in fields.items()})
    assert sentence in as_outsider.get(link(cohort)).text
    answer = as_outsider.post(link(cohort))
    assert (answer.status_code, sentence in answer.text) == (409, True)
    assert members(cohort) == {"lena@example.com"}
    # The instructor reads the same sentence, and is not sent to an instructor.
    page = as_instructor.get(f"/cohorts/{cohort.pk}/people/").text
    assert sentence in page
    assert "your instructor" not in page
    # Whoever is in stays in, and hears that.
    assert "You are in this cohort" in as_learner.get(link(cohort)).text
    assert as_learner.post(link(cohort)).status_code == 302


@pytest.mark.parametrize("code", ["WRONG234", "no-such-code", "ÄÖÜ", "a/b", "   ?"])
def test_an_unknown_code_gets_a_sentence(cohort, as_outsider, code):
    page = as_outsider.get("/cohorts/join/", {"code": code}, follow=True)
    assert page.status_code == 404
    assert "No cohort has this code" in page.text


def test_an_account_guesses_20_codes_an_hour_and_then_even_the_right_one_waits(cohort, as_outsider, as_learner):
    for number in range(20):
        assert as_outsider.get(f"/cohorts/join/WRONG{number}/").status_code == 404
    assert as_outsider.get(link(cohort)).status_code == 429
    assert as_outsider.post(link(cohort)).status_code == 429
    assert members(cohort) == {"lena@example.com"}
    assert as_learner.get(link(cohort)).status_code == 200  # others are not held up


def test_right_codes_are_no_guesses(cohort, as_outsider):
    assert {as_outsider.get(link(cohort)).status_code for _time in range(25)} == {200}


def test_leaving_ends_the_instructors_view_and_keeps_the_ticks(cohort, content, as_learner, as_instructor, learner):
    as_learner.post("/topics/maps/progress/", {"status": "done"})
    assert "Lena Learner" in as_instructor.get(f"/cohorts/{cohort.pk}/people/").text
    for _time in range(2):
        page = as_learner.post(f"/cohorts/{cohort.pk}/leave/", follow=True)
        assert "Its instructors no longer see you" in page.text
    assert "Lena" not in as_instructor.get(f"/cohorts/{cohort.pk}/people/").text
    assert [row.status for row in learner.topic_progress.all()] == ["done"]


def test_an_archived_cohort_can_still_be_left(cohort, as_learner):
    cohort.archive()
    assert "Autumn hikers" in as_learner.get("/cohorts/").text
    as_learner.post(f"/cohorts/{cohort.pk}/leave/")
    assert members(cohort) == set()


def test_whoever_was_never_in_a_cohort_cannot_leave_it(cohort, as_outsider):
    assert as_outsider.post(f"/cohorts/{cohort.pk}/leave/").status_code == 404


def test_whoever_left_may_join_again(cohort, as_learner):
    as_learner.post(f"/cohorts/{cohort.pk}/leave/")
    as_learner.post(link(cohort))
    assert members(cohort) == {"lena@example.com"}
    assert Enrolment.objects.count() == 1


def test_an_instructor_may_learn_along(cohort, as_instructor):
    as_instructor.post(link(cohort))
    page = as_instructor.get("/cohorts/").text
    assert "You instruct" in page
    assert "2 learners" in page


def test_two_instructors_do_not_multiply_the_learners(cohort, as_instructor):
    cohort.instructors.add(make_user("Ivo Instructor"))
    assert "1 learner<" in as_instructor.get("/cohorts/").text.replace(" ·", "<")


def test_a_name_is_no_markup(cohort, as_outsider):
    Cohort.objects.update(name="<b>x</b>", description="<i>y</i>")
    page = as_outsider.get(link(cohort)).text
    assert "<b>x</b>" not in page
    assert "<i>y</i>" not in page
    assert "<b>x</b>" not in client_of(make_user("Nora")).post(link(cohort), follow=True).text
