"""For the tests of the weekly mails: the week that they tell of, ticks in it, and what is sent."""

from datetime import UTC, date, datetime

from django.core import mail as outbox

from progress.cohorts.models import Cohort
from progress.cohorts.notifications.digests.instructor import cohort_week
from progress.cohorts.notifications.digests.period import Week
from progress.cohorts.notifications.digests.sender import DigestRun
from progress.models import ProgressEvent, TopicProgress

MONDAY = date(2026, 3, 2)  # of the week that is told of
WEEK = Week.of(MONDAY, UTC)
NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)  # the Monday after it
IN_IT = datetime(2026, 3, 4, 18, tzinfo=UTC)


def tick(user, topic, status="done", at=IN_IT, cause="tick"):
    TopicProgress.objects.update_or_create(user=user, topic=topic, defaults={"status": status, "changed_at": at})
    ProgressEvent.objects.create(user=user, topic=topic, status=status, at=at, cause=cause)


def run(now=NOW, monday=None):
    done = DigestRun(now=now, monday=monday)
    done.send()
    return done.sent, done.empty, done.failed


def sent_to(user):
    return [mail for mail in outbox.outbox if mail.to == [user.email]]


def look(cohort):
    return cohort_week(Cohort.objects.get(pk=cohort.pk), WEEK)
