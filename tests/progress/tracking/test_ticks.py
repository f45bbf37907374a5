"""POST /topics/<slug>/progress/"""

import pytest

from progress.models import ProgressEvent
from stages.models import Entry, Source, State

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/stages/first/"}


def tick(client, slug, status, htmx=False, query="", **data):
    headers = HTMX if htmx else {}
    return client.post(f"/topics/{slug}/progress/{query}", {"status": status, **data}, headers=headers)


def status_of(user, slug):
    return user.topic_progress.filter(topic__slug=slug).values_list("status", flat=True).first() or "none"


@pytest.mark.parametrize("status", ["done", "learning", "skipped"])
def test_it_records_the_standing_and_the_event(as_learner, learner, content, status):
    response = tick(as_learner, "maps", status)
    assert response.status_code == 302
    assert status_of(learner, "maps") == status
    assert [event.status for event in learner.progress_events.all()] == [status]


def test_none_takes_the_standing_away_and_keeps_the_history(as_learner, learner, content):
    tick(as_learner, "maps", "done")
    tick(as_learner, "maps", "none")
    assert status_of(learner, "maps") == "none"
    assert [event.status for event in learner.progress_events.order_by("pk")] == ["done", "none"]


@pytest.mark.parametrize("status", ["done", "learning", "skipped", "none"])
def test_saying_it_twice_changes_nothing(as_learner, learner, content, status):
    tick(as_learner, "boots", "learning")
    tick(as_learner, "boots", status)
    before = list(ProgressEvent.objects.values_list("pk", "at")), list(learner.topic_progress.values())
    tick(as_learner, "boots", status)
    assert (list(ProgressEvent.objects.values_list("pk", "at")), list(learner.topic_progress.values())) == before


def test_a_stale_tab_unticks_a_topic_that_is_not_ticked(as_learner, content):
    assert tick(as_learner, "maps", "none").status_code == 302


@pytest.mark.parametrize(
    "data", [{}, {"status": ""}, {"status": "toggle"}, {"status": "DONE"}, {"status": "x" * 9999}]
)
def test_it_refuses_any_other_status(as_learner, learner, content, data):
    response = as_learner.post("/topics/maps/progress/", data)
    assert response.status_code == 400
    assert "status" in response.text
    assert not learner.progress_events.exists()


def test_without_javascript_it_returns_to_the_row(as_learner, content):
    response = tick(as_learner, "maps", "done", query="?at=first--maps", next="/tracks/other/")
    assert response.url == "/tracks/other/#first--maps"


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "http:///x"])
def test_it_returns_to_pages_of_this_site_only(as_learner, content, page):
    assert tick(as_learner, "maps", "done", next=page).url == "/#"


def test_with_htmx_it_answers_with_the_row_and_the_bars(as_learner, learner, content):
    response = tick(as_learner, "maps", "done", htmx=True, page="roadmap", reader=learner.pk)
    for part in ('id="first--maps"', 'id="bar-first"', 'id="trail-first"', 'id="bar-total"', "innerHTML:#live"):
        assert part in response.text
    assert 'aria-checked="true"' in response.text
    assert "<strong>1 of 2</strong> done" in response.text  # the stage
    assert "<strong>1 of 4</strong> done" in response.text  # the roadmap
    assert "Maps: done. First steps: 1 of 2 done." in response.text
    assert "<html" not in response.text


def test_on_a_track_it_answers_with_every_place_of_the_topic(as_learner, learner, content):
    response = tick(as_learner, "routes", "done", htmx=True, page="track", track="other", reader=learner.pk)
    for part in ('id="start--routes"', 'id="finish--routes"', 'id="bar-start"', 'id="bar-finish"', 'id="bar-total"'):
        assert part in response.text
    assert "trail-" not in response.text


def test_a_draft_cannot_be_ticked(as_learner, learner, content):
    content.topics["maps"].state = State.DRAFT
    content.topics["maps"].save()
    assert tick(as_learner, "maps", "done").status_code == 404
    assert not learner.progress_events.exists()


def test_a_page_left_open_while_its_topic_was_merged_still_counts(as_learner, learner, content):
    topics = content.topics
    topics["maps"].state = State.RETIRED
    topics["maps"].save()
    topics["routes"].replaces = ["maps"]
    topics["routes"].save()
    response = tick(as_learner, "maps", "done", htmx=True)
    assert response.headers["HX-Refresh"] == "true"
    assert status_of(learner, "routes") == "done"


def test_a_page_left_open_while_its_topic_was_retired_still_counts(as_learner, learner, content):
    content.topics["maps"].state = State.RETIRED
    content.topics["maps"].save()
    assert tick(as_learner, "maps", "done").status_code == 302
    assert status_of(learner, "maps") == "done"  # kept for the day it comes back


def test_an_expired_log_in_keeps_the_tick_and_asks_to_sign_in(client, learner, content):
    response = tick(client, "maps", "done", htmx=True, reader=learner.pk, next="/stages/first/")
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/stages/first/"
    client.post("/accounts/login/", {"login": learner.email, "password": "walk-the-line-27"})
    assert status_of(learner, "maps") == "done"


def test_a_page_of_somebody_else_changes_nothing_and_says_so(as_outsider, outsider, learner, content):
    response = tick(as_outsider, "maps", "done", reader=learner.pk, next="/stages/first/")
    page = as_outsider.get(response.url)
    assert "You are signed in as Otto Outsider now. Nothing was changed." in page.text
    assert status_of(outsider, "maps") == status_of(learner, "maps") == "none"


@pytest.mark.parametrize("page", ["nowhere", ""])
def test_an_unknown_page_is_refused_before_anything_is_written(as_learner, learner, content, page):
    assert tick(as_learner, "maps", "done", htmx=True, page=page).status_code == 400
    assert not learner.progress_events.exists()


def test_a_track_that_was_retired_meanwhile_is_no_failure(as_learner, learner, content):
    content.other.state = State.RETIRED
    content.other.save()
    response = tick(as_learner, "maps", "done", htmx=True, page="track", track="other")
    assert response.headers["HX-Refresh"] == "true"
    assert status_of(learner, "maps") == "done"


def test_the_button_to_go_on_follows(as_learner, content):
    response = tick(as_learner, "boots", "done", htmx=True, page="roadmap")
    assert 'id="onward" hx-swap-oob="true"' in response.text
    assert "Continue: Maps" in response.text


def test_nobody_elses_progress_is_touched(as_learner, outsider, content):
    tick(as_learner, "maps", "done")
    assert not outsider.topic_progress.exists()


@pytest.fixture
def check_list(content):
    """A document whose two lines name the topic “maps”, and one of them another."""
    Source.objects.update(drawing=Source.Drawing.CHECK_LIST)
    second = Entry.objects.create(ref="x2", source=content.source, section="Part two", line=4, label="Charts")
    second.topics.add(content.topics["maps"], content.topics["boots"])
    return content.source


def test_a_tick_on_a_check_list_changes_every_line_that_names_the_topic(as_learner, learner, check_list):
    page = as_learner.get("/sources/leaflet/").text
    assert page.count('formaction="/topics/maps/progress/') == 2
    assert '<input type="hidden" name="source" value="leaflet">' in page
    answer = tick(as_learner, "maps", "done", htmx=True, page="source", source="leaflet").text
    assert 'id="line-3--maps" data-status="done" hx-swap-oob="true"' in answer
    assert 'id="line-4--maps" data-status="done" hx-swap-oob="true"' in answer
    assert 'id="bar-total"' in answer
    assert "Charts: 1 of 2 done." in answer
    assert "onward" not in answer
    assert status_of(learner, "maps") == "done"


def test_a_visitor_ticks_a_check_list_without_javascript(client, check_list):
    response = tick(client, "maps", "done", query="?at=line-3--maps", page="source", next="/sources/leaflet/")
    assert response.url == "/sources/leaflet/#line-3--maps"
    assert 'id="line-3--maps" data-status="done"' in client.get("/sources/leaflet/").text


@pytest.mark.parametrize("source", ["gone", ""])
def test_a_document_that_is_gone_meanwhile_is_no_failure(as_learner, learner, content, source):
    response = tick(as_learner, "maps", "done", htmx=True, page="source", source=source)
    assert response.headers["HX-Refresh"] == "true"
    assert status_of(learner, "maps") == "done"
