"""/me/, the learner's own page."""

from progress.cohorts.models import Cohort
from progress.models import TopicProgress
from tests.progress.tracking.test_ticks import tick


def test_it_says_where_to_go_on(content, as_learner):
    assert "Start: Boots" in as_learner.get("/me/").text
    tick(as_learner, "maps", "done")
    assert "Continue: Routes" in as_learner.get("/me/").text


def test_it_shows_each_stage_and_track(content, as_learner, learner):
    TopicProgress.objects.record(learner, content.topics["routes"], "done")
    page = as_learner.get("/me/").text
    assert "First steps" in page
    assert "Another way" in page
    assert "<strong>1 of 2</strong> done" in page


def test_what_a_cohort_wants_comes_first(content, as_learner, learner):
    assert "Your assignments" not in as_learner.get("/me/").text
    cohort = Cohort.objects.create(name="Autumn hikers")
    cohort.join(learner)
    cohort.assignments.create(track=content.other)
    page = as_learner.get("/me/").text
    assert page.index("Start: Boots") < page.index("Your assignments") < page.index("What comes next")


def test_it_lists_what_was_begun(content, as_learner):
    tick(as_learner, "weather", "learning")
    page = as_learner.get("/me/").text
    assert "Begun and not finished" in page
    assert '<a href="/topics/weather/">Weather</a>' in page


def test_it_says_when_all_is_done(content, as_learner):
    for slug in ("boots", "maps", "routes", "weather"):
        tick(as_learner, slug, "done")
    page = as_learner.get("/me/").text
    assert "You have walked the whole trail." in page
    assert "Continue" not in page


def test_it_speaks_to_the_learner_by_name(content, as_learner, learner):
    learner.name = "ليلى"
    learner.save()
    assert "ليلى’s progress" in as_learner.get("/me/").text
