"""What is told and written down of log-ins and changes: rows, mails, and lines in the log."""

import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.devices import ACCOUNTS_OF_DEVICE, Device
from accounts.mails import MAILS
from accounts.models import LoginRecord
from tests.accounts.test_accounts import PASSWORD, confirm, sign_up
from tests.conftest import make_user

SECURITY = "/accounts/security/"
NEW = {"password1": "fern-and-heather-3", "password2": "fern-and-heather-3"}


def log_in(client, user, **headers):
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, headers=headers)
    return client


def log_out(client):
    client.post("/accounts/logout/")


def subjects(mailoutbox):
    return [mail.subject.removeprefix("Waymark: ") for mail in mailoutbox]


@pytest.fixture
def signed_in(content, learner, mailoutbox):
    """A client that has come by the log-in form, and no mail yet."""
    client = log_in(Client(), learner)
    mailoutbox.clear()
    return client


# --- Devices --------------------------------------------------------------------------------------


def test_a_new_device_is_mailed_about_once(content, learner, client, mailoutbox):
    log_in(client, learner, user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    assert subjects(mailoutbox) == ["Signed in on a new device"]
    assert mailoutbox[0].to == [learner.email]
    assert "127.0.0.1, Firefox on Linux" in mailoutbox[0].body
    log_out(client)
    log_in(client, learner)
    assert len(mailoutbox) == 1
    assert [login.is_new_device for login in learner.login_records.all()] == [False, True]


def test_two_people_share_a_device(content, learner, outsider, client, mailoutbox):
    for person in (learner, outsider, learner, outsider):
        log_in(client, person)
        log_out(client)
    assert [mail.to for mail in mailoutbox] == [[learner.email], [outsider.email]]


def test_a_cookie_that_is_none_of_ours_makes_no_device_known(content, learner, client, mailoutbox):
    client.cookies["device"] = "x:y:z"
    log_in(client, learner)
    assert subjects(mailoutbox) == ["Signed in on a new device"]


def test_whoever_has_just_signed_up_is_told_nothing(content, client, mailoutbox):
    sign_up(client, "ada@example.com")
    confirm(client, mailoutbox)
    assert subjects(mailoutbox) == ["The code for your new account"]
    assert LoginRecord.objects.get().is_new_device is False
    log_out(client)
    client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    assert len(mailoutbox) == 1


def test_the_mail_can_be_switched_off_and_on(signed_in, learner, mailoutbox):
    assert "Saved." in signed_in.post(SECURITY, {"form": "mail"}, follow=True).text
    log_in(Client(), learner)
    assert mailoutbox == []
    signed_in.post(SECURITY, {"form": "mail", "new_device_mail": "on"})
    log_in(Client(), learner)
    assert len(mailoutbox) == 1


def test_a_device_remembers_a_few_accounts():
    device = Device("x")
    for pk in (*range(9), 5):
        device = device.known_to(pk)
    assert len(device.accounts) == ACCOUNTS_OF_DEVICE
    assert [pk for pk in range(9) if device.is_known_to(pk)] == [4, 5, 6, 7, 8]


def test_a_visitor_gets_no_cookie_of_a_device(content, client):
    client.post("/accounts/login/", {"login": "lena@example.com", "password": "wrong"})
    assert "device" not in client.cookies


def test_the_page_shows_recent_log_ins_and_nobody_elses(signed_in, learner, outsider):
    log_in(Client(REMOTE_ADDR="192.0.2.77"), outsider)
    log_in(Client(REMOTE_ADDR="192.0.2.5"), learner, user_agent="curl/8.5.0")
    page = signed_in.get(SECURITY).text
    assert "curl" in page
    assert "192.0.2.5" in page
    assert "New device" in page
    assert "192.0.2.77" not in page


def test_log_ins_are_kept_for_90_days(signed_in, learner):
    LoginRecord.objects.create(user=learner, ip="::1", is_new_device=False, at=timezone.now() - timedelta(days=91))
    call_command("clearsessions")
    assert learner.login_records.count() == 1


# --- Mail about changes ---------------------------------------------------------------------------


def test_a_new_password_is_mailed_about(signed_in, mailoutbox):
    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    assert subjects(mailoutbox) == ["Your password was changed"]
    assert "http://127.0.0.1:8000/accounts/security/" in mailoutbox[0].body


def test_a_password_that_is_set_by_mail_is_mailed_about(learner, client, mailoutbox):
    client.post("/accounts/password/reset/", {"email": learner.email})
    path = re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[-1].body).group(1)
    client.post(client.get(path, follow=True).redirect_chain[-1][0], NEW)
    assert subjects(mailoutbox) == ["A new password", "Your password was changed", "Signed in on a new device"]


# allauth says what was set up once that is committed, so a test has to commit, too.
@pytest.mark.django_db(transaction=True)
def test_factors_are_mailed_about(signed_in, learner, mailoutbox):
    TOTP.activate(learner, generate_totp_secret())
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    signed_in.post("/accounts/2fa/recovery-codes/generate/")
    signed_in.post("/accounts/2fa/totp/deactivate/")
    assert subjects(mailoutbox) == ["New recovery codes", "Your account asks for no code any more"]


def test_the_address_that_there_was_is_told_of_another(signed_in, learner, mailoutbox):
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    signed_in.post("/accounts/email/", {"action_add": "", "email": "lena@example.org"})
    confirm(signed_in, mailoutbox)
    assert subjects(mailoutbox) == ["The code for your address", "Your account has another address"]
    assert [mail.to for mail in mailoutbox] == [["lena@example.org"], ["lena@example.com"]]
    mailoutbox.clear()
    signed_in.post("/accounts/email/", {"action_primary": "", "email": "lena@example.org"})
    assert subjects(mailoutbox) == ["Your address was changed"]
    assert mailoutbox[0].to == ["lena@example.com"]  # whoever has taken the account over reads the other one
    mailoutbox.clear()
    signed_in.post("/accounts/email/", {"action_remove": "", "email": "lena@example.com"})
    assert subjects(mailoutbox) == ["An address was removed"]
    assert EmailAddress.objects.get().email == "lena@example.org"


def test_a_mail_server_that_cannot_be_reached_keeps_nobody_out(content, learner, client, monkeypatch, caplog):
    def fail(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    log_in(client, learner)
    assert client.get("/me/").status_code == 200
    assert f"user {learner.pk}: no mail about accounts/new_device" in caplog.text


@pytest.mark.parametrize("path", ["signup/", "password/reset/"])
@pytest.mark.parametrize("email", ["lena@example.com", "nobody@example.com"])
def test_no_link_in_a_mail_goes_where_the_sender_wants(learner, client, mailoutbox, path, email, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(f"/accounts/{path}", {"email": email, "password1": PASSWORD}, headers={"Host": "evil.example:8443"})
    [mail] = mailoutbox
    assert "evil" not in mail.body + mail.subject
    assert set(re.findall(r"https?://[^/\s]+", mail.body)) == {"http://127.0.0.1:8000"}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_in_our_words(name, rf, learner):
    from accounts import mails

    facts = dict.fromkeys(["code", "email", "added_email", "from_email", "to_email", "deleted_email"], "X<Y")
    facts |= {"provider": SimpleNamespace(name="X<Y"), "password_reset_url": "link"}
    subject, body = mails.render(name, facts)
    assert subject
    assert "&lt;" not in body
    assert "%(" not in body
    assert body.startswith(str(MAILS[name][1])[:8])


# --- The log --------------------------------------------------------------------------------------


def test_log_ins_failures_and_changes_are_in_the_log(content, learner, client, caplog):
    caplog.set_level(logging.INFO, "waymark.accounts")
    client.post("/accounts/login/", {"login": learner.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": "my-secret@example.com", "password": "wrong"})
    log_in(client, learner)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    log_out(client)
    lines = [record.getMessage() for record in caplog.records if record.name == "waymark.accounts"]
    assert lines == [
        f"user {learner.pk}: wrong password from 127.0.0.1",
        "nobody we know: wrong password from 127.0.0.1",
        f"user {learner.pk}: signed in from 127.0.0.1, a new device",
        f"user {learner.pk}: changed the password from 127.0.0.1",
        f"user {learner.pk}: signed out",
    ]


def test_a_wrong_second_factor_is_in_the_log(content, caplog):
    maintainer = make_user("Mats Maintainer")
    TOTP.activate(maintainer, generate_totp_secret())
    client = log_in(Client(), maintainer)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert f"user {maintainer.pk}: wrong second factor from 127.0.0.1" in caplog.text
    assert "signed in" not in caplog.text
