"""A learner's assignments: on /me/, and on the pages of their topics."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort, Extension
from stages.models import State, Track
from tests.conftest import client_of, make_user
from tests.progress.tracking.test_ticks import tick

MONDAY = date(2026, 3, 2)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time: ``clock(2026, 3, 2, 12)`` is noon of that day, in UTC."""

    def set_time(*when):
        monkeypatch.setattr(timezone, "now", lambda: datetime(*when, tzinfo=UTC))

    return set_time


@pytest.fixture
def assignment(cohort, clock):
    """Ten days from Monday on; “Start” has two thirds of them, and ends on Sunday the 8th."""
    clock(2026, 3, 2, 12)
    Assignment.objects.update(starts=MONDAY, due=date(2026, 3, 11))
    cohort.enrolments.update(joined_at=datetime(2026, 2, 1, tzinfo=UTC))
    return cohort.assignments.get()


def test_my_page_shows_it_with_its_dates_measure_and_rhythm(assignment, as_learner, content):
    tick(as_learner, "maps", "done")
    page = as_learner.get("/me/").text
    assert "Your assignments" in page
    assert "Autumn hikers" in page
    assert "March 11, 2026" in page
    assert "Sun, March 8" in page
    bar = page[page.index(f'id="bar-assignment-{assignment.pk}"') :]
    assert bar[: bar.index("</div>")].count("<strong>1 of 2</strong> done") == 1


def test_it_says_what_is_due_next(assignment, as_learner):
    assert 'Next, by Sun, March 8, in 6 days: <a href="/topics/maps/">Maps</a>' in as_learner.get("/me/").text
    tick(as_learner, "maps", "done")
    assert 'in 6 days: <a href="/topics/routes/">Routes</a>.' in as_learner.get("/me/").text


def test_it_says_what_is_overdue_until_it_is_done(assignment, as_learner, clock):
    clock(2026, 3, 9, 12)
    page = as_learner.get("/me/").text
    assert "2 topics are overdue." in page
    assert "Overdue and due soon" in page
    tick(as_learner, "maps", "done")
    assert "1 topic is overdue." in as_learner.get("/me/").text
    tick(as_learner, "routes", "done")
    page = as_learner.get("/me/").text
    assert "overdue" not in page.lower()
    assert "Everything in it is done." in page


def test_an_optional_one_is_never_overdue(assignment, as_learner, clock):
    Assignment.objects.update(required=False)
    clock(2026, 5, 1, 12)
    page = as_learner.get("/me/").text
    assert "Another way" in page
    assert "overdue" not in page.lower()
    assert "Due soon" not in page


def test_an_extension_is_the_learners_own_date_and_stretches_the_rhythm(assignment, learner, cohort, clock):
    other = make_user("Hanna Hiker")
    cohort.join(other)
    Extension.objects.create(assignment=assignment, user=learner, due=date(2026, 3, 31))
    page, others = client_of(learner).get("/me/").text, client_of(other).get("/me/").text
    assert "March 31, 2026" in page
    assert "extended, for everyone it is March 11" in page
    assert "Sat, March 21" in page  # two thirds of thirty days
    assert "March 11, 2026" in others
    assert "extended, for everyone" not in others
    clock(2026, 3, 9, 12)
    assert "overdue" not in client_of(learner).get("/me/").text.lower()
    assert "2 topics are overdue." in client_of(other).get("/me/").text


def test_a_late_joiner_has_it_at_once_and_who_leaves_no_longer(assignment, cohort, outsider, as_outsider):
    assert "Your assignments" not in as_outsider.get("/me/").text
    cohort.join(outsider)
    assert "Your assignments" in as_outsider.get("/me/").text
    assert "Sun, March 8" in as_outsider.get("/topics/maps/").text
    cohort.leave(outsider)
    assert "Your assignments" not in as_outsider.get("/me/").text
    assert "March 8" not in as_outsider.get("/topics/maps/").text


@pytest.mark.parametrize(
    "hidden",
    [
        lambda: Assignment.objects.update(visible_from=date(2026, 3, 3)),
        lambda: Track.objects.update(state=State.RETIRED),
        lambda: Cohort.objects.update(archived_at=timezone.now()),
    ],
)
def test_it_is_not_shown_before_its_day_without_its_track_or_in_the_archive(assignment, as_learner, hidden):
    assert "Your assignments" in as_learner.get("/me/").text
    hidden()
    assert "Your assignments" not in as_learner.get("/me/").text
    assert "March 8" not in as_learner.get("/topics/maps/").text


@pytest.mark.parametrize(
    ("zone", "late"), [("UTC", False), ("Pacific/Auckland", True), ("America/Los_Angeles", False)]
)
def test_the_day_ends_at_midnight_where_the_cohort_is(assignment, learner, clock, zone, late):
    """Whatever zone the learner is in."""
    clock(2026, 3, 8, 20)
    Cohort.objects.update(time_zone=zone)
    learner.time_zone = "Asia/Tokyo"
    learner.save()
    assert ("2 topics are overdue." in client_of(learner).get("/me/").text) == late


@pytest.mark.parametrize(("zone", "seen"), [("UTC", False), ("Pacific/Kiritimati", True), ("Etc/GMT+12", False)])
def test_it_is_seen_from_midnight_on_where_the_cohort_is(assignment, as_learner, clock, zone, seen):
    clock(2026, 3, 2, 11)
    Cohort.objects.update(time_zone=zone)
    Assignment.objects.update(visible_from=date(2026, 3, 3))
    assert ("Your assignments" in as_learner.get("/me/").text) == seen


@pytest.fixture
def second(assignment, learner, content):
    """Another cohort of the learner follows the whole roadmap, a day later."""
    cohort = Cohort.objects.create(name="Night walkers")
    cohort.join(learner)
    return cohort.assignments.create(track=content.merged, starts=MONDAY, due=date(2026, 3, 9))


def test_a_topic_of_two_assignments_is_due_once_and_ticked_in_both(second, as_learner):
    page = as_learner.get("/me/").text
    soon = page[page.index('class="due-soon"') : page.index('class="cards assignment-cards"')]
    assert soon.count(">Maps</a>") == 1
    assert "The roadmap (Night walkers), Another way (Autumn hikers)" in soon
    tick(as_learner, "maps", "done")
    page = as_learner.get("/me/").text
    cards = page[page.index('class="cards assignment-cards"') :]
    assert "<strong>1 of 2</strong> done" in cards
    assert "<strong>1 of 4</strong> done" in cards
    assert ">Maps</a>" not in page[page.index('class="due-soon"') : page.index('class="cards assignment-cards"')]


def test_a_topic_page_says_who_wants_it_by_when(second, as_learner):
    text = as_learner.get("/topics/maps/").text
    page = text[text.index('class="topic-due"') : text.index('class="lesson-page"')]
    assert "Thu, March 5" in page  # half of the eight days
    assert "Sun, March 8" in page
    assert page.index("Night walkers") < page.index("Autumn hikers")
    # Optional in both.
    assert "topic-due" not in as_learner.get("/topics/snacks/").text
    assert "topic-due" not in Client().get("/topics/maps/").text


def test_a_topic_page_puts_the_nearest_day_first_and_says_when_it_is_past(second, as_learner, clock):
    Assignment.objects.filter(pk=second.pk).update(due=date(2026, 3, 31), starts=date(2026, 3, 30))
    clock(2026, 3, 9, 12)
    page = as_learner.get("/topics/maps/").text
    assert "Was due on <strong>" in page
    assert ", yesterday" in page
    assert page.index("Autumn hikers") < page.index("Night walkers")


def test_without_dates_it_says_so(cohort, as_learner):
    assert "At your own pace" in as_learner.get("/topics/maps/").text
    page = as_learner.get("/me/").text
    assert "no due date" in page
    assert "overdue" not in page.lower()


def test_an_instructor_has_no_assignments_of_their_own(assignment, instructor):
    assert plans_for(instructor) == []


@pytest.mark.parametrize("size", [1, 12])
def test_the_pages_make_a_fixed_number_of_queries(assignment, learner, as_learner, content, size):
    for number in range(size):
        cohort = Cohort.objects.create(name=f"Cohort {number}")
        cohort.join(learner)
        track = Track.objects.create(slug=f"t{number}", title="T", summary="S")
        for followed in (track, content.other, content.merged):
            made = cohort.assignments.create(track=followed, starts=MONDAY, due=MONDAY + timedelta(days=number))
            Extension.objects.create(assignment=made, user=learner, due=date(2026, 8, 1))
    found = {}
    for path in ("/me/", "/topics/maps/"):
        as_learner.get(path)  # what depends on the content alone is asked once
        with CaptureQueriesContext(connection) as captured:
            as_learner.get(path)
        found[path] = len(captured)
    assert found == {"/me/": 14, "/topics/maps/": 8}
