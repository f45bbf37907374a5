"""Ticking without an account, and bringing the ticks into one."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from progress.models import ProgressEvent, TopicProgress
from stages.models import State
from tests.progress.tracking.test_ticks import status_of, tick


def log_in(client, user):
    return client.post("/accounts/login/?next=/", {"login": user.email, "password": "walk-the-line-27"}, follow=True)


def test_a_visitor_sees_the_ticks_again(client, content):
    tick(client, "maps", "done")
    assert "<strong>1 of 2</strong> done" in client.get("/").text
    assert not TopicProgress.objects.exists()


def test_looking_around_makes_no_session(client, content):
    for path in ("/", "/stages/first/", "/topics/maps/", "/tracks/"):
        client.get(path)
    assert not Session.objects.exists()


def test_a_visitor_unticks(client, content):
    tick(client, "maps", "done")
    tick(client, "maps", "none")
    assert "<strong>0 of 2</strong> done" in client.get("/").text


def test_two_ticks_of_one_visitor_at_once_are_both_kept(client, content):
    """Each request has read the session before the other wrote it."""
    tick(client, "boots", "done")
    from django.contrib.sessions.backends.db import SessionStore

    from progress import session_progress

    key = client.cookies["sessionid"].value
    one, two = SessionStore(key), SessionStore(key)
    assert session_progress.session_ticks(one) == session_progress.session_ticks(two)  # both have loaded it
    session_progress.record(one, [content.topics["maps"]], "done")
    session_progress.record(two, [content.topics["routes"]], "done")
    assert len(session_progress.session_ticks(SessionStore(key))) == 3


def test_logging_in_brings_the_ticks_along_and_says_so(client, learner, content):
    tick(client, "maps", "done")
    tick(client, "routes", "learning")
    page = log_in(client, learner)
    assert "2 topics from this visit added to your account." in page.text
    assert status_of(learner, "maps") == "done"
    assert status_of(learner, "routes") == "learning"
    assert set(ProgressEvent.objects.values_list("cause", flat=True)) == {"sign-in"}


def test_the_more_advanced_status_wins(client, learner, content):
    topics = content.topics
    TopicProgress.objects.record(learner, topics["maps"], "done")
    TopicProgress.objects.record(learner, topics["routes"], "skipped")
    tick(client, "maps", "learning")
    tick(client, "routes", "done")
    tick(client, "boots", "skipped")
    page = log_in(client, learner)
    assert "2 topics from this visit added to your account; 1 topic already there" in page.text
    assert [status_of(learner, slug) for slug in ("maps", "routes", "boots")] == ["done", "done", "skipped"]


def test_the_ticks_are_brought_along_once(client, learner, content):
    tick(client, "maps", "done")
    log_in(client, learner)
    tick(client, "maps", "none")
    client.post("/accounts/logout/")
    log_in(client, learner)
    assert status_of(learner, "maps") == "none"


def test_an_address_has_room_for_a_school_of_visitors_and_no_flood(content, client, as_learner, monkeypatch):
    monkeypatch.setattr("progress.tracking.views.NEW_VISITORS_PER_HOUR", 2)
    assert tick(client, "maps", "done").status_code == 302
    invented = Client()
    invented.cookies["sessionid"] = "invented" * 4
    assert tick(invented, "maps", "done").status_code == 302
    assert tick(Client(), "maps", "done").status_code == 429
    assert tick(client, "boots", "done").status_code == 302  # whoever is there already goes on
    assert tick(as_learner, "boots", "done").status_code == 302


def test_the_time_of_the_tick_comes_along(client, learner, content):
    tick(client, "maps", "done")
    session = client.session
    session["ticks"] = {str(content.topics["maps"].pk): ["done", 1_790_000_000]}
    session.save()
    log_in(client, learner)
    assert learner.progress_events.get().at.timestamp() == 1_790_000_000


def test_ticks_of_a_topic_merged_meanwhile_reach_its_successor(client, learner, content):
    tick(client, "maps", "done")
    content.topics["maps"].state = State.RETIRED
    content.topics["maps"].save()
    content.topics["routes"].replaces = ["maps"]
    content.topics["routes"].save()
    log_in(client, learner)
    assert status_of(learner, "routes") == "done"


def test_of_two_merged_topics_the_more_advanced_status_wins(client, learner, content):
    tick(client, "maps", "done")
    tick(client, "boots", "learning")
    for slug in ("maps", "boots"):
        content.topics[slug].state = State.RETIRED
        content.topics[slug].save()
    content.topics["routes"].replaces = ["maps", "boots"]
    content.topics["routes"].save()
    assert "<strong>1 of 2</strong> done" in client.get("/stages/second/").text  # seen before any log-in
    log_in(client, learner)
    assert status_of(learner, "routes") == "done"


def test_every_tick_renews_the_cookie(client, content):
    """A visitor who comes back keeps the ticks for a season from the latest, not from the first."""
    for slug in ("maps", "boots"):
        cookie = tick(client, slug, "done").cookies["sessionid"]
        assert cookie["max-age"] == settings.SESSION_COOKIE_AGE
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_a_session_that_vanished_meanwhile_is_no_error(client, content):
    tick(client, "maps", "done")
    Session.objects.all().delete()
    tick(client, "boots", "done")
    assert "<strong>1 of 2</strong> done" in client.get("/").text


def test_signing_out_leaves_no_ticks_behind_for_the_next_person(as_learner, content):
    tick(as_learner, "maps", "done")
    as_learner.post("/accounts/logout/")
    assert "<strong>0 of 2</strong> done" in as_learner.get("/").text
