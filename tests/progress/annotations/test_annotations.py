"""Stars, ticked resources and the history of a topic."""

from datetime import UTC, datetime

import pytest

from accounts.timezones import user_zone
from progress.annotations.topic_annotations import topic_history
from progress.models import ProgressEvent, ResourceTick, Star, TopicProgress
from stages.models import TopicResource
from tests.progress.test_session_progress import log_in

HTMX = {"HX-Request": "true"}


def state(client, path, name, wanted, reader=None, **options):
    data = {name: wanted, "next": "/topics/maps/", "reader": reader.pk if reader else ""}
    return client.post(path, data, **options)


@pytest.fixture
def star(content):
    return "/topics/maps/star/", "starred", Star


@pytest.fixture
def box(content):
    return f"/resources/{content.resource.pk}/tick/", "ticked", ResourceTick


@pytest.fixture(params=["star", "box"])
def thing(request, content):
    return request.getfixturevalue(request.param)


def test_it_is_stated_twice_and_is_there_once(thing, as_learner, learner):
    path, name, model = thing
    for wanted, number in [("yes", 1), ("yes", 1), ("no", 0), ("no", 0)]:
        assert state(as_learner, path, name, wanted, learner).url.startswith("/topics/maps/#")
        assert model.objects.filter(user=learner).count() == number


def test_with_htmx_it_answers_with_the_button_that_states_the_opposite(thing, as_learner, learner):
    path, name, _ = thing
    answer = state(as_learner, path, name, "yes", learner, headers=HTMX).text
    assert 'value="no"' in answer
    assert '="true"' in answer
    assert "<html" not in answer


@pytest.mark.parametrize("wanted", ["", "toggle", "YES", "1"])
def test_it_refuses_any_other_word(thing, as_learner, wanted):
    path, name, model = thing
    assert state(as_learner, path, name, wanted).status_code == 400
    assert not model.objects.exists()


def test_it_is_the_learners_own(thing, as_learner, as_outsider, learner):
    path, name, model = thing
    state(as_learner, path, name, "yes", learner)
    state(as_outsider, path, name, "no")
    assert model.objects.filter(user=learner).exists()
    assert 'aria-pressed="true"' not in (
        page := as_outsider.get("/topics/maps/").text.split("<main")[1].split("</main")[0]
    )
    assert page.count('aria-checked="true"') == 0


def test_it_waits_for_the_log_in_that_has_expired(thing, client, learner):
    path, name, model = thing
    response = state(client, path, name, "yes", learner)
    assert response.url == "/accounts/login/?next=/topics/maps/"
    assert not model.objects.exists()
    page = log_in(client, learner)
    assert "What you did before you were signed out is saved." in page.text
    assert model.objects.filter(user=learner).exists()


def test_nobody_else_who_logs_in_gets_it(thing, client, learner, outsider):
    path, name, model = thing
    state(client, path, name, "yes", learner)
    log_in(client, outsider)
    assert not model.objects.exists()
    client.post("/accounts/logout/")
    log_in(client, learner)
    assert not model.objects.exists()  # forgotten, for the session was somebody's


def test_a_visitor_is_sent_to_the_log_in_and_nothing_is_kept(thing, client, learner):
    path, name, model = thing
    assert state(client, path, name, "yes").url == "/accounts/login/?next=/topics/maps/"
    log_in(client, learner)
    assert not model.objects.exists()


def test_a_page_of_somebody_else_changes_nothing_and_says_so(thing, as_outsider, learner):
    path, name, model = thing
    page = as_outsider.get(state(as_outsider, path, name, "yes", learner).url)
    assert "You are signed in as Otto Outsider now. Nothing was changed." in page.text
    assert not model.objects.exists()


def test_what_is_gone_meanwhile_does_not_stop_the_log_in(client, learner, box, content):
    path, name, _ = box
    state(client, path, name, "yes", learner)
    content.resource.delete()
    assert log_in(client, learner).status_code == 200
    assert client.get("/me/").status_code == 200


def test_both_are_on_the_page_of_the_topic(as_learner, learner, content):
    Star.objects.create(user=learner, topic=content.topics["maps"])
    ResourceTick.objects.create(user=learner, resource=content.resource)
    page = as_learner.get("/topics/maps/").text
    assert 'id="star" name="starred" value="no" aria-pressed="true"' in page
    assert 'aria-checked="true" aria-label="Been through: Reading maps"' in page


def test_a_resource_is_ticked_in_every_topic_that_has_it(as_learner, learner, content, box):
    path, name, _ = box
    TopicResource.objects.create(topic=content.topics["boots"], resource=content.resource)
    state(as_learner, path, name, "yes", learner)
    assert 'aria-checked="true" aria-label="Been through: Reading maps"' in as_learner.get("/topics/boots/").text


def test_a_visitor_sees_no_box_and_is_offered_to_sign_in(client, content):
    page = client.get("/topics/maps/").text
    assert "resource-tick" not in page
    assert 'name="starred"' not in page
    assert '<a href="/accounts/login/?next=/topics/maps/">Sign in</a> to keep a note' in page


@pytest.mark.parametrize(
    ("path", "word"), [("/topics/nowhere/star/", "starred"), ("/resources/999999/tick/", "ticked")]
)
def test_what_is_not_there_is_404(as_learner, content, path, word):
    assert as_learner.post(path, {word: "yes"}).status_code == 404


def test_drafts_are_not_there(as_learner, content, thing):
    for row in (content.topics["maps"], content.resource):
        row.state = "draft"
        row.save()
    path, name, _ = thing
    assert state(as_learner, path, name, "yes").status_code == 404


def test_starred_topics_are_listed(as_learner, learner, content):
    for slug in ("maps", "routes"):
        Star.objects.create(user=learner, topic=content.topics[slug])
    content.topics["routes"].state = "retired"
    content.topics["routes"].save()
    for path in ("/me/", "/me/notes/"):
        page = as_learner.get(path).text.split('id="starred"')[1]
        assert '<a href="/topics/maps/">Maps</a>' in page
        assert "Routes" in page
        assert 'href="/topics/routes/"' not in page


# --- The history ---


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], []),
        ([("done", "tick")], ["done"]),
        ([("done", "tick"), ("none", "tick")], ["done", "reopened"]),
        ([("done", "tick"), ("learning", "tick"), ("done", "tick")], ["done", "reopened", "done"]),
        ([("skipped", "tick"), ("none", "tick")], ["skipped", "not started"]),
        ([("done", "tick"), ("none", "undo")], ["done", "not started (taken back)"]),
        ([("done", "sign-in")], ["done (brought along at sign-in)"]),
        ([("done", "tick"), ("none", "reset")], ["done", "reopened (with the rest of its stage or track)"]),
    ],
)
def test_the_history_in_words(events, told):
    rows = [(datetime(2026, 3, 1, tzinfo=UTC), pk, status, cause) for pk, (status, cause) in enumerate(events)]
    assert [f"{what} ({why})" if why else what for what, why, _ in topic_history(rows)] == told


def test_the_history_is_in_the_learners_own_days(as_learner, learner, content):
    topic = content.topics["maps"]
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    ProgressEvent.objects.create(user=learner, topic=topic, status="done", at=late)
    ProgressEvent.objects.create(user=learner, topic=topic, status="none", at=datetime(2026, 5, 9, 9, tzinfo=UTC))
    ProgressEvent.objects.create(user=learner, topic=content.topics["boots"], status="skipped")
    for zone, day in (
        ("", "March 3, 2026"),
        ("Pacific/Auckland", "March 4, 2026"),
        ("Nowhere/At-all", "March 3, 2026"),
    ):
        learner.time_zone = zone
        learner.save()
        page = as_learner.get("/topics/maps/").text.split('class="history"')[1].split("</details>")[0]
        said = " ".join(page.split())
        assert f">{day}</time>" in said
        assert said.index("done") < said.index("reopened")
        assert "May 9, 2026" in said
        assert "skipped" not in said


def test_the_history_is_the_learners_own(as_outsider, learner, content):
    TopicProgress.objects.record(learner, content.topics["maps"], "done")
    assert 'class="history"' not in as_outsider.get("/topics/maps/").text


@pytest.mark.parametrize("name", ["", "Europe/Lisbon", "../../etc/passwd", "x" * 64, "/", "\0"])
def test_any_text_gives_a_time_zone(learner, name):
    learner.time_zone = name
    assert user_zone(learner).key in ("UTC", "Europe/Lisbon")
