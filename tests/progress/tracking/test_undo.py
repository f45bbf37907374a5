"""Taking a tick back: the offer after each tick, and what it states."""

import re
from html import unescape

import pytest

from progress.models import TopicProgress
from tests.progress.tracking.test_ticks import status_of, tick

UNDO = re.compile(r'name="undo" value="(\w+)"')


def offered(text):
    """What the offers in a page or an answer state."""
    return UNDO.findall(text)


@pytest.mark.parametrize(
    ("before", "status"), [("none", "done"), ("learning", "done"), ("skipped", "learning"), ("done", "none")]
)
def test_it_states_what_was_before(content, as_learner, learner, before, status):
    TopicProgress.objects.record(learner, content.topics["maps"], before)
    answer = tick(as_learner, "maps", status, htmx=True, page="roadmap", reader=learner.pk)
    assert offered(answer.text) == [before]
    tick(as_learner, "maps", None or "", undo=before, page="roadmap")
    assert status_of(learner, "maps") == before
    assert [event.cause for event in learner.progress_events.order_by("-pk")[:2]] == ["undo", "tick"]


@pytest.mark.parametrize("page", ["roadmap", "stage", "search", "topic", "track"])
def test_it_is_offered_wherever_a_topic_can_be_ticked(content, as_learner, page):
    track = {"track": "other"} if page == "track" else {}
    answer = tick(as_learner, "maps", "done", htmx=True, page=page, **track)
    row = "start--maps" if page == "track" else "first--maps"
    assert f'hx-swap-oob="beforeend:#{row}"' in answer.text
    assert "You can undo this." in answer.text


def test_of_two_rows_it_is_offered_in_the_one_that_was_pressed(content, as_learner):
    answer = tick(as_learner, "routes", "done", htmx=True, page="track", track="other", query="?at=finish--routes")
    assert 'hx-swap-oob="beforeend:#finish--routes"' in answer.text
    answer = tick(as_learner, "routes", "none", htmx=True, page="track", track="other", query='?at="><b>')
    assert 'hx-swap-oob="beforeend:#start--routes"' in answer.text
    assert "<b>" not in answer.text


def test_without_javascript_the_next_page_has_it_once(content, as_learner, learner):
    response = tick(as_learner, "maps", "done", query="?at=first--maps", next="/stages/first/", reader=learner.pk)
    page = as_learner.get(response.url).text
    form = re.search(r'<form class="undo.*?</form>', page, re.DOTALL).group()
    assert "Maps: done." in form
    assert offered(page) == ["none"]
    action = unescape(re.search('action="(.+?)"', form).group(1))
    response = as_learner.post(
        action, {"undo": "none", "next": "/stages/first/", "page": "stage", "reader": learner.pk}
    )
    assert response.url == "/stages/first/#first--maps"
    assert status_of(learner, "maps") == "none"
    assert offered(as_learner.get("/stages/first/").text) == []


def test_a_visitor_takes_a_tick_back(content, client):
    page = tick(client, "maps", "learning", next="/stages/first/")
    assert offered(client.get(page.url).text) == ["none"]
    answer = tick(client, "maps", "done", htmx=True, page="stage")
    assert offered(answer.text) == ["learning"]
    tick(client, "maps", "", undo="learning")
    assert [status for status, _ in client.session["ticks"].values()] == ["learning"]


def test_nothing_is_offered_where_nothing_changed_or_an_undo_did(content, as_learner):
    tick(as_learner, "maps", "done")
    assert offered(tick(as_learner, "maps", "done", htmx=True, page="stage").text) == []
    assert offered(tick(as_learner, "maps", "", undo="none", htmx=True, page="stage").text) == []


def test_undoing_twice_changes_nothing(content, as_learner, learner):
    tick(as_learner, "maps", "done")
    for _ in range(2):
        tick(as_learner, "maps", "", undo="none")
    assert learner.progress_events.count() == 2


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("who", ["client", "as_learner"])
def test_it_does_not_take_back_what_another_tab_said_meanwhile(request, content, db, who, htmx):
    client = request.getfixturevalue(who)
    offer = tick(client, "maps", "done", htmx=True, page="stage").text
    assert 'name="undoes" value="done"' in offer
    tick(client, "maps", "learning")  # elsewhere
    answer = tick(client, "maps", "", undo="none", undoes="done", htmx=htmx, page="stage", next="/stages/first/")
    assert (answer.headers["HX-Redirect"] if htmx else answer.url) == "/stages/first/"
    page = client.get("/stages/first/").text
    assert "“Maps” was changed elsewhere meanwhile. Nothing was undone." in page
    assert 'id="first--maps" data-status="learning"' in page


def test_an_undo_sent_again_is_no_change_elsewhere(content, as_learner, learner):
    tick(as_learner, "maps", "done")
    for _ in range(2):
        answer = tick(as_learner, "maps", "", undo="none", undoes="done", htmx=True, page="stage")
        assert "Maps: not started." in answer.text
    assert status_of(learner, "maps") == "none"


def test_a_title_cannot_carry_script_into_the_message(content, as_learner):
    content.topics["maps"].title = "<script>alert(1)</script>"
    content.topics["maps"].save()
    response = tick(as_learner, "maps", "done", next="/tracks/")
    assert "<script>alert" not in as_learner.get(response.url).text


@pytest.mark.parametrize("undo", ["toggle", "DONE", "x" * 999])
def test_it_refuses_any_other_word(content, as_learner, undo):
    assert tick(as_learner, "maps", "done", undo=undo).status_code == 400


def test_a_split_topic_is_taken_back_only_where_all_parts_stood_alike(content, as_learner, learner):
    topics = content.topics
    topics["maps"].state = "retired"
    topics["maps"].save()
    for slug in ("routes", "weather"):
        topics[slug].replaces = ["maps"]
        topics[slug].save()
    response = tick(as_learner, "maps", "learning", next="/tracks/")
    assert offered(as_learner.get(response.url).text) == ["none"]
    TopicProgress.objects.record(learner, topics["routes"], "skipped")
    response = tick(as_learner, "maps", "done", next="/tracks/")
    assert offered(as_learner.get(response.url).text) == []
