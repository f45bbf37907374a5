"""Who gets a weekly mail, and that everybody gets it once.

A mail is claimed before it is sent: the claim is a DigestDelivery, of which the database allows one. Of two runs at
once one gets it. A mail that the server does not take gives its claim back, so the next run tries again. Whoever ends
a run with force, between a claim and its mail, costs that one person the mail of that week; nobody gets it twice.
"""

import logging
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from allauth.account.models import EmailAddress
from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.timezones import user_zone
from progress.cohorts.email import send
from progress.cohorts.models import Cohort, DigestDelivery, EmailKind, EmailOptOut, Enrolment
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
        """Send all of it. Raises what the mail server raises when it cannot be reached at all."""
        for emails in self.emails():
            self.record_empty([email for email in emails if not email.skip_reason and not email.subject])
            to_send = [email for email in emails if email.subject]
            if to_send:
                self.deliver(to_send)

    def record_empty(self, emails: Collection[DigestEmail]) -> None:
        """Remember that there is nothing to be said, so that the next run need not look again."""
        self.empty += len(emails)
        try:
            DigestDelivery.objects.bulk_create([email.delivery for email in emails], ignore_conflicts=True)
        except IntegrityError:  # one of them deleted their account just now: the next run looks at the others again
            log.info("The empty weeks of %s people were not remembered", len(emails))

    def deliver(self, emails: Iterable[DigestEmail]) -> None:
        """Send some emails through one connection, which is opened anew when the server has had enough of it."""
        connection = mailers.default
        connection.open()
        try:
            for email in emails:
                if claim := claim_delivery(email):
                    try:
                        self.sent += send_email(email, connection)
                    except Exception as error:
                        claim.delete()
                        self.failed += 1
                        log.exception("The %s mail to person %s failed", email.kind, email.user.pk)
                        # What is wrong with one email is no reason to keep everyone else waiting.
                        if isinstance(error, (SMTPException, OSError)):
                            connection.close()
                            connection.open()
        finally:
            connection.close()


def claim_delivery(email: DigestEmail) -> DigestDelivery | None:
    """Claim an email; return the claim, or None where another run was faster or the person has gone."""
    try:
        claim, is_created = DigestDelivery.objects.get_or_create(user=email.user, kind=email.kind, week=email.monday)
    except IntegrityError:
        return None
    return claim if is_created else None


def send_email(email: DigestEmail, connection: BaseEmailBackend) -> bool:
    context = {**(email.context or {}), "name": email.user.name}
    return send(email.kind, email.user.email, email.subject, email.kind.value, context, mailer=connection)


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
