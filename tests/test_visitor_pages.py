"""Pages of visitors: no cookie, kept by every cache, true after an edit; and their forms, which have no token."""

import pytest
from django.conf import settings
from django.test import Client

from progress.models import TopicProgress
from stages.models import Topic
from tests.conftest import client_of
from tests.content import make_site_exercise

PAGES = [
    "/",
    "/stages/first/",
    "/topics/maps/",
    "/topics/maps/?track=other",
    "/tracks/",
    "/tracks/other/",
    "/sources/",
    "/practice/",
    "/practice/tools/",
]
TICK = {"status": "done", "page": "stage", "next": "/stages/first/"}
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def content(content):
    make_site_exercise(content.topics["maps"])
    return content


@pytest.mark.parametrize("path", PAGES)
def test_a_cache_may_keep_it(path, content, client):
    page = client.get(path, headers={"Accept-Encoding": "br"})
    assert page.status_code == 200
    assert not page.cookies
    assert page["Cache-Control"].startswith("public, max-age=0, s-maxage=")
    assert {"Cookie", "Accept-Encoding"} <= {name.strip() for name in page["Vary"].split(",")}
    again = client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": page["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", page["ETag"])
    assert (again["Cache-Control"], again["Vary"]) == (page["Cache-Control"], page["Vary"])


def test_an_edit_is_another_page(content, client):
    before = client.get("/topics/maps/")
    Topic.objects.filter(slug="maps").update(title="Charts")
    after = client.get("/topics/maps/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "Charts" in after.text
    assert after["ETag"] != before["ETag"]


def test_each_address_has_its_own(content, client):
    """The links to sign in lead back to where one was."""
    client.get("/topics/maps/")
    for number in range(9):
        assert f"?next=/topics/maps/%3Ffrom%3D{number}" in client.get(f"/topics/maps/?from={number}").text
    assert "from%3D" not in client.get("/topics/maps/").text


@pytest.mark.parametrize("cookie", [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages", "theme"])
def test_whoever_brings_something_gets_a_page_of_their_own(cookie, content, client):
    client.cookies[cookie] = "dark"
    page = client.get("/")
    assert page["Cache-Control"] == "private"
    assert "Cookie" in page["Vary"]
    assert not page.has_header("ETag")


def test_a_choice_is_for_one_browser(content, client):
    page = client.get("/?view=table")
    assert page.cookies["view"].value == "table"
    assert "private" in page["Cache-Control"]
    assert "public" not in page["Cache-Control"]


def test_nothing_of_a_learner_is_kept_for_visitors(content, as_learner, learner, client):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    visitors = client.get("/").content
    assert as_learner.get("/")["Cache-Control"] == "private"
    assert Client().get("/").content == visitors
    assert b"csrfmiddlewaretoken" not in visitors


# --- Their forms -------------------------------------------------------------------------------------


def strict(user=None):
    client = client_of(user) if user else Client()
    client.handler.enforce_csrf_checks = True
    return client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (HERE, 302),
        ({"Origin": "http://testserver"}, 302),  # of a browser that does not say more
        (HERE | {"Origin": "null"}, 302),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "https://testserver"}, 403),
        ({"Origin": "http://testserver.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_the_first_tick_is_judged_by_where_it_comes_from(headers, status, content):
    client = strict()
    assert client.post("/topics/maps/progress/", TICK, headers=headers).status_code == status
    row = client.get("/stages/first/").text.partition('id="first--maps" data-status="')[2]
    assert row.startswith("done" if status == 302 else "none")


def test_a_page_that_one_has_gone_back_to_still_ticks(content):
    """It has no token, though there is a session by now."""
    client = strict()
    for slug in ("maps", "boots"):
        assert client.post(f"/topics/{slug}/progress/", TICK, headers=HERE).status_code == 302
    assert client.get("/stages/first/").text.count('data-status="done"') == 2


def test_whoever_is_signed_in_needs_a_token_wherever_it_comes_from(content, learner):
    client = strict(learner)
    for headers in (HERE, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}, {}):
        assert client.post("/topics/maps/progress/", TICK, headers=headers).status_code == 403
    assert not learner.topic_progress.exists()
    token = client.get("/").text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    data = TICK | {"csrfmiddlewaretoken": token}
    assert client.post("/topics/maps/progress/", data, headers=HERE).status_code == 302
    assert learner.topic_progress.get().status == "done"


def test_with_a_session_the_page_has_a_token_again(content):
    client = strict()
    client.post("/topics/maps/progress/", TICK, headers=HERE)
    assert 'name="csrfmiddlewaretoken"' in client.get("/").text
