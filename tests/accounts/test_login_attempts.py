"""Wrong passwords are counted where they come from, so that nobody is locked out of an account by somebody else."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts import login_attempts
from accounts.models import User
from roadmap_site.passwords import GuessablePasswordValidator
from stages import content
from stages.models import SiteSettings
from tests.accounts.test_accounts import PASSWORD

LOGIN = "/accounts/login/"
TOO_MANY = "Too many wrong passwords."


def tried(client, email, password, address="192.0.2.1"):
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address)


def lock(email, address="192.0.2.66"):
    for _ in range(login_attempts.OF_ACCOUNT_AND_PLACE.limit):
        tried(Client(), email, "wrong", address)


def is_in(client):
    return client.get("/me/").status_code == 200


def test_a_stranger_locks_only_themselves_out(content, learner, client):
    lock(learner.email)
    assert TOO_MANY in tried(Client(), learner.email, PASSWORD, "192.0.2.66").text
    tried(client, learner.email, PASSWORD)
    assert is_in(client)


def test_a_device_that_the_account_knows_comes_in_from_the_same_address(content, learner, client):
    tried(client, learner.email, PASSWORD, "192.0.2.66")
    client.post("/accounts/logout/")
    lock(learner.email)
    tried(client, learner.email, PASSWORD, "192.0.2.66")
    assert is_in(client)


def test_a_device_of_another_account_is_none_that_it_knows(content, learner, outsider, client):
    tried(client, outsider.email, PASSWORD, "192.0.2.66")
    client.post("/accounts/logout/")
    lock(learner.email)
    assert TOO_MANY in tried(client, learner.email, PASSWORD, "192.0.2.66").text


def test_a_known_device_may_not_guess_for_ever(content, learner, client):
    tried(client, learner.email, PASSWORD)
    client.post("/accounts/logout/")
    for _ in range(5):
        tried(client, learner.email, "wrong")
    assert TOO_MANY in tried(client, learner.email, PASSWORD).text


def test_many_strangers_together_are_slowed_down_and_the_owner_gets_past(content, learner, client, mailoutbox):
    tried(client, learner.email, PASSWORD)
    client.post("/accounts/logout/")
    for number in range(login_attempts.OF_ACCOUNT.limit):
        tried(Client(), learner.email, "wrong", f"198.51.100.{number}")
    assert TOO_MANY in tried(Client(), learner.email, PASSWORD, "203.0.113.1").text
    tried(client, learner.email, PASSWORD)
    assert is_in(client)
    # On a device that nobody knows: by mail.
    new = Client()
    new.post("/accounts/password/reset/", {"email": learner.email})
    link = re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[-1].body).group(1)
    chosen = {"password1": "fern-and-heather-3", "password2": "fern-and-heather-3"}
    new.post(new.get(link, follow=True).redirect_chain[-1][0], chosen)
    assert is_in(new)
    assert login_attempts.OF_ACCOUNT.limit > 1
    other = Client()
    tried(other, learner.email, "fern-and-heather-3", "203.0.113.1")
    assert is_in(other)


def test_one_address_may_not_try_many_accounts(content, learner):
    for number in range(login_attempts.OF_ADDRESS.limit):
        tried(Client(), f"nobody{number}@example.com", "wrong", "192.0.2.66")
    assert TOO_MANY in tried(Client(), learner.email, PASSWORD, "192.0.2.66").text


def test_right_passwords_cost_nothing(content, learner):
    for _ in range(12):
        client = Client()
        tried(client, learner.email, PASSWORD)
        assert is_in(client)


def test_an_account_and_an_address_without_one_are_treated_alike(content, learner):
    for email in (learner.email, "nobody@example.com"):
        lock(email)
        assert TOO_MANY in tried(Client(), email, "wrong", "192.0.2.66").text
        cache.clear()


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_ten(content, learner):
    def guess(number):
        try:
            return tried(Client(), learner.email, "wrong", "192.0.2.66").text
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        pages = list(pool.map(guess, range(10)))
    assert sum(TOO_MANY not in page for page in pages) == login_attempts.OF_ACCOUNT_AND_PLACE.limit


# --- Time tells nothing ---------------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch):
    """How often a password is hashed, which takes longer than everything else together."""
    times = []
    hasher = type(hashers.get_hasher())
    real = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *arguments, **more: times.append(1) or real(*arguments, **more))
    return times


@pytest.mark.parametrize("path", ["signup/", "login/", "password/reset/"])
def test_known_and_unknown_addresses_take_the_same_work(content, learner, mailoutbox, hashed, path):
    work = []
    for email in (learner.email, "nobody@example.com"):
        hashed.clear()
        mailoutbox.clear()
        data = {"email": email, "login": email, "password": "wrong", "password1": PASSWORD}
        page = Client().post(f"/accounts/{path}", data)
        work.append((len(hashed), len(mailoutbox), page.status_code, page.headers.get("Location")))
    assert work[0] == work[1]
    assert work[0][0] == (0 if path.startswith("password") else 1)


# --- Passwords that are guessed first -------------------------------------------------------------


@pytest.fixture
def site(db, monkeypatch):
    """A site that has a name and a subject."""
    monkeypatch.setattr(content, "VERSIONS_SEEN", content.Versions())
    return SiteSettings.objects.create(name="Waymark", subject="Django")


@pytest.mark.parametrize(
    "password",
    ["Waymark123", "waymark-2026", "Django4ever", "ILoveDjango", "Dragon2024!", "waymarkdjango1", "Waymark12345678"],
)
def test_it_refuses_what_is_guessed_first(site, client, password):
    page = client.post("/accounts/signup/", {"email": "ada@example.com", "password1": password})
    assert page.status_code == 200
    assert not User.objects.exists()


def test_a_word_of_the_address_is_a_word_of_the_site(site, settings):
    settings.SITE_URL = "https://learn.hikers-club.example"
    with pytest.raises(ValidationError):
        GuessablePasswordValidator().validate("Hikers-2026")


@pytest.mark.parametrize(
    "password", [PASSWORD, "fern-and-heather-3", "walk django by night", "correct horse 9 battery", "4829-abc-7312!"]
)
def test_it_takes_what_is_not(site, password):
    GuessablePasswordValidator().validate(password)
