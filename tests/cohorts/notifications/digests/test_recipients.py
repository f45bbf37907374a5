"""Who gets a weekly mail, and who does not."""

from io import StringIO

import pytest
from django.core import mail as outbox
from django.core.management import CommandError, call_command

from accounts.models import User
from progress.cohorts.models import Cohort, DigestDelivery, EmailKind, EmailOptOut, hash_of
from tests.cohorts.notifications.digests.weekly import run, sent_to, tick


def archived(cohort, learner):
    cohort.archive()


def left(cohort, learner):
    cohort.leave(learner)


def inactive(cohort, learner):
    User.objects.filter(pk=learner.pk).update(is_active=False)


def not_verified(cohort, learner):
    learner.emailaddress_set.update(verified=False)


def verified_another(cohort, learner):
    learner.emailaddress_set.update(email="another@example.com")


def refused(cohort, learner):
    EmailOptOut.objects.set_opted_out(hash_of(learner.email), EmailKind.LEARNING, opted_out=True)


def asleep(cohort, learner):
    User.objects.filter(pk=learner.pk).update(time_zone="Pacific/Pago_Pago")


def in_a_sleeping_cohort(cohort, learner):
    Cohort.objects.update(time_zone="Pacific/Pago_Pago")


@pytest.mark.parametrize(
    "why", [archived, left, inactive, not_verified, verified_another, refused, asleep, in_a_sleeping_cohort]
)
def test_who_is_not_to_get_it_does_not(cohort, learner, content, why):
    tick(learner, content.topics["maps"])
    why(cohort, learner)
    run()
    assert sent_to(learner) == []
    assert not DigestDelivery.objects.filter(user=learner).exists()  # so it may come later


def test_the_switch_of_one_kind_leaves_the_other(cohort, learner, instructor, content):
    cohort.instructors.add(learner)
    tick(learner, content.topics["maps"])
    refused(cohort, learner)
    run()
    assert [mail.subject for mail in sent_to(learner)] == ["Autumn hikers: the week of 2 March"]


def test_the_dry_run_says_who_and_why_not_and_sends_nothing(cohort, learner, outsider, instructor, content):
    cohort.join(outsider)
    tick(learner, content.topics["maps"])
    not_verified(cohort, outsider)
    said = StringIO()
    call_command("send_digests", dry_run=True, stdout=said)
    assert said.getvalue().splitlines() == [
        "lena@example.com, learning: “Your week: 1 topic done”",
        "otto@example.com, learning: nothing: the address is not verified",
        "ines@example.com, teaching: “Autumn hikers: the week of 2 March”",
    ]
    assert outbox.outbox == []
    assert not DigestDelivery.objects.exists()


@pytest.mark.parametrize("week", ["2026-03-03", "monday", "2026-02-30"])
def test_a_week_begins_with_a_monday(db, week):
    with pytest.raises(CommandError):
        call_command("send_digests", week=week)
