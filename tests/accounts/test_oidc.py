"""Signing in and up with an account elsewhere, by OpenID Connect."""

from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from accounts.oidc import SocialAccountAdapter
from tests.accounts.test_accounts import confirm
from tests.conftest import client_of
from tests.progress.tracking.test_ticks import tick
from tests.test_security import PRODUCTION, manage

SERVER = "https://login.school.example/realms/school"
START, CALLBACK = "/accounts/oidc/oidc/login/", "/accounts/oidc/oidc/login/callback/"
LENA = {"sub": "lena-1", "email": "Lena@example.com", "email_verified": True, "name": "Lena\nFrom School"}


class Provider:
    """Answers as a provider does, with what it tells of a person."""

    def __init__(self, person):
        self.person = person

    def get(self, url, **options):
        ends = {name: f"{SERVER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")}
        return self.answer(self.person if url == ends["userinfo_endpoint"] else ends | {"issuer": SERVER})

    def request(self, method, url, **options):
        assert options["data"]["code_verifier"]  # PKCE
        return self.answer({"access_token": "x", "token_type": "Bearer"})

    def answer(self, data):
        headers = {"content-type": "application/json"}
        return SimpleNamespace(json=lambda: data, status_code=200, headers=headers, raise_for_status=lambda: None)


@pytest.fixture
def provider(content, settings, monkeypatch):
    app = {"provider_id": "oidc", "name": "School", "client_id": "waymark", "secret": "s"}
    app["settings"] = {"server_url": SERVER}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
    settings.OIDC_SERVER = SERVER
    provider = Provider(LENA)

    @contextmanager
    def session(adapter):
        yield provider

    monkeypatch.setattr(SocialAccountAdapter, "get_requests_session", session)
    return provider


def go(client, **person):
    """To the provider and back."""
    there = client.post(START)
    asked = urlsplit(there.url)
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{SERVER}/authorization_endpoint"
    state = parse_qs(asked.query)["state"][0]
    return client.get(CALLBACK, {"code": "c", "state": state}, follow=True)


def is_in(client):
    return client.get("/me/").status_code == 200


def test_a_visitor_signs_up_and_keeps_the_ticks(provider, client, mailoutbox):
    tick(client, "maps", "done")
    assert "School" in client.get("/accounts/login/").text
    go(client)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("lena@example.com", "Lena From School", False)
    assert user.topic_progress.count() == 1
    assert is_in(client)
    assert mailoutbox == []


def test_whoever_comes_again_is_the_same(provider, client, mailoutbox):
    go(client)
    provider.person = LENA | {"email": "lena.new@example.com"}
    again = Client()
    go(again)
    assert is_in(again)
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_accounts_with_the_same_verified_address_are_joined(provider, learner, client, mailoutbox):
    go(client)
    assert is_in(client)
    assert SocialAccount.objects.get().user == learner
    assert learner.has_usable_password()
    assert "Your account is joined to another one" in mailoutbox[0].subject
    assert "School" in mailoutbox[0].body
    assert "Accounts elsewhere" in client.get("/accounts/security/").text


@pytest.mark.parametrize("verified", [False, None, "false", "true", 1])
def test_nobody_is_joined_by_an_address_that_is_not_verified(provider, learner, client, verified):
    provider.person = LENA | {"email_verified": verified}
    go(client)
    assert not is_in(client)
    assert not SocialAccount.objects.filter(user=learner).exists()


def test_an_address_that_is_not_verified_is_confirmed_first(provider, client, mailoutbox):
    provider.person = LENA | {"email_verified": "false"}
    go(client)
    assert not is_in(client)
    assert EmailAddress.objects.get().verified is False
    confirm(client, mailoutbox)
    assert is_in(client)


def test_a_password_of_somebody_who_never_confirmed_the_address_is_worth_nothing(provider, client):
    """Or whoever signed up with the address of another would share the account."""
    squatter = User.objects.create_user("lena@example.com", "walk-the-line-27")
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False, primary=True)
    go(client)
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()


@pytest.mark.parametrize("state", ["", "invented"])
def test_nobody_is_sent_into_an_account_of_somebody_else(provider, client, state):
    client.get(CALLBACK, {"code": "c", "state": state})
    assert not is_in(client)
    assert not User.objects.exists()


def test_it_begins_with_a_form(provider, client):
    assert client.get(START).status_code == 200


def test_who_has_no_provider_sees_none_of_it(content, learner, client):
    assert "third-party" not in client.get("/accounts/login/").text
    assert client.post(START).status_code == 404
    assert "Accounts elsewhere" not in client_of(learner).get("/accounts/security/").text


def test_a_provider_is_in_the_settings_and_in_the_policy():
    ask = (
        "from django.conf import settings as s; app = s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0];"
        "print(app['name'], app['client_id'], app['settings']['server_url'], s.SECURE_CSP['form-action'][1])"
    )
    oidc = {"OIDC_SERVER": f"{SERVER}/", "OIDC_NAME": "School", "OIDC_CLIENT_ID": "waymark"}
    said = manage("shell", "--no-imports", "-c", ask, **PRODUCTION, **oidc)
    assert said.stdout == f"School waymark {SERVER} https://login.school.example\n", said.stderr
