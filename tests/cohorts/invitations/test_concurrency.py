"""Lists, answers and presses at the same moment."""

import pytest
from django.core import mail as outbox

from progress.cohorts.models import Cohort, Invitation
from tests.conftest import client_of, make_user
from tests.progress.tracking.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def instructor():
    return make_user("Ines Instructor")


@pytest.fixture
def cohort(instructor):
    cohort = Cohort.objects.create(name="Autumn hikers", places=12)
    cohort.instructors.add(instructor)
    return cohort


def test_the_same_list_agreed_to_8_times_at_once_invites_everyone_once(cohort, instructor):
    form = {"text": "\n".join(f"person{number}@example.com" for number in range(15)), "agree": "yes"}
    clients = [client_of(instructor) for _press in range(8)]
    answers = at_once([lambda client=client: client.post(f"/cohorts/{cohort.pk}/invite/", form) for client in clients])
    assert {answer.status_code for answer in answers} == {302}
    assert cohort.invitations.count() == 12  # as many as there are places
    assert len(outbox.outbox) == len({mail.to[0] for mail in outbox.outbox}) == 12


def test_8_presses_send_each_mail_once(cohort, instructor):
    Invitation.objects.bulk_create(
        Invitation(cohort=cohort, email=f"person{number}@example.com") for number in range(6)
    )
    clients = [client_of(instructor) for _press in range(8)]
    at_once([lambda client=client: client.post(f"/cohorts/{cohort.pk}/invitations/send/") for client in clients])
    assert len(outbox.outbox) == len({mail.to[0] for mail in outbox.outbox}) == 6


def test_of_8_accounts_with_one_link_exactly_one_joins(cohort):
    invitation = Invitation.objects.create(cohort=cohort, email="nora@example.com")
    clients = [client_of(make_user(f"Person{number} X")) for number in range(8)]
    path = f"/cohorts/invitations/{invitation.token}/"
    at_once([lambda client=client: client.post(path, {"answer": "join"}) for client in clients])
    assert cohort.enrolments.current().count() == 1


def test_the_code_and_the_invitation_pressed_at_once_are_one_enrolment(cohort):
    user = make_user("Otto Outsider")
    invitation = Invitation.objects.create(cohort=cohort, email=user.email)
    paths = [f"/cohorts/invitations/{invitation.token}/", f"/cohorts/join/{cohort.code}/"] * 4
    clients = [client_of(user) for _path in paths]
    answers = at_once(
        [lambda c=client, p=path: c.post(p, {"answer": "join"}) for client, path in zip(clients, paths, strict=True)]
    )
    assert {answer.status_code for answer in answers} == {302}
    assert cohort.enrolments.count() == 1
    assert Invitation.objects.get().is_used
