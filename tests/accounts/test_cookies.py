"""Names of cookies that no other host can set, and what a browser forgets at log-out."""

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.test_accounts import PASSWORD
from tests.conftest import client_of
from tests.progress.tracking.test_ticks import tick
from tests.test_security import PRODUCTION, manage

NEW_NAME = "__Host-sessionid"


@pytest.fixture
def renamed():
    """Visits with the cookie of the old name, after the name has changed."""

    def visit(client):
        key = client.cookies["sessionid"].value
        later = Client()
        later.cookies["sessionid"] = key
        return later

    return visit


def test_production_takes_cookies_from_this_host_alone():
    ask = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME,"
        "s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN)"
    )
    said = manage("shell", "--no-imports", "-c", ask, **PRODUCTION).stdout
    assert said == "__Host-sessionid __Host-csrftoken __Host-device / / None None\n"


def test_a_laptop_has_names_that_do_without_tls():
    assert not settings.SESSION_COOKIE_SECURE
    assert not settings.SESSION_COOKIE_NAME.startswith("__")


def test_the_cookie_of_a_device_is_as_its_name_demands(content, learner, client, settings):
    settings.SESSION_COOKIE_SECURE, settings.DEVICE_COOKIE_NAME = True, "__Host-device"
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    cookie = client.cookies["__Host-device"]
    assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]) == (True, "/", "", True)


def test_a_visitor_keeps_the_ticks_when_the_name_changes(content, client, settings, renamed):
    tick(client, "maps", "done")
    later = renamed(client)
    settings.SESSION_COOKIE_NAME = NEW_NAME
    assert "☑" in later.get("/stages/first/print/").text
    assert later.cookies[NEW_NAME].value == client.cookies["sessionid"].value
    del later.cookies["sessionid"]
    assert "☑" in later.get("/stages/first/print/").text


def test_nobody_is_signed_in_by_a_cookie_that_others_can_set(content, learner, settings, renamed):
    later = renamed(client_of(learner))
    settings.SESSION_COOKIE_NAME = NEW_NAME
    assert later.get("/me/").status_code == 302
    assert NEW_NAME not in later.cookies


def test_a_cookie_of_the_new_name_counts(content, client, settings, renamed):
    tick(client, "maps", "done")
    later = renamed(client)
    settings.SESSION_COOKIE_NAME = NEW_NAME
    later.cookies[NEW_NAME] = "x" * 32
    assert "☑" not in later.get("/stages/first/print/").text


def test_log_out_makes_the_browser_forget_pages_and_drafts(content, as_learner):
    headers = {"Sec-CH-UA": '"Chromium";v="140"'}
    assert "Clear-Site-Data" not in as_learner.get("/me/", headers=headers).headers
    response = as_learner.post("/accounts/logout/", headers=headers)
    assert response.headers["Clear-Site-Data"] == '"cache", "storage", "prefetchCache", "prerenderCache"'
    assert as_learner.post("/accounts/logout/").headers.get("Clear-Site-Data") is None


def test_whoever_leaves_for_good_leaves_nothing_in_the_browser(content, as_learner):
    assert as_learner.post("/accounts/delete/", {"password": PASSWORD}).headers["Clear-Site-Data"]
