"""Staff needs a second factor for the admin."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from tests.conftest import client_of, make_user

PASSWORD = "walk-the-line-27"
SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def needed(settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = True


@pytest.fixture
def secret(maintainer):
    """The maintainer has an authenticator app with this secret."""
    secret = generate_totp_secret()
    TOTP.activate(maintainer, secret)
    return secret


def code(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def log_in(client, email="mats@example.com"):
    return client.post("/accounts/login/?next=/admin/", {"login": email, "password": PASSWORD})


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/stages/topic/", "/admin/password_change/", "/admin/autocomplete/"]
)
def test_staff_without_one_is_sent_to_set_it_up(content, as_maintainer, path):
    page = as_maintainer.get(path, follow=True)
    assert [step.split("?")[0] for step, _ in page.redirect_chain][:2] == ["/admin/login/", SET_UP]
    assert "Staff log in with a second factor." in page.text


def test_nothing_is_written_without_one(content, as_maintainer):
    response = as_maintainer.post(f"/admin/stages/stage/{content.first.pk}/change/", {"title": "X"})
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


# allauth says what was set up once that is committed, so a test has to commit, too.
@pytest.mark.django_db(transaction=True)
def test_whoever_sets_it_up_comes_in(content, maintainer):
    client = Client()
    log_in(client)
    assert client.get("/admin/").status_code == 302
    page = client.get(SET_UP)
    if "/reauthenticate/" in getattr(page, "url", ""):
        client.post(page.url, {"password": PASSWORD})
        page = client.get(SET_UP)
    found = page.context["form"].secret
    assert client.post(SET_UP, {"code": code(found)}).url.startswith("/accounts/2fa/")
    assert client.get("/admin/").status_code == 200


def test_logging_in_with_it_is_enough(content, maintainer, secret):
    client = Client()
    assert log_in(client).url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/?next=/admin/", {"code": code(secret)})
    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_is_asked_for_it(content, maintainer, secret):
    client = client_of(maintainer)  # signed in, and never asked for a code
    page = client.get("/admin/stages/topic/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fstages%2Ftopic%2F"
    answer = client.post(page.redirect_chain[-1][0], {"code": code(secret)})
    assert answer.url == "/admin/stages/topic/"
    assert client.get("/admin/stages/topic/").status_code == 200


def test_a_password_typed_again_is_no_second_factor(content, maintainer, secret):
    client = client_of(maintainer)
    client.post("/accounts/reauthenticate/?next=/admin/", {"password": PASSWORD})
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_are_no_second_factor(content, maintainer, secret):
    """They can be made with the password alone."""
    client = client_of(maintainer)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert Authenticator.objects.filter(type="recovery_codes").exists()
    assert client.get("/admin/").status_code == 302


def test_whoever_turns_it_off_is_out(content, maintainer, secret):
    client = Client()
    log_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", ""])
def test_it_leads_nowhere_else(content, maintainer, secret, wanted):
    client = client_of(maintainer)
    answer = client.get("/admin/login/", {"next": wanted})
    assert answer.url == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"


def test_learners_need_none_and_stay_outside(content, as_learner, client):
    assert as_learner.get("/me/").status_code == 200
    assert as_learner.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_laptop_asks_for_none(content, as_maintainer, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    assert as_maintainer.get("/admin/").status_code == 200
    assert as_maintainer.get("/admin/login/?next=/admin/stages/topic/").url == "/admin/stages/topic/"


def test_superusers_need_one_too(content):
    cache.clear()
    boss = make_user("Bea Boss", is_staff=True, is_superuser=True)
    assert client_of(boss).get("/admin/").status_code == 302
