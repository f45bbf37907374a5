"""/accounts/security/: where a person is signed in, and how that ends."""

import importlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import devices, sessions
from accounts.models import User
from tests.conftest import client_of, make_user

SECURITY, END = "/accounts/security/", "/accounts/security/end/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def laptop(content, learner):
    return device_of(learner, "192.0.2.1", FIREFOX)


@pytest.fixture
def phone(content, learner):
    return device_of(learner, "192.0.2.2", IPHONE)


def device_of(user, address, user_agent=""):
    client = client_of(user)
    sessions._noted.clear()
    client.get("/me/", REMOTE_ADDR=address, headers={"User-Agent": user_agent})
    return client


def is_in(client):
    return client.get("/me/").status_code == 200


def row_of(client):
    return UserSession.objects.get(session_key=client.cookies["sessionid"].value)


def test_it_says_where_one_is_signed_in(laptop, phone):
    page = laptop.get(SECURITY).text
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert "192.0.2.2" in page
    assert page.count("This device") == 1


def test_it_names_nobody_elses_sessions(laptop, outsider):
    device_of(outsider, "192.0.2.77")
    assert "192.0.2.77" not in laptop.get(SECURITY).text


def test_one_device_is_signed_out(laptop, phone):
    page = laptop.post(END, {"session": row_of(phone).pk}, follow=True)
    assert "You are signed out on 1 device." in page.text
    assert (is_in(laptop), is_in(phone)) == (True, False)
    assert UserSession.objects.count() == 1


def test_all_other_devices_are_signed_out(laptop, phone, outsider):
    other = client_of(outsider)
    assert is_in(other)
    laptop.post(END, {"session": "others"})
    assert [is_in(client) for client in (laptop, phone, other)] == [True, False, True]


@pytest.mark.parametrize("session", ["", "x", "0", "-1", "9" * 30, "²"])
def test_what_is_no_session_ends_none(laptop, phone, session):
    assert "nothing to sign out of" in laptop.post(END, {"session": session}, follow=True).text
    assert is_in(phone)


def test_nobody_ends_the_session_of_another(laptop, outsider):
    other = client_of(outsider)
    assert is_in(other)
    laptop.post(END, {"session": row_of(other).pk})
    assert is_in(other)


def test_signing_out_takes_the_row_along(laptop, phone):
    laptop.post("/accounts/logout/")
    assert "Firefox" not in phone.get(SECURITY).text
    assert UserSession.objects.count() == 1


def test_a_new_password_ends_all_other_sessions(laptop, phone):
    new = {"password1": "fern-and-heather-3", "password2": "fern-and-heather-3"}
    laptop.post("/accounts/password/change/", {"oldpassword": "walk-the-line-27", **new})
    assert (is_in(laptop), is_in(phone)) == (True, False)
    page = laptop.get(SECURITY).text
    assert page.count("This device") == 1
    assert "iPhone" not in page


def test_a_page_writes_once_in_some_minutes(laptop, monkeypatch):
    def writes():
        with CaptureQueriesContext(connection) as captured:
            laptop.get("/me/")
        return [query["sql"] for query in captured if query["sql"].startswith(("UPDATE", "INSERT"))]

    assert writes() == []
    before, real = row_of(laptop).last_seen_at, sessions.time.monotonic
    monkeypatch.setattr(sessions, "time", SimpleNamespace(monotonic=lambda: real() + sessions.SEEN_EVERY + 1))
    assert len(writes()) == 1
    assert row_of(laptop).last_seen_at > before


def test_a_visitor_is_noted_nowhere(content, client):
    client.post("/topics/maps/progress/", {"status": "done"})
    client.get("/")
    assert not UserSession.objects.exists()


def test_what_it_remembers_stays_small(laptop, phone, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_REMEMBERED", 2)
    for number in range(9):
        client_of(make_user(f"Walker{number} W")).get("/me/")
    assert len(sessions._noted) <= 3


def test_an_account_that_went_meanwhile_is_no_error(laptop, rf, learner, monkeypatch):
    request = rf.get("/")
    request.user, request.session = learner, SimpleNamespace(session_key="x")
    monkeypatch.setattr(User, "pk", property(lambda user: 0))
    UserSession.objects.all().delete()
    sessions.note_use(request)


def test_leaving_decodes_no_session(content, learner, outsider):
    """However many there are of others."""

    def ended(others):
        Session.objects.bulk_create(
            Session(session_key=f"{others}-{number}", session_data="-", expire_date=timezone.now())
            for number in range(others)
        )
        assert is_in(client_of(learner))
        with CaptureQueriesContext(connection) as captured:
            assert sessions.end_sessions(learner) == 1
        return len(captured)

    assert ended(10) == ended(1000) == 3


def test_staff_signs_somebody_out(laptop, phone, outsider):
    boss, other = client_of(make_user("Bea Boss", is_staff=True, is_superuser=True)), client_of(outsider)
    assert is_in(other)
    data = {"action": "sign_out", "_selected_action": [User.objects.get(email="lena@example.com").pk]}
    page = boss.post("/admin/accounts/user/", data, follow=True)
    assert "Sessions ended: 2" in page.text
    assert [is_in(client) for client in (laptop, phone, other)] == [False, False, True]


def test_cron_ends_what_nobody_uses(laptop, phone, content):
    UserSession.objects.filter(pk=row_of(phone).pk).update(last_seen_at=timezone.now() - timedelta(days=31))
    visitor = Client()
    visitor.post("/topics/maps/progress/", {"status": "done"})
    call_command("clearsessions")
    assert (is_in(laptop), is_in(phone)) == (True, False)
    assert [row.session_key for row in UserSession.objects.all()] == [laptop.cookies["sessionid"].value]
    assert "☑" in visitor.get("/stages/first/print/").text


def test_cron_forgets_what_has_expired(laptop, phone):
    Session.objects.filter(session_key=row_of(phone).session_key).update(expire_date=timezone.now())
    call_command("clearsessions")
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)


def test_sessions_from_before_are_found_as_well(content, learner):
    before, visitor = client_of(learner), Client()
    visitor.post("/topics/maps/progress/", {"status": "done"})
    migration = importlib.import_module("accounts.migrations.0003_sessions_by_person")
    for _ in range(2):
        migration.list_sessions(apps, None)
    row = UserSession.objects.get()
    assert (row.user, row.session_key) == (learner, before.cookies["sessionid"].value)
    sessions.end_sessions(learner)
    assert not is_in(before)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (Macintosh)", "macOS"),
        ("", "A device that does not say what it is"),
    ],
)
def test_a_device_is_named_in_words(user_agent, words):
    assert devices.describe(user_agent) == words
