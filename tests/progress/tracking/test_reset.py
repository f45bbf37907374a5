"""Setting a stage or a track back, and taking that back."""

import re

import pytest

from progress.models import ProgressEvent, Reset, TopicProgress
from tests.progress.tracking.test_ticks import status_of, tick

SLUGS = ("boots", "maps", "snacks", "routes", "weather")


@pytest.fixture
def walked(content, learner, as_learner):
    """Boots done, maps begun, routes skipped, weather done, in this order."""
    for slug, status in [("boots", "done"), ("maps", "learning"), ("routes", "skipped"), ("weather", "done")]:
        TopicProgress.objects.record(learner, content.topics[slug], status)
    return as_learner


def statuses(user):
    return [status_of(user, slug) for slug in SLUGS]


def reset(client, path="/stages/first/reset/"):
    """Press the button of the page that asks."""
    number = re.search(r'name="number" value="(\d+)"', client.get(path).text).group(1)
    return client.post(path, {"number": number})


def undo(client, made, **data):
    return client.post(f"/me/resets/{made.pk}/undo/", {"next": "/me/", **data})


def test_it_asks_first_and_names_the_numbers(walked, learner):
    page = " ".join(walked.get("/stages/first/reset/").text.split())
    assert "2 topics go back to “not started”." in page
    assert "1 are done, 1 begun and 0 skipped" in page
    assert statuses(learner) == ["done", "learning", "none", "skipped", "done"]


def test_it_resets_a_stage_and_nothing_else(walked, learner):
    assert reset(walked).url == "/stages/first/"
    assert statuses(learner) == ["none", "none", "none", "skipped", "done"]


def test_it_resets_a_track_and_nothing_else(walked, learner):
    assert reset(walked, "/tracks/other/reset/").url == "/tracks/other/"
    assert statuses(learner) == ["done", "none", "none", "none", "done"]


def test_the_history_is_kept(walked, learner, content):
    before = set(learner.progress_events.values_list("pk", flat=True))
    reset(walked)
    assert before < set(learner.progress_events.values_list("pk", flat=True))
    added = learner.progress_events.exclude(pk__in=before)
    assert {(event.topic.slug, event.status, event.cause) for event in added} == {
        ("boots", "none", "reset"),
        ("maps", "none", "reset"),
    }


@pytest.mark.parametrize("place", ["/stages/first/", "/me/"])
def test_it_is_taken_back_from_the_next_page_and_from_me(walked, learner, place):
    reset(walked)
    before = statuses(learner)
    page = walked.get(place).text
    action = re.search(r'action="(/me/resets/\d+/undo/)"', page).group(1)
    response = walked.post(action, {"next": place})
    assert response.url == place
    assert "2 topics are as they were." in walked.get(place).text
    assert before != statuses(learner) == ["done", "learning", "none", "skipped", "done"]
    assert action not in walked.get("/me/").text
    assert set(ProgressEvent.objects.values_list("cause", flat=True)) == {"tick", "reset", "undo"}


def test_taken_back_twice_it_changes_nothing(walked, learner):
    reset(walked)
    made = learner.resets.get()
    undo(walked, made)
    tick(walked, "boots", "none")
    events = learner.progress_events.count()
    assert undo(walked, made).status_code == 302
    assert status_of(learner, "boots") == "none"
    assert learner.progress_events.count() == events


@pytest.mark.parametrize(
    ("since", "ends"), [(["done"], "done"), (["learning"], "learning"), (["done", "none"], "none"), ([], "learning")]
)
def test_what_was_touched_since_stays_as_it_is(walked, learner, since, ends):
    reset(walked)
    for status in since:
        tick(walked, "maps", status)
    undo(walked, learner.resets.get())
    assert statuses(learner)[:2] == ["done", ends]
    if since:
        assert "1 topic is as it was. 1 stays as you left it since." in walked.get("/me/").text


def test_of_two_resets_each_takes_back_its_own(walked, learner):
    reset(walked)
    reset(walked, "/tracks/other/reset/")
    second, first = learner.resets.all()
    undo(walked, first)
    assert statuses(learner) == ["done", "learning", "none", "none", "done"]
    undo(walked, second)
    assert statuses(learner) == ["done", "learning", "none", "skipped", "done"]


def test_it_is_put_back_as_old_as_it_was(walked, learner):
    """So the learner goes on at the same topic as before."""
    before = list(learner.topic_progress.order_by("changed_at").values_list("topic__slug", flat=True))
    reset(walked, "/tracks/roadmap/reset/")
    assert not learner.topic_progress.exists()
    undo(walked, learner.resets.get())
    assert list(learner.topic_progress.order_by("changed_at").values_list("topic__slug", flat=True)) == before
    assert learner.topic_progress.latest("changed_at").changed_at < learner.resets.get().at


def test_a_topic_that_was_merged_meanwhile_is_put_back_where_it_is_carried_over_from(walked, learner, content):
    from progress.models import CarryOver

    reset(walked)
    content.topics["maps"].state = "retired"
    content.topics["maps"].save()
    content.topics["snacks"].replaces = ["maps"]
    content.topics["snacks"].save()
    CarryOver.objects.apply_pending()
    undo(walked, learner.resets.get())
    CarryOver.objects.apply_pending()
    assert status_of(learner, "snacks") == "learning"


def test_sent_twice_it_is_one_reset(walked, learner):
    for _ in range(2):
        assert walked.post("/stages/first/reset/", {"number": "2"}).url == "/stages/first/"
    assert learner.resets.count() == 1


@pytest.mark.parametrize("number", ["", "1", "3", "x"])
def test_it_resets_no_more_than_it_has_named(walked, learner, number):
    page = walked.post("/stages/first/reset/", {"number": number})
    assert "Something was ticked since you opened this page." in page.text
    assert not learner.resets.exists()
    assert status_of(learner, "boots") == "done"


def test_where_nothing_is_ticked_nothing_is_reset(content, as_learner, learner):
    assert "there is nothing to reset" in as_learner.get("/stages/first/reset/").text
    as_learner.post("/stages/first/reset/", {"number": "0"})
    assert not Reset.objects.exists()


def test_nobody_else_is_touched_and_nobody_else_takes_it_back(walked, learner, outsider, as_outsider, content, client):
    TopicProgress.objects.record(outsider, content.topics["boots"], "done")
    reset(walked)
    assert status_of(outsider, "boots") == "done"
    assert undo(as_outsider, learner.resets.get()).status_code == 404
    assert undo(client, learner.resets.get()).url == "/accounts/login/?next=/me/"
    assert status_of(learner, "boots") == "none"
    assert "First steps</strong>" not in as_outsider.get("/me/").text


@pytest.mark.parametrize("path", ["/stages/nowhere/reset/", "/tracks/nowhere/reset/"])
def test_what_is_not_there_is_404(content, as_learner, path):
    assert as_learner.get(path).status_code == 404


def test_the_pages_lead_to_it_for_learners_only(content, as_learner, client):
    for path in ("/stages/first/", "/tracks/other/"):
        assert f'href="{path}reset/"' in as_learner.get(path).text
        assert f'href="{path}reset/"' not in client.get(path).text
