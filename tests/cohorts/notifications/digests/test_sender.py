"""That nobody gets a weekly mail twice, and that many are no more work than they must be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from progress.cohorts.models import Assignment, Cohort, DigestDelivery, Enrolment
from progress.cohorts.notifications.digests import sender
from progress.cohorts.notifications.digests.learner import learner_weeks
from progress.cohorts.notifications.digests.sender import DigestRun
from tests.cohorts.mail_server import Choosy
from tests.cohorts.notifications.digests.weekly import MONDAY, NOW, WEEK, look, run, sent_to, tick
from tests.cohorts.roster_pages import enrol_many
from tests.conftest import make_user
from tests.progress.tracking.test_concurrency import at_once


def test_it_is_sent_once_however_often_it_is_run(cohort, learner, outsider, content):
    cohort.join(outsider)
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    tick(learner, content.topics["maps"])
    assert run() == (2, 1, 0)
    for hours in range(1, 60, 7):
        assert run(NOW + timedelta(hours=hours)) == (0, 0, 0)
    assert run(NOW, MONDAY) == (0, 0, 0)
    assert run(NOW + timedelta(days=7))[2] == 0
    assert len(sent_to(learner)) == 1


@pytest.fixture
def server(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": "tests.cohorts.mail_server.Choosy"}}
    monkeypatch.setattr(Choosy, "opened", 0)
    return Choosy


def test_a_mail_that_fails_is_tried_again_and_keeps_nobody_waiting(
    cohort, learner, outsider, content, server, monkeypatch
):
    cohort.join(outsider)
    for user in (learner, outsider):
        tick(user, content.topics["maps"])
    monkeypatch.setattr(server, "broken", {learner.email})
    with pytest.raises(CommandError, match=r"1 of these mails could not be sent: Not now\."):
        call_command("send_digests", verbosity=0)
    assert (len(sent_to(learner)), len(sent_to(outsider))) == (0, 1)
    assert server.opened == 2  # anew after it broke off
    monkeypatch.setattr(server, "broken", set())
    call_command("send_digests", verbosity=0)
    assert (len(sent_to(learner)), len(sent_to(outsider))) == (1, 1)


def test_a_server_that_cannot_be_reached_costs_nobody_the_mail(cohort, learner, content, server, monkeypatch):
    tick(learner, content.topics["maps"])
    with monkeypatch.context() as patched:
        patched.setattr(server, "away", True)
        with pytest.raises(CommandError, match="2 of these mails could not be sent: nobody there"):
            call_command("send_digests", verbosity=0)
    assert outbox.outbox == []
    assert run() == (2, 0, 0)
    assert (len(sent_to(learner)), len(outbox.outbox)) == (1, 2)


def test_a_run_that_is_ended_has_queued_everyone_or_goes_on(cohort, learner, instructor, content, monkeypatch):
    tick(learner, content.topics["maps"])

    def end(emails):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sender, "queue", end)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert not DigestDelivery.objects.exists()
    run()
    run()
    assert len(sent_to(learner)) == len(sent_to(instructor)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_runs_at_once_each_person_gets_one(content, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    cohort = Cohort.objects.create(name="Autumn hikers", code="LEAFLETS")
    Assignment.objects.create(cohort=cohort, track=content.other)
    cohort.instructors.add(make_user("Ines Instructor"))
    people = [make_user(f"Person{number} X") for number in range(12)]
    for person in people:
        cohort.join(person)
        tick(person, content.topics["maps"])
    counts = at_once([run] * 4)
    assert sum(sent for sent, _empty, _failed in counts) == 13
    assert sorted(mail.to[0] for mail in outbox.outbox) == sorted(user.email for user in User.objects.all())
    assert DigestDelivery.objects.count() == 13


# --- How much work ------------------------------------------------------------------------------------


def count(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_people(cohort, learner, content):
    Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False, due=date(2026, 4, 1))
    found = []
    for number in (5, 50):
        User.objects.filter(email__startswith="p").delete()
        people = enrol_many(cohort, number)
        for person in people:
            tick(person, content.topics["maps"])
        weeks = {person.pk: WEEK for person in people}
        found.append((count(lambda weeks=weeks: learner_weeks(weeks)), count(lambda: look(cohort))))
    assert found == [(8, 14)] * 2


def test_many_are_looked_at_in_parts(cohort, learner, content, monkeypatch):
    monkeypatch.setattr(sender, "CHUNK_SIZE", 3)
    for number in range(7):
        person = make_user(f"Person{number} X")
        cohort.join(person)
        tick(person, content.topics["maps"])
    sizes = [len(emails) for emails in DigestRun(now=NOW).emails()]
    assert sizes == [3, 3, 2, 1]
    assert run()[0] == 8
