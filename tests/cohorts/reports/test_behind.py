"""What is said beside the name of a learner who falls behind, and where a cohort is stuck."""

from datetime import timedelta

import pytest
from django.utils import timezone

from progress.cohorts.models import Assignment, Cohort, Extension
from tests.cohorts.roster_pages import NOW, join, page_of, table, text_of, tick
from tests.conftest import make_user


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is noon on 30 March 2026, wherever that is not asked of the database."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def cohort(cohort):
    cohort.enrolments.update(joined_at=NOW - timedelta(days=60))
    return cohort


# --- Falling behind -----------------------------------------------------------------------------------


def behind(cohort, client):
    return table(page_of(cohort, client))[1][1]


def test_days_of_silence_are_those_of_the_cohort(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=6.75)  # at 18:00 on 23 March in UTC
    assert behind(cohort, as_instructor) == "nothing ticked for 7 days"
    Cohort.objects.update(time_zone="Asia/Tokyo")  # where that was the 24th, and it is the 30th still
    assert behind(cohort, as_instructor) == ""
    Cohort.objects.update(quiet_days=6)
    assert behind(cohort, as_instructor) == "nothing ticked for 6 days"


@pytest.mark.parametrize(
    ("status", "cause", "said"),
    [
        ("done", "tick", ""),
        ("learning", "sign-in", ""),
        ("none", "tick", "nothing ticked for 20 days"),
        ("done", "import", "nothing ticked for 20 days"),
        ("none", "reset", "nothing ticked for 20 days"),
    ],
)
def test_only_a_tick_breaks_the_silence(cohort, as_instructor, learner, content, status, cause, said):
    tick(learner, content.topics["maps"], days=20)
    tick(learner, content.topics["snacks"], status, cause=cause)
    assert behind(cohort, as_instructor) == said


def test_a_tick_outside_the_assigned_tracks_is_not_seen(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=20)
    tick(learner, content.topics["weather"])
    assert behind(cohort, as_instructor) == "nothing ticked for 20 days"


def test_overdue_counts_what_is_required_and_past_its_date(cohort, as_instructor, learner, content):
    yesterday, today = NOW.date() - timedelta(days=1), NOW.date()
    tick(learner, content.topics["weather"])
    assignment = cohort.assignments.get()
    for due, said in ((None, ""), (today, ""), (yesterday, "2 topics overdue")):
        cohort.assignments.update(due=due)
        assert behind(cohort, as_instructor).removeprefix("nothing ticked in the first 60 days").strip("; ") == said
    tick(learner, content.topics["maps"])
    assert behind(cohort, as_instructor) == "1 topic overdue"
    # The other assignment shares that topic, which is overdue once.
    Assignment.objects.create(cohort=cohort, track=content.merged, due=yesterday)
    assert behind(cohort, as_instructor) == "2 topics overdue"  # routes and boots
    cohort.assignments.filter(track=content.merged).update(required=False)
    assert behind(cohort, as_instructor) == "1 topic overdue"
    extension = Extension.objects.create(assignment=assignment, user=learner, due=today)
    assert behind(cohort, as_instructor) == ""
    Extension.objects.filter(pk=extension.pk).update(due=yesterday)
    assert behind(cohort, as_instructor) == "1 topic overdue"
    Extension.objects.update(user=make_user("Mo"), due=today)
    assert behind(cohort, as_instructor) == "1 topic overdue"


def test_nothing_is_said_of_who_is_done(cohort, as_instructor, learner, content):
    cohort.assignments.update(due=NOW.date() - timedelta(days=1))
    for slug in ("maps", "routes"):
        tick(learner, content.topics[slug], days=50)
    assert behind(cohort, as_instructor) == ""


def test_nothing_is_said_before_it_starts(cohort, as_instructor):
    cohort.assignments.update(starts=NOW.date() + timedelta(days=3))
    assert behind(cohort, as_instructor) == ""
    cohort.assignments.update(starts=NOW.date() - timedelta(days=8))
    assert behind(cohort, as_instructor) == "nothing ticked in the first 8 days"


# --- Where the cohort is stuck ------------------------------------------------------------------------


def test_it_says_where_the_cohort_is_stuck_and_who(cohort, as_instructor, learner, content):
    maps, routes = content.topics["maps"], content.topics["routes"]
    ada, ben = join(cohort, "Ada", "Ben")
    [gone] = join(cohort, "Gone")
    for person, topic, begun, done in (
        *[(ada, routes, 20, 18), (ben, routes, 20, 17), (ada, maps, 30, 20), (gone, routes, 59, 1)],
    ):
        tick(person, topic, "learning", days=begun)
        tick(person, topic, "done", days=done)
    tick(ben, maps, "learning", days=3)
    tick(learner, maps, "learning", days=2)
    tick(learner, routes, "learning", days=2)
    cohort.leave(gone)
    text = text_of(page_of(cohort, as_instructor).text.split('id="stuck"')[1])
    assert "half of this cohort’s topics take 3 days or less" in text
    assert "Maps 10 days for half of those who finished, slower than the rest 2 learners are on it Ben Lena" in text
    assert "Routes 2 days for half of those who finished 1 learner is on it Lena Learner" in text
    assert text.index("Maps") < text.index("Routes")
    assert "Gone" not in text


def test_it_says_nothing_where_nobody_is_stuck(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"])
    tick(learner, content.topics["weather"], "learning")  # in no assigned track
    assert 'id="stuck"' not in page_of(cohort, as_instructor).text
