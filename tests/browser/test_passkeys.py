"""Passkeys, with the authenticator that Chromium has for tests."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.accounts.test_accounts import PASSWORD
from tests.conftest import make_user


@pytest.fixture
def page(open_browser, content):
    page = open_browser()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def sign_in(page, person):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("**/me/")


def add(page):
    page.goto("/accounts/security/")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Add", exact=True).click()
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/2fa/**codes/**")


def test_a_passkey_is_added_and_signs_in_alone(page, learner):
    sign_in(page, learner)
    add(page)
    assert {factor.type for factor in learner.authenticator_set.all()} == {"webauthn", "recovery_codes"}
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/me/")
    page.goto("/accounts/2fa/webauthn/")
    assert page.get_by_text("My laptop").count() == 1


def test_staff_comes_into_the_admin_with_a_passkey_alone(page, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    maintainer = make_user("Mats Maintainer", is_staff=True)
    sign_in(page, maintainer)
    add(page)
    assert page.goto("/admin/").status == 200
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"^[^?]*/admin/$"))  # the address of the log-in ends like that, too
    assert page.goto("/admin/").status == 200
    assert page.get_by_text("Staff log in").count() == 0


def test_without_scripts_the_button_says_what_is_missing(open_browser, content):
    page = open_browser(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert page.get_by_role("status").count() >= 1
    assert page.url.endswith("/accounts/login/")


@pytest.mark.parametrize("credential", ["", "{}", "null", "[]", "1", '{"id": "x"}', '{"id": 1, "rawId": []}', '"x"'])
def test_what_is_no_passkey_signs_nobody_in(content, learner, credential):
    client = Client()
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code == 302
    assert client.get("/me/").status_code == 302
    assert not Authenticator.objects.exists()
