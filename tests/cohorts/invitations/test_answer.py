"""What somebody does with an invitation."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from progress.cohorts.invitations.parser import parse
from progress.cohorts.invitations.sender import invite
from progress.cohorts.models import Cohort, Invitation
from tests.accounts.test_accounts import PASSWORD, confirm
from tests.conftest import client_of, make_user

HOUR = timedelta(hours=1)


@pytest.fixture
def invited(cohort, instructor, outsider):
    """Invites addresses, Otto's without any; returns the last invitation."""

    def invited(*emails):
        created, _preview = invite(cohort, parse(",".join(emails or (outsider.email,))), instructor)
        return created[-1]

    return invited


def link(invitation):
    return f"/cohorts/invitations/{invitation.token}/"


def answer(client, invitation, said="join", **options):
    return client.post(link(invitation), {"answer": said}, **options)


def members(cohort):
    return {enrolment.user.email for enrolment in cohort.enrolments.current().select_related("user")}


def test_it_shows_what_joining_means_and_joins_nobody(cohort, invited, as_outsider):
    page = as_outsider.get(link(invited())).text
    for words in (
        "Autumn hikers",
        "Ines Instructor",
        "Another way",
        "your name and your email address",
        "never your",
    ):
        assert words in page
    assert "was sent to" not in page
    assert members(cohort) == {"lena@example.com"}
    assert Invitation.objects.get().answered_at is None


def test_whoever_says_yes_is_in_and_saying_it_twice_changes_nothing(cohort, invited, as_outsider, outsider):
    invitation = invited()
    for _twice in range(2):
        assert "You are in “Autumn hikers”." in answer(as_outsider, invitation, follow=True).text
    assert members(cohort) == {"lena@example.com", "otto@example.com"}
    found = Invitation.objects.get()
    assert (found.user, found.declined, found.answered_at is None) == (outsider, False, False)
    assert "You are in this cohort" in as_outsider.get(link(invitation)).text
    assert "otto@example.com" not in invitations_of(cohort)


def invitations_of(cohort):
    page = client_of(cohort.instructors.get()).get(f"/cohorts/{cohort.pk}/people/").text
    return page.split('id="invitations"')[1].split("</section>")[0]


@pytest.mark.parametrize("with_account", [True, False])
def test_no_is_kept_and_told_and_may_become_yes(cohort, invited, as_outsider, with_account):
    invitation = invited()
    client = as_outsider if with_account else Client()
    assert "You have declined" in answer(client, invitation, "decline", follow=True).text
    answer(client, invitation, "decline")
    assert "declined" in invitations_of(cohort)
    assert members(cohort) == {"lena@example.com"}
    assert "No, thank you" not in as_outsider.get(link(invitation)).text
    assert "You are invited" not in as_outsider.get("/me/").text
    answer(as_outsider, invitation)
    assert members(cohort) == {"lena@example.com", "otto@example.com"}
    assert "declined" not in invitations_of(cohort)


def test_it_works_when_the_code_does_not(cohort, invited, as_outsider):
    Cohort.objects.update(is_open=False, code_expires_at=timezone.now() - HOUR)
    answer(as_outsider, invited())
    assert members(cohort) == {"lena@example.com", "otto@example.com"}


@pytest.mark.parametrize(
    ("fields", "said"), [({"places": 1}, "is full"), ({"archived_at": timezone.now()}, "archived")]
)
def test_a_cohort_that_is_full_or_archived_takes_nobody(cohort, invited, as_outsider, fields, said):
    invitation = invited()
    Cohort.objects.update(**fields)
    assert said in as_outsider.get(link(invitation)).text
    page = answer(as_outsider, invitation)
    assert (page.status_code, said in page.text) == (409, True)
    assert members(cohort) == {"lena@example.com"}
    assert Invitation.objects.get().answered_at is None


@pytest.mark.parametrize("said", ["", "toggle", "yes"])
def test_another_word_is_no_answer(cohort, invited, as_outsider, said):
    answer(as_outsider, invited(), said)
    assert Invitation.objects.get().answered_at is None


# --- Without an account, or with another one ---------------------------------------------------------


def test_a_visitor_sees_it_and_comes_back_after_the_log_in(cohort, invited, outsider):
    invitation, client = invited(), Client()
    page = client.get(link(invitation))
    assert page.status_code == 200
    assert f"/accounts/login/?next={link(invitation)}" in page.text
    assert f"/accounts/signup/?next={link(invitation)}" in page.text
    assert answer(client, invitation).url == f"/accounts/login/?next={link(invitation)}"
    back = client.post("/accounts/login/", {"login": outsider.email, "password": PASSWORD, "next": link(invitation)})
    assert back.url == link(invitation)
    assert members(cohort) == {"lena@example.com"}  # signing in is no yes


def test_somebody_without_an_account_finds_it_after_signing_up(cohort, invited, mailoutbox):
    invited("nora@example.com")
    client = Client()
    client.post("/accounts/signup/", {"email": "Nora@example.com", "password1": PASSWORD})
    assert Invitation.objects.get().user is None  # nothing is proved yet
    confirm(client, mailoutbox)
    assert Invitation.objects.get().user.email == "nora@example.com"
    for path in ("/me/", "/cohorts/"):
        page = client.get(path).text
        assert "You are invited" in page
        assert "Autumn hikers" in page
    assert members(cohort) == {"lena@example.com"}  # nobody joins unasked
    answer(client, Invitation.objects.get())
    assert members(cohort) == {"lena@example.com", "nora@example.com"}
    assert "You are invited" not in client.get("/me/").text


@pytest.mark.parametrize("verified", [True, False])
def test_every_verified_address_of_a_person_counts_and_no_other(invited, as_outsider, outsider, verified):
    EmailAddress.objects.create(user=outsider, email="Otto.Second@example.com", verified=verified)
    invitation = invited("otto.second@example.com")
    assert ("You are invited" in as_outsider.get("/me/").text) == verified
    assert (Invitation.objects.get().user == outsider) == verified
    assert ("was sent to" in as_outsider.get(link(invitation)).text) == (not verified)


def test_somebody_else_with_the_link_is_told_and_may_join(cohort, invited, as_outsider, outsider):
    invitation = invited("nora@example.com")
    page = as_outsider.get(link(invitation)).text
    assert "This invitation was sent to <bdi>nora@example.com</bdi>" in page
    assert "signed in as <bdi>otto@example.com</bdi>" in page
    assert "You are invited" not in as_outsider.get("/me/").text
    answer(as_outsider, invitation)
    assert members(cohort) == {"lena@example.com", "otto@example.com"}
    assert Invitation.objects.get().user == outsider


def test_a_link_lets_in_one(cohort, invited, as_outsider):
    invitation = invited("nora@example.com")
    answer(as_outsider, invitation)
    other = client_of(make_user("Vera Visitor"))
    assert "Somebody has joined with this invitation already" in other.get(link(invitation)).text
    assert answer(other, invitation).status_code == 409
    answer(Client(), invitation, "decline")
    assert members(cohort) == {"lena@example.com", "otto@example.com"}
    assert not Invitation.objects.get().declined


def test_whoever_was_removed_does_not_come_back_with_the_old_link(cohort, invited, as_outsider, outsider):
    invitation = invited()
    answer(as_outsider, invitation)
    cohort.leave(outsider)
    assert answer(as_outsider, invitation).status_code == 409
    assert members(cohort) == {"lena@example.com"}


def test_joining_with_the_code_answers_the_invitation(cohort, invited, as_outsider):
    invited()
    as_outsider.post(f"/cohorts/join/{cohort.code}/")
    assert Invitation.objects.get().is_used
    assert "You are invited" not in as_outsider.get("/me/").text


def test_a_withdrawn_invitation_is_gone_also_for_whoever_has_the_page_open(cohort, invited, as_outsider, monkeypatch):
    invitation = invited()
    Invitation.objects.all().delete()
    assert answer(as_outsider, invitation).status_code == 404
    # Or while the answer is on its way.
    again = invited()
    Invitation.objects.filter(pk=again.pk).delete()
    with pytest.raises(Invitation.DoesNotExist):
        again.accept(make_user("Vera Visitor"))
    assert members(cohort) == {"lena@example.com"}
    assert "You are invited" not in as_outsider.get("/me/").text


def test_the_banner_leads_to_the_page_that_asks_and_takes_a_no(invited, as_outsider):
    invitation = invited()
    page = as_outsider.get("/me/").text
    assert f'href="{link(invitation)}"' in page
    assert f'action="{link(invitation)}"' in page
    assert 'value="join"' not in page
    answer(as_outsider, invitation, "decline")
    assert "You are invited" not in as_outsider.get("/me/").text


def test_an_archived_cohort_asks_nobody(cohort, invited, as_outsider):
    invited()
    cohort.archive()
    assert "You are invited" not in as_outsider.get("/me/").text


def test_the_link_is_told_to_nobody(invited, client):
    page = client.get(link(invited()))
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]


def test_nobody_answers_without_a_token_of_the_form(invited):
    client = Client(enforce_csrf_checks=True)
    assert answer(client, invited(), "decline").status_code == 403


# --- Nothing is left of who goes ----------------------------------------------------------------------


def left_of(email):
    return Invitation.objects.filter(email=email).exists()


def test_the_invitation_of_an_account_goes_with_it(invited, outsider):
    invited()
    outsider.erase()
    assert not left_of("otto@example.com")


def test_so_does_one_that_was_there_before_the_account_and_was_declined(invited, mailoutbox):
    answer(Client(), invited("nora@example.com"), "decline")
    client = Client()
    client.post("/accounts/signup/", {"email": "nora@example.com", "password1": PASSWORD})
    confirm(client, mailoutbox)
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert not left_of("nora@example.com")


def test_and_one_to_an_address_that_was_verified_later(invited, outsider):
    invited("second@example.com")
    EmailAddress.objects.create(user=outsider, email="second@example.com", verified=True)
    Client().post("/accounts/login/", {"login": outsider.email, "password": PASSWORD})
    outsider.erase()
    assert not left_of("second@example.com")


def test_and_one_that_somebody_else_joined_with(cohort, invited, as_outsider, mailoutbox):
    answer(as_outsider, invited("nora@example.com"))
    client = Client()
    client.post("/accounts/signup/", {"email": "nora@example.com", "password1": PASSWORD})
    confirm(client, mailoutbox)
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert not left_of("nora@example.com")
    assert members(cohort) == {"lena@example.com", "otto@example.com"}


def test_the_invitations_of_an_instructor_who_goes_stay(cohort, invited, instructor, as_outsider):
    invitation = invited()
    cohort.instructors.add(make_user("Ivo Instructor"))
    instructor.erase()
    assert "You are invited to a cohort" in as_outsider.get(link(invitation)).text
    assert "Autumn hikers" in as_outsider.get("/me/").text
