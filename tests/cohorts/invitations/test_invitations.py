"""Inviting people by mail: the list, what becomes of it, and the mails."""

import html
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from progress.cohorts import email_queue
from progress.cohorts.invitations import sender
from progress.cohorts.invitations.parser import parse
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Invitation, hash_of
from tests.cohorts.mail_server import Choosy
from tests.conftest import client_of, make_user

PASSWORD = "walk-the-line-27"


@pytest.fixture
def base(cohort):
    return f"/cohorts/{cohort.pk}"


def look(client, cohort, text):
    return client.post(f"/cohorts/{cohort.pk}/invite/", {"text": text})


def agree(client, cohort, text):
    return client.post(f"/cohorts/{cohort.pk}/invite/", {"text": text, "agree": "yes"}, follow=True)


def rows(page):
    """{line: reason} of what the page leaves out."""
    found = re.findall(r"<li data-problem>(.*?)</li>", page.text, re.DOTALL)
    texts = [" ".join(html.unescape(re.sub("<[^>]*>", " ", row)).split()) for row in found]
    return {int(text.split()[1]): text.split(maxsplit=2)[2] for text in texts}


def emails(cohort):
    return set(cohort.invitations.values_list("email", flat=True))


def forty():
    """A list of 40 lines: 37 good ones, a wrong one, one twice, and one of a learner."""
    people = [f"Person {number};person{number}@example.com" for number in range(36)]
    return "\n".join(
        ["Name;E-mail", *people, "Carl;carl@", "Twice;person3@example.com", "Lena;LENA@example.com", "a@b.co"]
    )


def test_37_of_40_go_in_and_3_are_explained(cohort, as_instructor):
    Cohort.objects.update(places=None)
    text = forty()
    page = look(as_instructor, cohort, text)
    assert "37 people will be invited" in page.text
    assert "Of 40 in your list 3 are left out" in page.text
    assert rows(page) == {
        38: "carl@ This is not an email address.",
        39: "person3@example.com Twice in the list: first in line 5.",
        40: "lena@example.com In the cohort already.",
    }
    assert (Invitation.objects.count(), len(outbox.outbox)) == (0, 0)  # nothing is written before they agree
    [hidden] = re.findall(r'name="text" value="(.*?)">', page.text, re.DOTALL)
    page = agree(as_instructor, cohort, html.unescape(hidden))
    assert "37 people are invited. 3 lines were left out." in page.text
    assert "All 37 mails are sent." in page.text
    assert len(emails(cohort)) == len({tuple(mail.to) for mail in outbox.outbox}) == 37
    assert not Invitation.objects.filter(sent_at=None).exists()
    assert Invitation.objects.get(email="person7@example.com").name == "Person 7"
    # The same list again is harmless.
    again = look(as_instructor, cohort, text).text
    assert "Nobody here can be invited" in again
    assert "Nobody is invited yet" not in again
    assert "Nobody new was in this list" in agree(as_instructor, cohort, text).text
    assert (Invitation.objects.count(), len(outbox.outbox)) == (37, 37)


def test_a_file_of_a_spreadsheet_is_read(cohort, as_instructor):
    file = SimpleUploadedFile("class.csv", "Name;E-mail\r\nZoë Ågren;zoe@example.com".encode("cp1252"))
    page = as_instructor.post(f"/cohorts/{cohort.pk}/invite/", {"file": file})
    assert "1 person will be invited" in page.text
    assert "Zoë Ågren" in page.text
    assert agree(as_instructor, cohort, "Name;E-mail\r\nZoë Ågren;zoe@example.com").status_code == 200
    assert "Hello Zoë Ågren," in outbox.outbox[0].body


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": "  \n "}, "Paste some addresses"),
        ({"text": "Name,E-mail"}, "Nobody is in this list"),
        ({"text": "x" * 300_001}, "larger than 300 kB"),
        ({"text": ",".join(f"p{number}@example.com" for number in range(1001))}, "more than 1000 people"),
    ],
)
def test_a_list_that_is_none_is_refused_beside_its_field(cohort, as_instructor, data, said):
    page = as_instructor.post(f"/cohorts/{cohort.pk}/invite/", data)
    assert (page.status_code, said in page.text) == (422, True)


def test_each_row_that_cannot_be_invited_says_why(cohort):
    for name in ("Waits", "Declined", "Joined"):
        cohort.invitations.create(email=f"{name.lower()}@example.com")
    cohort.invitations.filter(email__startswith="declined").update(answered_at=timezone.now(), declined=True)
    cohort.invitations.filter(email__startswith="joined").update(answered_at=timezone.now())
    EmailOptOut.objects.set_opted_out(hash_of("refused@example.com"), EmailKind.INVITATION, True)
    Cohort.objects.update(places=3)  # Lena has one, and Waits may take one
    text = ", ".join(f"{name}@example.com" for name in ("waits", "declined", "joined", "refused", "new", "late"))
    found = sender.preview_invitations(Cohort.objects.get(), parse(text))
    assert [person.email for person in found.people] == ["new@example.com"]
    assert {problem.text.split("@")[0]: problem.why for problem in found.problems} == {
        "waits": "Invited already.",
        "declined": "Was invited, and declined.",
        "joined": "Was invited, and joined; the code lets them in again.",
        "refused": "Cannot be invited by mail.",
        "late": "There is no place left for it.",
    }


# --- Nobody learns who has an account ---------------------------------------------------------------


def test_nothing_tells_who_has_an_account(cohort, base, as_instructor, outsider):
    """Otto has an account, Nora has none, and Lena has a second address that is hers for certain."""
    EmailAddress.objects.create(user=cohort.learners.get(), email="second@example.com", verified=True)
    pages = []
    for email in (outsider.email, "nora@example.com", "second@example.com"):
        seen = [look(as_instructor, cohort, email), agree(as_instructor, cohort, email)]
        seen.append(as_instructor.get(f"{base}/people/"))
        seen.append(as_instructor.post(f"{base}/invitations/send/", follow=True))
        pages.append([alike(page.text, email) for page in seen])
        assert [mail.to for mail in outbox.outbox] == [[email]]
        outbox.outbox.clear()
        Invitation.objects.all().delete()
    assert pages[0] == pages[1] == pages[2]


def alike(page, email):
    main = page.split("<main", 1)[1].replace(email, "ADDRESS")
    return re.sub(r'(name="(csrfmiddlewaretoken|invitation)" value=")[^"]*', "", main)


# --- The form carries the decision ------------------------------------------------------------------


def test_an_expired_log_in_loses_nothing(cohort, base, instructor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(instructor)
    page = look(client, cohort, "new@example.com").text.split("<main")[1]
    form = dict(re.findall(r'name="(text|csrfmiddlewaretoken)" value="([^"]*)"', page))
    del client.cookies["sessionid"]
    answer = client.post(f"{base}/invite/", form | {"agree": "yes"})
    assert answer.status_code == 403
    assert "You have been signed out" in answer.text
    assert "new@example.com" in answer.text
    assert not client.cookies.get("sessionid")  # nothing is kept for somebody whom nobody knows
    client.handler.enforce_csrf_checks = False
    client.post("/accounts/login/", {"login": instructor.email, "password": PASSWORD})
    page = client.post(f"{base}/invite/", {"text": form["text"]})  # as the button of that page does
    assert "1 person will be invited" in page.text
    assert not Invitation.objects.exists()
    agree(client, cohort, html.unescape(form["text"]))
    assert emails(cohort) == {"new@example.com"}


def test_nothing_is_kept_for_strangers(cohort, base):
    client = Client()
    for pk in (cohort.pk, 12345):
        answer = client.post(f"/cohorts/{pk}/invite/", {"agree": "yes", "text": "a@example.com\n" * 20_000})
        assert answer.status_code == 403
    assert not client.cookies.get("sessionid")


def test_what_comes_without_a_token_is_shown_and_not_done(cohort, base, instructor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(instructor)
    page = client.post(f"{base}/invite/", {"text": "new@example.com", "agree": "yes"})
    assert "Nobody was invited yet" in page.text
    assert "1 person will be invited" in page.text
    assert not Invitation.objects.exists()
    for path in ("send", "withdraw"):
        assert client.post(f"{base}/invitations/{path}/").status_code == 403


# --- The mail ---------------------------------------------------------------------------------------


def test_the_mail_says_who_invites_to_what_and_what_they_will_see(cohort, as_instructor):
    agree(as_instructor, cohort, "Nora <nora@example.com>")
    [sent] = outbox.outbox
    invitation = Invitation.objects.get()
    assert sent.to == ["nora@example.com"]
    assert sent.subject == "Ines Instructor invites you to “Autumn hikers”"
    assert sent.content_subtype == "plain"
    assert f"http://127.0.0.1:8000/cohorts/invitations/{invitation.token}/" in sent.body
    assert "+ your name and your email address, and when you joined" in sent.body
    assert "- never your notes" in sent.body
    assert "declines, without an account" in sent.body
    assert "ines@example.com" not in sent.body
    out = sent.message()["List-Unsubscribe"].strip("<>")
    assert out in sent.body
    Client().post(out.removeprefix("http://127.0.0.1:8000"), {"List-Unsubscribe": "One-Click"})
    assert "cannot be invited by mail" in as_instructor.get(f"/cohorts/{cohort.pk}/people/").text
    Invitation.objects.all().delete()
    assert rows(look(as_instructor, cohort, "nora@example.com")) == {1: "nora@example.com Cannot be invited by mail."}


def test_who_refused_is_never_mailed_again(cohort, base, as_instructor):
    agree(as_instructor, cohort, "nora@example.com")
    EmailOptOut.objects.set_opted_out(hash_of("nora@example.com"), EmailKind.INVITATION, True)
    Invitation.objects.update(sent_at=None)
    page = as_instructor.get(f"{base}/people/").text
    assert "Send again" not in page
    as_instructor.post(f"{base}/invitations/send/")
    assert len(outbox.outbox) == 1


@pytest.fixture
def server(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": "tests.cohorts.mail_server.Choosy"}}
    monkeypatch.setattr(Choosy, "opened", 0)
    return Choosy


def test_a_mail_server_that_dies_midway_loses_nothing(cohort, base, as_instructor, server, monkeypatch):
    monkeypatch.setattr(server, "refused", {"bad@example.com"})
    monkeypatch.setattr(server, "broken", {"c@example.com", "d@example.com"})
    page = agree(as_instructor, cohort, "\n".join(f"{name}@example.com" for name in ["a", "bad", "b", "c", "d", "e"]))
    assert "6 people are invited" in page.text
    assert "2 mails are sent." in page.text
    assert "3 mails are waiting, and go out by themselves." in page.text
    assert "The mail server did not take 1 mail." in page.text
    assert "550 No such person" in page.text
    assert set(Invitation.objects.exclude(sent_at=None).values_list("email", flat=True)) == {
        "a@example.com",
        "b@example.com",
    }
    assert "Send again: 4 not sent" in page.text
    monkeypatch.setattr(server, "broken", set())
    assert "3 mails are sent." in as_instructor.post(f"{base}/invitations/send/", follow=True).text
    as_instructor.post(f"{base}/invitations/send/")
    assert sorted(mail.to[0][0] for mail in outbox.outbox) == ["a", "b", "c", "d", "e"]
    assert server.opened == 4  # anew after the server broke off, and once for each press


def test_a_mail_of_an_invitation_that_is_withdrawn_meanwhile_is_not_sent(
    cohort, base, as_instructor, server, monkeypatch
):
    monkeypatch.setattr(server, "away", True)
    page = agree(as_instructor, cohort, "nora@example.com")
    assert "1 mail is waiting, and goes out by itself." in page.text
    as_instructor.post(f"{base}/invitations/withdraw/", {"invitation": "all"})
    monkeypatch.setattr(server, "away", False)
    email_queue.deliver()
    assert outbox.outbox == []


def test_whoever_does_not_answer_is_reminded_at_most_every_three_days(cohort, base, as_instructor):
    agree(as_instructor, cohort, "nora@example.com")
    assert "There is nothing to send" in as_instructor.post(f"{base}/invitations/send/", follow=True).text
    ago = timezone.now() - timedelta(days=3, minutes=1)
    Invitation.objects.update(sent_at=ago)
    assert "Remind 1 person" in as_instructor.get(f"{base}/people/").text
    for _twice in range(2):
        as_instructor.post(f"{base}/invitations/send/")
    assert len(outbox.outbox) == 2
    assert "a reminder" in outbox.outbox[1].body
    Invitation.objects.update(sent_at=ago, answered_at=ago, declined=True)
    as_instructor.post(f"{base}/invitations/send/")
    assert len(outbox.outbox) == 2


def test_an_instructor_sends_so_many_a_day_and_the_rest_waits(cohort, as_instructor, monkeypatch):
    monkeypatch.setattr(sender, "DAILY_LIMIT", sender.RateLimit("invites", 3, 86400))
    page = agree(as_instructor, cohort, "\n".join(f"p{number}@example.com" for number in range(5)))
    assert "5 people are invited." in page.text
    assert "2 mails are not sent yet. 3 invitations a day are the limit." in page.text
    assert (len(outbox.outbox), Invitation.objects.filter(sent_at=None).count()) == (3, 2)


def test_withdrawing_gives_no_mails_back(cohort, base, as_instructor):
    """Or somebody could mail an address as often as they like."""
    for _time in range(5):
        agree(as_instructor, cohort, "nora@example.com")
        as_instructor.post(f"{base}/invitations/withdraw/", {"invitation": "all"})
    assert len(outbox.outbox) == 3


def test_an_address_gets_few_mails_a_week_from_all_cohorts_together(content, instructor, as_instructor):
    for number in range(5):
        cohort = Cohort.objects.create(name=f"Cohort {number}")
        cohort.instructors.add(instructor)
        page = agree(
            as_instructor, cohort, "nora@example.com, other@example.com" if number == 4 else "nora@example.com"
        )
    assert "1 address takes no more invitations at the moment." in page.text
    assert [mail.to[0] for mail in outbox.outbox] == ["nora@example.com"] * 3 + ["other@example.com"]
    assert "not sent yet" in page.text


def test_a_page_sends_only_as_long_as_one_waits(cohort, as_instructor, monkeypatch):
    times = iter([0, 1, 99])
    monkeypatch.setattr(email_queue, "monotonic", lambda: next(times))
    page = agree(as_instructor, cohort, "a@example.com\nb@example.com\nc@example.com")
    assert "2 mails are waiting, and go out by themselves." in page.text
    assert len(outbox.outbox) == 1


# --- The instructors' list ---------------------------------------------------------------------------


def test_the_people_page_lists_who_waits_and_who_declined(cohort, base, as_instructor):
    agree(as_instructor, cohort, "Nora <nora@example.com>, no@example.com")
    Invitation.objects.get(email="no@example.com").decline()
    page = " ".join(as_instructor.get(f"{base}/people/").text.split())
    assert "1 waiting" in page
    assert "1 declined" in page
    assert "nora@example.com" in page
    assert re.search(r"sent \w+\.? \d+, \d{4}", page)
    assert re.search(r"declined \w+\.? \d+, \d{4}", page)


def test_one_or_all_are_withdrawn_and_answers_stay(cohort, base, as_instructor, client):
    agree(as_instructor, cohort, "a@example.com,b@example.com,c@example.com,no@example.com")
    Invitation.objects.get(email="no@example.com").decline()
    one = Invitation.objects.get(email="a@example.com")
    for _twice in range(2):
        as_instructor.post(f"{base}/invitations/withdraw/", {"invitation": one.pk})
        assert emails(cohort) == {"b@example.com", "c@example.com", "no@example.com"}
    answer = client.get(one.get_absolute_url())
    assert (answer.status_code, "This invitation is gone" in answer.text) == (404, True)
    as_instructor.post(f"{base}/invitations/withdraw/", {"invitation": "all"})
    assert emails(cohort) == {"no@example.com"}
    as_instructor.post(f"{base}/invitations/withdraw/", {"invitation": Invitation.objects.get().pk})
    assert emails(cohort) == {"no@example.com"}  # who declined cannot be asked again


def test_nobody_withdraws_or_sends_in_the_cohort_of_somebody_else(cohort, as_instructor, as_outsider, outsider):
    agree(as_instructor, cohort, "a@example.com")
    other = Cohort.objects.create(name="Other")
    other.instructors.add(outsider)
    pk = Invitation.objects.get().pk
    as_outsider.post(f"/cohorts/{other.pk}/invitations/withdraw/", {"invitation": pk})
    assert as_outsider.post(f"/cohorts/{cohort.pk}/invitations/withdraw/", {"invitation": pk}).status_code == 404
    assert as_outsider.post(f"/cohorts/{cohort.pk}/invitations/send/").status_code == 404
    assert look(as_outsider, cohort, "a@b.co").status_code == 404
    assert Invitation.objects.count() == 1


def test_an_archived_cohort_invites_nobody(cohort, base, as_instructor):
    cohort.archive()
    assert agree(as_instructor, cohort, "a@example.com").status_code == 403
    assert as_instructor.post(f"{base}/invitations/send/").status_code == 403
    assert not Invitation.objects.exists()


def test_a_name_is_no_markup(cohort, as_instructor):
    text = "<b>x</b>;a@example.com\n<i>y</i>"
    assert "<b>x" not in look(as_instructor, cohort, text).text.split("<main")[1]
    assert "<i>y" not in look(as_instructor, cohort, text).text
    assert "<i>" not in agree(client_of(make_user("Nora")), cohort, text).text
