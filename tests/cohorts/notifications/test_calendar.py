"""The dates of a person as a calendar, behind a private address."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from progress.cohorts.models import Assignment, CalendarFeed, Extension
from progress.cohorts.notifications.ical import CalendarEntry, to_ical, with_status
from progress.measure import ProgressSummary
from progress.models import TopicProgress
from tests.conftest import client_of
from tests.test_queries import queries

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


# --- The file -----------------------------------------------------------------------------------------


def parsed(text):
    return Calendar.from_ical(text).walk("VEVENT")


@pytest.mark.parametrize(
    "title",
    [
        "الموجّهات والعروض",
        "Maps, routes; and \\ backslashes",
        "A very long name that goes on and on" * 6,
        "很长的名字" * 40,
        "👩‍👩‍👧" * 30,
    ],
)
def test_a_name_in_any_script_comes_out_as_it_went_in(title):
    text = to_ical([CalendarEntry("due-1", date(2026, 3, 9), title, f"{title} again", "/me/")], 7, NOW, "Waymark")
    [event] = parsed(text)
    assert event["summary"] == title
    assert event["description"] == f"{title} again"
    assert max(map(len, text.split(b"\r\n"))) <= 75
    for line in text.split(b"\r\n"):
        line.decode()  # no letter is cut in two


@given(st.text(), st.dates())
def test_whatever_a_name_contains_the_file_can_be_read(title, day):
    entries = [CalendarEntry("due-1", day, title, title, "/me/"), CalendarEntry("due-2", day, "Other", "", "/me/")]
    text = to_ical(entries, 7, NOW, title or "Waymark")
    first, second = parsed(text)
    assert first.decoded("dtstart") == day
    assert "\n" not in first["summary"]
    assert second["summary"] == "Other"
    assert max(map(len, text.split(b"\r\n"))) <= 75


def test_a_name_cannot_add_an_event_or_a_line():
    title = "Maps\r\nEND:VEVENT\r\nBEGIN:VEVENT\nX:1\x85\u2028\x00\x07"
    [event] = parsed(to_ical([CalendarEntry("due-1", date(2026, 3, 9), title, title, "/me/")], 7, NOW, "Waymark"))
    assert event["summary"] == "Maps END:VEVENT BEGIN:VEVENT X:1"


def test_a_day_says_whose_it_is_and_when_it_was_written(settings):
    settings.SITE_URL = "https://waymark.example.org"
    [event] = parsed(
        to_ical([CalendarEntry("due-1", date(2026, 3, 9), "Maps", "Hikers", "/me/#assignment-1")], 7, NOW, "Waymark")
    )
    assert event["uid"] == "due-1-7@waymark.example.org"
    assert event["url"] == "https://waymark.example.org/me/#assignment-1"
    assert event.decoded("dtstamp") == NOW
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event["transp"] == "TRANSPARENT"


@pytest.mark.parametrize(
    ("measured", "required", "said"),
    [
        (ProgressSummary(total=2, done=1), True, "Maps"),
        (ProgressSummary(total=2, done=2), True, "Maps (done)"),
        (ProgressSummary(total=2, done=1), False, "Maps (optional)"),
        (ProgressSummary(total=2, done=2), False, "Maps (done)"),
        (ProgressSummary(optional=2, optional_done=2), True, "Maps"),  # nothing was asked for, so nothing is done
    ],
)
def test_what_is_done_stays_and_says_so(measured, required, said):
    plan = SimpleNamespace(assignment=SimpleNamespace(required=required))
    assert with_status("Maps", measured, plan) == said


# --- Whose dates --------------------------------------------------------------------------------------


@pytest.fixture
def dated(cohort):
    cohort.starts, cohort.ends = date(2026, 1, 5), date(2026, 6, 1)
    cohort.save()
    cohort.enrolments.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    cohort.assignments.update(starts=date(2026, 1, 5), due=date(2026, 2, 28))
    return cohort


def feed_of(user):
    feed, _made = CalendarFeed.objects.get_or_create(user=user)
    return f"/cohorts/calendar/{feed.token}.ics"


def days_of(user):
    """{title: day} of what a program finds at somebody's address."""
    return {
        str(event["summary"]): str(event.decoded("dtstart")) for event in parsed(Client().get(feed_of(user)).content)
    }


def test_a_learner_finds_sections_and_due_dates(dated, learner, content):
    found = days_of(learner)
    assert found["Due: Another way"] == "2026-02-28"
    assert found["Start"] < "2026-02-28"
    assert "Finish" in found
    for slug in ("maps", "routes"):
        TopicProgress.objects.create(user=learner, topic=content.topics[slug], status="done")
    assert days_of(learner) == {
        "Start (done)": found["Start"],
        "Finish (done)": found["Finish"],
        "Due: Another way (done)": "2026-02-28",
    }


def test_a_learner_finds_their_own_date(dated, learner):
    Extension.objects.create(assignment=dated.assignments.get(), user=learner, due=date(2026, 3, 15))
    assert days_of(learner)["Due: Another way"] == "2026-03-15"


def test_an_instructor_finds_what_everyone_has(dated, instructor):
    assert days_of(instructor) == {
        "First day: Autumn hikers": "2026-01-05",
        "Autumn hikers starts: Another way": "2026-01-05",
        "Autumn hikers, due: Another way": "2026-02-28",
        "Last day: Autumn hikers": "2026-06-01",
    }


def test_each_day_has_a_name_of_its_own_that_stays(dated, learner, instructor):
    dated.instructors.add(learner)  # who has both: the dates of a learner and those of an instructor

    def uids():
        return [str(event["uid"]) for event in parsed(Client().get(feed_of(learner)).content)]

    before = uids()
    assert len(set(before)) == len(before) == 7
    dated.assignments.update(due=date(2026, 3, 20))
    CalendarFeed.objects.update(token="another")
    assert sorted(uids()) == sorted(before)


@pytest.mark.parametrize("end", ["leave", "archive", "erase"])
def test_the_dates_of_a_cohort_go_with_it(dated, learner, end):
    assert days_of(learner)
    if end == "leave":
        dated.leave(learner)
    elif end == "archive":
        dated.archive()
    else:
        dated.delete()
    assert days_of(learner) == {}


def test_who_instructs_no_more_has_no_more_dates(dated, instructor, outsider):
    dated.instructors.add(outsider)
    assert days_of(outsider)
    dated.remove_instructor(outsider)
    assert days_of(outsider) == {}
    dated.archive()
    assert days_of(instructor) == {}


def test_nothing_of_anybody_else_is_in_it(dated, instructor, learner, outsider):
    for user in (instructor, learner):
        for other in (instructor, learner):
            assert other.name.split()[0] not in Client().get(feed_of(user)).text
    assert days_of(outsider) == {}


def test_it_makes_a_fixed_number_of_queries(dated, learner, content):
    for number in range(2):
        more = type(dated).objects.create(name=f"Cohort {number}", code=f"CODE000{number}")
        more.join(learner)
        more.instructors.add(learner)
        for track in (content.other, content.merged):
            Assignment.objects.create(cohort=more, track=track, due=date(2026, 5, 1))
        assert queries(Client(), feed_of(learner)) == 7


# --- The address --------------------------------------------------------------------------------------


def test_it_is_sent_again_only_when_a_date_has_changed(dated, learner):
    first = Client().get(feed_of(learner))
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first.headers["Cache-Control"]
    assert first.headers["X-Robots-Tag"] == "noindex"
    known = {"If-None-Match": first.headers["ETag"]}
    again = Client().get(feed_of(learner), headers=known)
    assert (again.status_code, again.content) == (304, b"")
    dated.assignments.update(due=date(2026, 3, 20))
    assert Client().get(feed_of(learner), headers=known).status_code == 200


def test_it_ends_at_once(dated, learner, as_learner):
    path = feed_of(learner)
    learner.is_active = False
    learner.save()
    assert Client().get(path).status_code == 404
    learner.is_active = True
    learner.save()
    assert Client().get(path).status_code == 200
    token = learner.calendar_feed.token
    client_of(learner).post("/cohorts/calendar/renew/", {"token": token})
    assert Client().get(path).status_code == 404
    assert Client().get("/cohorts/calendar/unknown.ics").status_code == 404


def test_there_is_none_until_it_is_made(as_learner, learner):
    assert "Your calendar is off" in as_learner.get("/cohorts/calendar/").text
    assert not CalendarFeed.objects.exists()
    for _twice in range(2):
        assert as_learner.post("/cohorts/calendar/").status_code == 302
    feed = CalendarFeed.objects.get()
    page = as_learner.get("/cohorts/calendar/").text
    assert f"http://testserver/cohorts/calendar/{feed.token}.ics" in page
    assert f"webcal://testserver/cohorts/calendar/{feed.token}.ics" in page


def test_the_form_of_an_old_tab_does_no_harm(as_learner, as_outsider, learner):
    old = CalendarFeed.objects.create(user=learner).token
    for _twice in range(2):
        as_learner.post("/cohorts/calendar/renew/", {"token": old})
    new = CalendarFeed.objects.get().token
    assert new != old
    as_learner.post("/cohorts/calendar/end/", {"token": old})
    as_learner.post("/cohorts/calendar/end/")
    as_outsider.post("/cohorts/calendar/end/", {"token": new})
    as_outsider.post("/cohorts/calendar/renew/", {"token": new})
    assert CalendarFeed.objects.get().token == new
    for _twice in range(2):
        assert as_learner.post("/cohorts/calendar/end/", {"token": new}).status_code == 302
    assert not CalendarFeed.objects.exists()


def test_the_pages_that_have_dates_lead_to_it(dated, as_learner, as_instructor):
    assert 'href="/cohorts/calendar/"' in as_learner.get("/me/").text
    assert 'href="/cohorts/calendar/"' in as_learner.get("/cohorts/").text
    assert 'href="/cohorts/calendar/"' in as_instructor.get(f"/cohorts/{dated.pk}/assign/").text
