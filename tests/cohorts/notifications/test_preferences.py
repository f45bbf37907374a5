"""The mail of cohorts: one address each, in plain text, with a way out."""

import re
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from django.core import mail as outbox
from django.test import Client

from progress.cohorts.email import queued_email, unsubscribe_url
from progress.cohorts.email_queue import queue, start
from progress.cohorts.models import EmailKind, EmailOptOut, hash_of


@pytest.fixture
def template(settings, tmp_path):
    """A mail that says hello and nothing else."""
    (tmp_path / "cohorts" / "notifications" / "email").mkdir(parents=True)
    text = '{% extends "cohorts/notifications/email/base.txt" %}{% block text %}Hello {{ name }}{% endblock %}'
    (tmp_path / "cohorts" / "notifications" / "email" / "hello.txt").write_text(text)
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}]
    return "hello"


def hello(template, email="Lena+waymark@example.com", **options):
    context = {"name": "<Lena> & 莉娜"}
    mail = queued_email(EmailKind.MESSAGE, f"to {email}", email, "Hello\nBcc: everyone", template, context, **options)
    return start(queue([mail])).sent


def path_of(address):
    assert address.startswith("http://127.0.0.1:8000/cohorts/mail/")
    return address.removeprefix("http://127.0.0.1:8000")


def test_it_is_plain_text_to_one_address_with_a_way_out(db, template, settings):
    assert hello(template, reply_to="ines@example.com")
    [sent] = outbox.outbox
    assert sent.to == ["Lena+waymark@example.com"]
    assert sent.reply_to == ["ines@example.com"]
    assert sent.subject == "Hello Bcc: everyone"
    assert sent.content_subtype == "plain"
    assert sent.body.lstrip().startswith("Hello <Lena> & 莉娜\n\n-- \n")
    headers = dict(sent.message().items())
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].strip("<>") in sent.body
    assert "lena" not in path_of(headers["List-Unsubscribe"].strip("<>")).lower()


def test_mail_programs_can_read_the_way_out(db, template, settings):
    """What goes over the wire: Python encodes a header that is longer than a line, and they would not decode it."""
    settings.SITE_URL = "https://waymark." + "a-long-name." * 8 + "example"
    hello(template)
    [mail] = outbox.outbox
    wire = mail.message(policy=SMTP).as_bytes()
    way_out = mail.extra_headers["List-Unsubscribe"]
    assert way_out.startswith("<https://waymark.a-long-name.")
    assert f"\r\nList-Unsubscribe: {way_out}\r\n".encode() in wire
    assert BytesParser(policy=SMTP).parsebytes(wire).get_content().splitlines()[0] == "Hello <Lena> & 莉娜"


def test_a_mail_program_ends_a_kind_of_mail_by_itself(db, template):
    path = path_of(unsubscribe_url("lena@example.com", EmailKind.MESSAGE))
    program = Client(enforce_csrf_checks=True)
    assert program.get(path).status_code == 200
    assert not EmailOptOut.objects.exists()  # to look at a link ends nothing
    for _twice in range(2):
        assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert EmailOptOut.objects.count() == 1
    assert not hello(template, "LENA@example.com")
    assert hello(template, "otto@example.com")
    assert len(outbox.outbox) == 1
    assert "lena" not in str(EmailOptOut.objects.values().get())
    page = program.get(path).text
    assert "You get no more of these" in page
    assert re.search(r'<button class="button" name="wanted"', page)
    program.post(path, {"wanted": "yes"})
    assert hello(template, "lena@example.com")


@pytest.mark.parametrize("token", ["x", "WyJhIiwiYiJd:1:x", "💌"])
def test_a_token_that_is_not_ours_leads_nowhere(db, client, token):
    assert client.get(f"/cohorts/mail/{token}/").status_code == 404
    assert client.post(f"/cohorts/mail/{token}/").status_code == 404


def test_each_kind_has_a_switch(as_learner, learner):
    assert as_learner.get("/cohorts/mail/").text.count(" checked") == len(EmailKind)
    as_learner.post("/cohorts/mail/", {"wanted": ["invitation", "learning", "nonsense"]})
    refused = EmailOptOut.objects.filter(address=hash_of(learner.email)).values_list("kind", flat=True)
    assert set(refused) == {EmailKind.MESSAGE, EmailKind.TEACHING}
    assert as_learner.get("/cohorts/mail/").text.count(" checked") == 2
    as_learner.post("/cohorts/mail/", {"wanted": list(EmailKind)})
    assert not EmailOptOut.objects.exists()


def test_the_switches_are_found_from_the_account(as_learner):
    assert 'href="/cohorts/mail/"' in as_learner.get("/accounts/").text
    assert 'href="/cohorts/mail/" aria-current="page"' in as_learner.get("/cohorts/mail/").text
