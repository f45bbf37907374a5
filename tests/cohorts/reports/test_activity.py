"""When somebody ticked last: what the table says is what the days of activity and the learner's own year say."""

from random import Random

import pytest
from django.utils import timezone

from progress.activity import ticks
from progress.cohorts.reports.activity import active_dates
from progress.cohorts.reports.roster import load_roster
from progress.models import ProgressEvent, Status
from tests.cohorts.roster_pages import NOW, join, tick

Cause = ProgressEvent.Cause


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def last_active(cohort):
    [learner] = load_roster(cohort).learners
    return learner.last_active


def test_a_tick_that_was_taken_back_is_not_the_last(cohort, learner, content):
    maps, routes = content.topics["maps"], content.topics["routes"]
    tick(learner, maps, days=9)
    tick(learner, routes, days=2)
    assert (NOW.date() - last_active(cohort)).days == 2
    tick(learner, routes, "none", days=1, cause=Cause.UNDO)
    assert (NOW.date() - last_active(cohort)).days == 9
    assert active_dates(cohort, load_roster(cohort), 14)[learner.pk] == {last_active(cohort)}


@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_the_days_of_activity_whatever_happened(cohort, learner, content, seed):
    random = Random(seed)
    people = [learner, *join(cohort, "Ada", "Ben", "Cem", "Dua")]
    topics = list(content.topics.values())
    for days in reversed(range(25)):
        cause = random.choice([Cause.TICK, Cause.TICK, Cause.UNDO, Cause.SIGN_IN, Cause.IMPORT, Cause.OVERRIDE])
        status = random.choice([*Status.values, "none"])
        late = random.choice([0, 0, 7]) if cause == Cause.SIGN_IN else 0  # what a visitor had ticked before
        tick(random.choice(people), random.choice(topics), status, days=days + late, cause=cause)
    roster = load_roster(cohort)
    for entry in roster.learners:
        events = ProgressEvent.objects.filter(user=entry.pk, topic__in=roster.curriculum.topic_pks).order_by("pk")
        assert entry.last_active == max((event.at.date() for event in ticks(events)), default=None)
