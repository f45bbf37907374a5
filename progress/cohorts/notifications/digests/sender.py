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

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

KINDS = [EmailKind.LEARNING, EmailKind.TEACHING]
CHUNK_SIZE = 200  # people who are looked at together: what is kept in memory
MAX_CACHED_WEEKS = 200  # cohorts that are remembered for their other instructors
log = logging.getLogger(__name__)


class Found(TypedDict):
    """What is asked of each person; see ``people_of``."""

    zone: str
    is_verified: bool


type Reader = WithAnnotations[User, Found]
type Content = tuple[str, dict[str, Any]]  # the subject of a letter and the context of its text
type LookAt = Callable[[Cohort, Week], CohortWeek]


class DigestEmail(NamedTuple):
    """What somebody would be sent, or where ``subject`` is empty ``why`` they are sent nothing."""

    user: User
    kind: EmailKind
    week: Week | None
    why: str = ""
    subject: str = ""
    context: dict[str, Any] | None = None

    @property
    def monday(self) -> date:
        return self.week.monday  # type: ignore[union-attr] # without a week there is a reason to send nothing

    @property
    def claim(self) -> DigestDelivery:
        return DigestDelivery(user=self.user, kind=self.kind, week=self.monday)


@dataclass
class Run:
    """Sends what is to be sent now, or with ``monday`` what tells of that week. ``letters`` alone sends nothing."""

    now: datetime = field(default_factory=lambda: timezone.now())
    monday: date | None = None
    sent: int = 0
    empty: int = 0
    failed: int = 0

    def letters(self) -> Iterator[list[DigestEmail]]:
        """Every DigestEmail, in lists of those who are looked at together."""
        look = lru_cache(maxsize=MAX_CACHED_WEEKS)(cohort_week)
        for kind in KINDS:
            for people in chunks(people_of(kind)):
                yield self.letters_to(kind, people, look)

    def letters_to(self, kind: EmailKind, people: Collection[Reader], look: LookAt) -> list[DigestEmail]:
        weeks = {user.pk: reported_week(self.now, user_zone(user, user.zone), self.monday) for user in people}
        mondays = {week.monday for week in weeks.values() if week}
        claims = DigestDelivery.objects.filter(user__in=people, kind=kind, week__in=mondays) if mondays else ()
        settled = {(claim.user_id, claim.week) for claim in claims}
        refused = EmailOptOut.objects.among([user.email for user in people], kind) if mondays else ()
        letters = {
            user.pk: DigestEmail(user, kind, weeks[user.pk], skip_reason(user, weeks[user.pk], settled, refused))
            for user in people
        }
        ready = {pk: letter.week for pk, letter in letters.items() if letter.week and not letter.why}
        if ready:
            written = learner_emails(ready) if kind == EmailKind.LEARNING else instructor_emails(ready, look)
            for pk, (subject, context) in written.items():
                letters[pk] = letters[pk]._replace(subject=subject, context=context)
        return list(letters.values())

    def send(self) -> None:
        """Send all of it. Raises what the mail server raises when it cannot be reached at all."""
        for letters in self.letters():
            self.settle([letter for letter in letters if not letter.why and not letter.subject])
            wanted = [letter for letter in letters if letter.subject]
            if wanted:
                self.deliver(wanted)

    def settle(self, letters: Collection[DigestEmail]) -> None:
        """Remember that there is nothing to be said, so that the next run need not look again."""
        self.empty += len(letters)
        try:
            DigestDelivery.objects.bulk_create([letter.claim for letter in letters], ignore_conflicts=True)
        except IntegrityError:  # one of them deleted their account just now: the next run looks at the others again
            log.info("The empty weeks of %s people were not remembered", len(letters))

    def deliver(self, letters: Iterable[DigestEmail]) -> None:
        """Send some letters through one connection, which is opened anew when the server has had enough of it."""
        connection = mailers.default
        connection.open()
        try:
            for letter in letters:
                if claim := claim_delivery(letter):
                    try:
                        self.sent += send_email(letter, connection)
                    except Exception as error:
                        claim.delete()
                        self.failed += 1
                        log.exception("The %s mail to person %s failed", letter.kind, letter.user.pk)
                        # What is wrong with one letter is no reason to keep everyone else waiting.
                        if isinstance(error, (SMTPException, OSError)):
                            connection.close()
                            connection.open()
        finally:
            connection.close()


def claim_delivery(letter: DigestEmail) -> DigestDelivery | None:
    """Claim a letter; return the claim, or None where another run was faster or the person has gone."""
    try:
        claim, is_mine = DigestDelivery.objects.get_or_create(user=letter.user, kind=letter.kind, week=letter.monday)
    except IntegrityError:
        return None
    return claim if is_mine else None


def send_email(letter: DigestEmail, connection: BaseEmailBackend) -> bool:
    context = {**(letter.context or {}), "name": letter.user.name}
    return send(letter.kind, letter.user.email, letter.subject, letter.kind.value, context, mailer=connection)


# --- To whom ------------------------------------------------------------------------------------------


def people_of(kind: EmailKind) -> QuerySet[Reader]:
    """Everybody who learns in a cohort or leads one now, with the ``zone`` of the oldest such cohort.

    It is where their mornings are taken to be, unless they chose another.
    """
    is_learning = kind == EmailKind.LEARNING
    rows = Enrolment.objects.current() if is_learning else Cohort.instructors.through.objects.all()
    zones = rows.filter(user=OuterRef("pk"), cohort__archived_at=None).order_by("cohort_id")
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True)
    people = User.objects.annotate(zone=Subquery(zones.values("cohort__time_zone")[:1]), is_verified=Exists(verified))
    return people.filter(zone__isnull=False)


def chunks(people: QuerySet[Reader]) -> Iterator[list[Reader]]:
    """Lists of people by their pks. No cursor is kept open meanwhile, and who joins meanwhile shifts nobody."""
    last = 0
    while chunk := list(people.filter(pk__gt=last).order_by("pk")[:CHUNK_SIZE]):
        yield chunk
        last = chunk[-1].pk


def skip_reason(user: Reader, week: Week | None, settled: Container[tuple[int, date]], refused: Container[str]) -> str:
    """Why somebody is sent no mail now, whatever it would say; "" when nothing is in the way."""
    if not user.is_active:
        return _("the account is not active")
    if not user.is_verified:
        return _("the address is not verified")
    if week is None:
        return _("it is not the time where they are")
    if (user.pk, week.monday) in settled:
        return _("settled before")
    if user.email in refused:
        return _("they want none")
    return ""


# --- What ---------------------------------------------------------------------------------------------


def learner_emails(weeks: Mapping[int, Week]) -> dict[int, Content]:
    """What the learners get who have something to read."""
    return {pk: (found.subject, {"learning": found}) for pk, found in learner_weeks(weeks).items() if found}


def instructor_emails(weeks: Mapping[int, Week], look: LookAt) -> dict[int, Content]:
    """The same of instructors; the cohorts in which nothing has changed are left out."""
    led = Prefetch("led_cohorts", Cohort.objects.current().order_by("name", "pk"), to_attr="led")
    letters = {}
    for user in User.objects.filter(pk__in=weeks).prefetch_related(led):
        week = weeks[user.pk]
        if looks := [found for cohort in user.led if (found := look(cohort, week))]:
            name = looks[0].cohort.name if len(looks) == 1 else _("Your cohorts")
            said = {"name": name, "day": date_format(week.monday, "j F")}
            letters[user.pk] = _("%(name)s: the week of %(day)s") % said, {"looks": looks}
    return letters
