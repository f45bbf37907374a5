"""Merges and splits: a topic that replaces others takes over their ticks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from progress.models import CarryOver, ProgressEvent, TopicProgress
from tests.conftest import make_user
from tests.progress.tracking.test_ticks import status_of


@pytest.fixture
def topics(content):
    return content.topics


def replace(topic, *slugs):
    topic.replaces = list(slugs)
    topic.save()


def test_a_merge_keeps_the_most_advanced_standing(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "learning")
    TopicProgress.objects.record(learner, topics["maps"], "done")
    replace(topics["routes"], "boots", "maps")
    CarryOver.objects.apply_pending()
    assert status_of(learner, "routes") == "done"
    assert status_of(learner, "maps") == "done"  # the old rows stay, for the day the topic comes back


def test_a_split_gives_each_part_the_standing(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "done")
    replace(topics["routes"], "boots")
    replace(topics["weather"], "boots")
    assert CarryOver.objects.apply_pending() == 2
    assert status_of(learner, "routes") == status_of(learner, "weather") == "done"


def test_it_is_settled_once(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "done")
    replace(topics["routes"], "boots")
    CarryOver.objects.apply_pending()
    TopicProgress.objects.record(learner, topics["routes"], "none")
    assert CarryOver.objects.apply_pending() == 0
    assert status_of(learner, "routes") == "none"  # the learner has the last word


def test_it_never_takes_a_standing_back(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "learning")
    TopicProgress.objects.record(learner, topics["routes"], "done")
    replace(topics["routes"], "boots")
    CarryOver.objects.apply_pending()
    assert status_of(learner, "routes") == "done"


@pytest.mark.parametrize("order", [("maps", "routes"), ("routes", "maps")])
def test_a_chain_is_walked_from_its_beginning(topics, learner, order):
    TopicProgress.objects.record(learner, topics["boots"], "done")
    wanted = {"maps": "boots", "routes": "maps"}
    for slug in order:
        replace(topics[slug], wanted[slug])
    CarryOver.objects.apply_pending()
    assert status_of(learner, "routes") == "done"


def test_topics_that_replace_each_other_do_not_hang_it(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "done")
    replace(topics["maps"], "boots")
    replace(topics["boots"], "maps")
    CarryOver.objects.apply_pending()
    assert status_of(learner, "maps") == "done"


def test_a_slug_that_never_was_is_passed_over(topics):
    replace(topics["maps"], "unheard-of")
    assert CarryOver.objects.apply_pending() == 0


def test_the_history_says_why(topics, learner):
    TopicProgress.objects.record(learner, topics["boots"], "done")
    replace(topics["maps"], "boots")
    CarryOver.objects.apply_pending()
    assert learner.progress_events.get(topic=topics["maps"]).cause == ProgressEvent.Cause.CARRY_OVER


def test_it_is_as_old_as_it_was(topics, learner, outsider):
    for user, status in ((learner, "done"), (outsider, "learning")):
        TopicProgress.objects.record(user, topics["boots"], status)
    TopicProgress.objects.update(changed_at=Now() - timedelta(days=9))
    TopicProgress.objects.record(learner, topics["maps"], "skipped")
    replace(topics["maps"], "boots")
    assert CarryOver.objects.apply_pending() == 2
    for user, status in ((learner, "done"), (outsider, "learning")):
        old, new = (user.topic_progress.get(topic=topics[slug]) for slug in ("boots", "maps"))
        event = user.progress_events.filter(topic=topics["maps"]).latest("pk")
        assert (new.status, new.changed_at) == (event.status, event.at) == (status, old.changed_at)


def test_it_costs_no_query_for_a_learner(topics):
    def queries(slug):
        replace(topics[slug], "boots")
        with CaptureQueriesContext(connection) as captured:
            CarryOver.objects.apply_pending()
        CarryOver.objects.all().delete()
        replace(topics[slug])
        return len(captured)

    TopicProgress.objects.record(make_user("First"), topics["boots"], "done")
    few = queries("maps")
    for number in range(12):
        TopicProgress.objects.record(make_user(f"More{number}"), topics["boots"], "done")
    assert queries("routes") == few
    assert TopicProgress.objects.filter(topic=topics["routes"]).count() == 13


def test_a_tick_that_came_late_is_carried_over_next_time(topics, learner, outsider):
    """A page was open while its topic was replaced; its tick reached the old topic after the settling."""
    TopicProgress.objects.record(outsider, topics["boots"], "done")
    replace(topics["routes"], "boots")
    CarryOver.objects.apply_pending()
    TopicProgress.objects.record(outsider, topics["routes"], "none")
    CarryOver.objects.update(at=Now() - timedelta(seconds=5))
    TopicProgress.objects.filter(user=outsider).update(changed_at=Now() - timedelta(minutes=1))
    TopicProgress.objects.record(learner, topics["boots"], "done")
    assert CarryOver.objects.apply_pending() == 1
    assert status_of(learner, "routes") == "done"
    assert status_of(outsider, "routes") == "none"  # still not overruled
