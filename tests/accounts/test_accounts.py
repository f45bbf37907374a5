"""Signing up, logging in, and what the account page keeps. allauth does the work; this is our side of it."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.progress.tracking.test_ticks import status_of, tick

PASSWORD = "walk-the-line-27"


def sign_up(client, email, **data):
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, **data}, follow=True)


def confirm(client, mailoutbox):
    """Type the code of the latest mail into the page that asks for it."""
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mailoutbox[-1].body, re.MULTILINE).group(1)
    return client.post("/accounts/confirm-email/", {"code": code}, follow=True)


@pytest.mark.parametrize("email", ["ada@example.com", "ada+django@example.com", "ADA@Example.COM"])
def test_a_visitor_signs_up_and_keeps_the_ticks(client, content, mailoutbox, email):
    tick(client, "maps", "done")
    sign_up(client, email, name="Ada")
    page = confirm(client, mailoutbox)
    user = User.objects.get()
    assert user.email == email.lower()
    assert str(user) == "Ada"
    assert "1 topic from this visit added to your account." in page.text
    assert status_of(user, "maps") == "done"
    assert client.get("/me/").status_code == 200


def test_nobody_is_in_before_the_address_is_confirmed(client, content, mailoutbox):
    sign_up(client, "ada@example.com")
    assert client.get("/me/").status_code == 302
    client.post("/accounts/confirm-email/", {"code": "WRONG1"})
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("name", ["ليلى العمراني", "Ω" * 150, "O'Brien <b>", ""])
def test_any_name_will_do(client, content, mailoutbox, name):
    sign_up(client, "ada@example.com", name=name)
    confirm(client, mailoutbox)
    assert User.objects.get().name == name
    assert client.get("/me/").status_code == 200


def test_an_address_exists_once_in_any_case(learner, client, mailoutbox):
    """And the page does not tell a stranger that it exists."""
    page = sign_up(client, "LENA@example.com")
    assert page.status_code == 200
    assert User.objects.count() == 1
    assert mailoutbox[-1].subject == "Waymark: You have an account already"


@pytest.mark.django_db
def test_weak_passwords_are_refused(client):
    page = client.post("/accounts/signup/", {"email": "ada@example.com", "password1": "password"})
    assert "too common" in page.text
    assert not User.objects.exists()


def test_logging_in_with_the_address_in_any_case(learner, client):
    client.post("/accounts/login/", {"login": "LENA@Example.com", "password": PASSWORD})
    assert client.get("/me/").status_code == 200


def test_after_logging_in_one_is_back_where_one_was(learner, client, content):
    response = client.post("/accounts/login/?next=/topics/maps/", {"login": learner.email, "password": PASSWORD})
    assert response.url == "/topics/maps/"
    other = Client().post(
        "/accounts/login/?next=https://evil.example/", {"login": learner.email, "password": PASSWORD}
    )
    assert other.url == "/me/"


def test_guessing_passwords_is_slowed_down(learner, client):
    for _ in range(6):
        page = client.post("/accounts/login/", {"login": learner.email, "password": "wrong"})
    assert "Too many wrong passwords." in page.text


def test_a_forgotten_password_is_reset_by_mail(learner, client, mailoutbox):
    client.post("/accounts/password/reset/", {"email": learner.email})
    link = re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[-1].body).group(1)
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": "another-way-38", "password2": "another-way-38"})
    assert Client().post("/accounts/login/", {"login": learner.email, "password": "another-way-38"}).status_code == 302


def test_the_account_page_saves_the_name(as_learner, learner):
    page = as_learner.post("/accounts/", {"name": "Leni"}, follow=True)
    assert "Your name is saved." in page.text
    learner.refresh_from_db()
    assert learner.name == "Leni"


def test_a_name_that_is_too_long_is_named_and_kept_in_the_form(as_learner, learner):
    page = as_learner.post("/accounts/", {"name": "x" * 151})
    assert "at most 150 characters" in page.text
    assert "x" * 151 in page.text
    assert 'aria-invalid="true"' in page.text
    learner.refresh_from_db()
    assert learner.name == "Lena Learner"


def test_a_log_in_that_is_asked_for_under_htmx_moves_the_page(client, content):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/topics/maps/"}
    response = client.get("/me/", headers=headers)
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/topics/maps/"


@pytest.mark.parametrize(
    "path",
    ["email/", "password/change/", "2fa/", "", "reauthenticate/"],
)
def test_every_account_page_wears_our_layout(as_learner, path):
    page = as_learner.get(f"/accounts/{path}").text
    assert '<html lang="en">' in page
    assert '<main id="main"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/"])
@pytest.mark.django_db
def test_crispy_renders_the_forms_with_our_pack(client, path):
    page = client.get(f"/accounts/{path}").text
    assert 'class="field"' in page
    assert '<label for="id_' in page


def test_two_factor_log_in_can_be_switched_on_and_is_then_asked_for(learner, client):
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.text
    secret = page.context["form"].secret
    page = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}, follow=True)
    assert learner.authenticator_set.exists()
    client.post("/accounts/logout/")
    response = client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert client.get("/me/").status_code == 302
    cache.clear()  # a code counts once; in the test no time passes between two of them
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert client.get("/me/").status_code == 200


def code_for(secret):
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.mark.django_db
def test_a_superuser_is_created_by_address():
    user = User.objects.create_superuser("Root@Example.com", "x")
    assert user.email == "root@example.com"
    assert User.objects.get_by_natural_key("ROOT@example.com") == user
    with pytest.raises(ValueError, match="needs an email address"):
        User.objects.create_user("")
