"""Who gets a weekly mail, and that everybody gets it once.

A mail is claimed when it is queued, in one transaction: the claim is a DigestDelivery, of which the database allows
one. Of two runs at once one gets it, and a run that is ended with force leaves whole pairs or nothing.
"""

import logging
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.timezones import user_zone
from progress.cohorts.email import queued_email
from progress.cohorts.email_queue import deliver, deliver_emails, queue
from progress.cohorts.models import Cohort, DigestDelivery, EmailKind, EmailOptOut, Enrolment, QueuedEmail
from progress.cohorts.notifications.digests.instructor import CohortWeek, cohort_week
from progress.cohorts.notifications.digests.learner import learner_weeks
from progress.cohorts.notifications.digests.period import Week, reported_week
from stages.content import current_site_settings

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

KINDS = [EmailKind.LEARNING, EmailKind.TEACHING]
CHUNK_SIZE = 200  # people who are handled together: what is kept in memory
MAX_CACHED_WEEKS = 200  # cohorts that are remembered for their other instructors
log = logging.getLogger(__name__)


class RecipientAnnotations(TypedDict):
    """What is asked of each person; see ``recipients``."""

    zone: str
    is_verified: bool


type Recipient = WithAnnotations[User, RecipientAnnotations]
type Content = tuple[str, dict[str, Any]]  # the subject of a mail and the context of its text
type LoadCohortWeek = Callable[[Cohort, Week], CohortWeek]


class DigestEmail(NamedTuple):
    """What somebody would be sent, or where ``subject`` is empty ``skip_reason`` they are sent nothing."""

    user: User
    kind: EmailKind
    week: Week | None
    skip_reason: str = ""
    subject: str = ""
    context: dict[str, Any] | None = None

    @property
    def monday(self) -> date:
        return self.week.monday  # type: ignore[union-attr] # without a week there is a reason to send nothing

    @property
    def delivery(self) -> DigestDelivery:
        return DigestDelivery(user=self.user, kind=self.kind, week=self.monday)


@dataclass
class DigestRun:
    """Sends what is to be sent now, or with ``monday`` what tells of that week. ``emails`` alone sends nothing."""

    now: datetime = field(default_factory=lambda: timezone.now())
    monday: date | None = None
    sent: int = 0
    empty: int = 0
    failed: int = 0

    def emails(self) -> Iterator[list[DigestEmail]]:
        """Every DigestEmail, in lists of those who are looked at together."""
        load_week = lru_cache(maxsize=MAX_CACHED_WEEKS)(cohort_week)
        for kind in KINDS:
            for people in chunks(recipients(kind)):
                yield self.emails_to(kind, people, load_week)

    def emails_to(
        self, kind: EmailKind, people: Collection[Recipient], load_week: LoadCohortWeek
    ) -> list[DigestEmail]:
        weeks = {user.pk: reported_week(self.now, user_zone(user, user.zone), self.monday) for user in people}
        mondays = {week.monday for week in weeks.values() if week}
        claims = DigestDelivery.objects.filter(user__in=people, kind=kind, week__in=mondays) if mondays else ()
        settled = {(claim.user_id, claim.week) for claim in claims}
        opted_out = EmailOptOut.objects.opted_out([user.email for user in people], kind) if mondays else ()
        emails = {
            user.pk: DigestEmail(user, kind, weeks[user.pk], skip_reason(user, weeks[user.pk], settled, opted_out))
            for user in people
        }
        ready = {pk: email.week for pk, email in emails.items() if email.week and not email.skip_reason}
        if ready:
            contents = learner_emails(ready) if kind == EmailKind.LEARNING else instructor_emails(ready, load_week)
            for pk, (subject, context) in contents.items():
                emails[pk] = emails[pk]._replace(subject=subject, context=context)
        return list(emails.values())

    def send(self) -> None:
        """Queue all of it, and deliver that with whatever else is due; where a worker runs, it delivers."""
        for emails in self.emails():
            self.record_empty([email for email in emails if not email.skip_reason and not email.subject])
            for email in emails:
                if email.subject:
                    queue_digest(email)
        if settings.QUEUE_WORKER:
            deliver_emails.enqueue()
        else:
            outcomes = deliver()
            self.sent += outcomes[QueuedEmail.State.SENT]
            self.failed += outcomes[QueuedEmail.State.FAILED]
        QueuedEmail.objects.forget_old()

    def record_empty(self, emails: Collection[DigestEmail]) -> None:
        """Remember that there is nothing to be said, so that the next run need not look again."""
        self.empty += len(emails)
        try:
            DigestDelivery.objects.bulk_create([email.delivery for email in emails], ignore_conflicts=True)
        except IntegrityError:  # one of them deleted their account just now: the next run looks at the others again
            log.info("The empty weeks of %s people were not remembered", len(emails))


def queue_digest(email: DigestEmail) -> None:
    """Claim an email and queue it, unless another run was faster or the person has gone."""
    context = {**(email.context or {}), "name": email.user.name}
    key = f"{email.kind}:{email.monday}:{email.user.pk}"
    mail = queued_email(email.kind, key, email.user.email, email.subject, email.kind.value, context, user=email.user)
    claim: dict[str, Any] = {"user": email.user, "kind": email.kind, "week": email.monday}
    with suppress(IntegrityError), transaction.atomic():
        if DigestDelivery.objects.get_or_create(**claim)[1]:
            queue([mail])


# --- To whom ------------------------------------------------------------------------------------------


def recipients(kind: EmailKind) -> QuerySet[Recipient]:
    """Everybody who learns in a cohort or leads one now, with the ``zone`` of the oldest such cohort.

    It is where their mornings are taken to be, unless they chose another.
    """
    is_learning = kind == EmailKind.LEARNING
    rows = Enrolment.objects.current() if is_learning else Cohort.instructors.through.objects.all()
    zones = rows.filter(user=OuterRef("pk"), cohort__archived_at=None).order_by("cohort_id")
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True)
    people = User.objects.annotate(zone=Subquery(zones.values("cohort__time_zone")[:1]), is_verified=Exists(verified))
    return people.filter(zone__isnull=False)


def chunks(people: QuerySet[Recipient]) -> Iterator[list[Recipient]]:
    """Lists of people by their pks. No cursor is kept open meanwhile, and who joins meanwhile shifts nobody."""
    last = 0
    while chunk := list(people.filter(pk__gt=last).order_by("pk")[:CHUNK_SIZE]):
        yield chunk
        last = chunk[-1].pk


def skip_reason(
    user: Recipient, week: Week | None, settled: Container[tuple[int, date]], opted_out: Container[str]
) -> str:
    """Why somebody is sent no mail now, whatever it would say; "" when nothing is in the way."""
    if not user.is_active:
        return _("the account is not active")
    if not user.is_verified:
        return _("the address is not verified")
    if week is None:
        return _("it is not the time where they are")
    if (user.pk, week.monday) in settled:
        return _("settled before")
    if user.email in opted_out:
        return _("they want none")
    return ""


# --- What ---------------------------------------------------------------------------------------------


def learner_emails(weeks: Mapping[int, Week]) -> dict[int, Content]:
    """What the learners get who have something to read."""
    site = current_site_settings().name
    return {pk: (week.subject(site), {"learner_week": week}) for pk, week in learner_weeks(weeks).items() if week}


def instructor_emails(weeks: Mapping[int, Week], load_week: LoadCohortWeek) -> dict[int, Content]:
    """The same of instructors; the cohorts in which nothing has changed are left out."""
    led = Prefetch("led_cohorts", Cohort.objects.current().order_by("name", "pk"), to_attr="led")
    emails = {}
    for user in User.objects.filter(pk__in=weeks).prefetch_related(led):
        week = weeks[user.pk]
        if cohort_weeks := [cohort_week for cohort in user.led if (cohort_week := load_week(cohort, week))]:
            name = cohort_weeks[0].cohort.name if len(cohort_weeks) == 1 else _("Your cohorts")
            names = {"name": name, "day": date_format(week.monday, "j F")}
            emails[user.pk] = _("%(name)s: the week of %(day)s") % names, {"cohort_weeks": cohort_weeks}
    return emails
