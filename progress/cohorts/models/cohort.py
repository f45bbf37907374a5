"""Who watches: cohorts, their instructors and learners, and the tracks that they follow.

An enrolment is what lets an instructor see a learner's progress, and nothing else does. It ends at once when the
learner leaves; the learner's ticks are the learner's own and stay.
"""

from datetime import date, datetime, time, timedelta
from secrets import choice
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.timezones import first_valid_zone, zone_names
from accounts.validators import one_line

# Read aloud and typed from a projector, so no letter looks or sounds like another.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


def new_code() -> str:
    """A code to join with: eight letters, 38 bits."""
    return "".join(choice(LETTERS) for _letter in range(8))


def check_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError(_("“%(name)s” is no time zone."), params={"name": name})


def tidy(code: str) -> str:
    """A code as it is kept, however it was typed: in any case, with blanks or dashes."""
    return "".join(code.split()).replace("-", "").upper()


class CohortFullError(Exception):
    """The last place was taken."""


class LastInstructorError(Exception):
    """A cohort that nobody leads could never be changed again."""


class CohortQuerySet(models.QuerySet["Cohort"]):
    def led_by(self, user: User) -> Self:
        """The cohorts that this person instructs, the archived ones included."""
        return self.filter(instructors=user)

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def of_learner(self, user: User) -> Self:
        """The cohorts that this person learns in now."""
        return self.filter(enrolments__user=user, enrolments__left_at=None, archived_at=None)

    def joinable(self, code: str) -> Self:
        """The cohorts (one or none) that this code opens now; it may be typed in any case and with blanks."""
        return self.current().filter(
            Q(code_expires_at=None) | Q(code_expires_at__gt=timezone.now()), code=tidy(code), is_open=True
        )

    def with_people_counted(self) -> Self:
        """Each cohort with ``learning``: how many are in it now."""
        return self.annotate(learning=Count("enrolments", filter=Q(enrolments__left_at=None), distinct=True))


class Cohort(models.Model):
    """People who learn together, and the instructors who see how they get on."""

    name = models.CharField(_("name"), max_length=120, validators=[one_line])
    description = models.TextField(_("description"), max_length=2000, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_zone])
    starts = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)
    instructors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="led_cohorts")
    learners = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Enrolment", related_name="cohorts")
    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    is_open = models.BooleanField(_("people can join with the code"), default=True)
    code_expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    places = models.PositiveSmallIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    quiet_days = models.PositiveSmallIntegerField(
        _("days of silence"), default=7, help_text=_("After so many days without a tick a learner is called quiet.")
    )
    overdue_topics = models.PositiveSmallIntegerField(
        _("topics overdue"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("With so many topics overdue a learner is said to fall behind."),
    )
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(starts__lte=F("ends")),
                name="cohort_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cohort", args=[self.pk])

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def code_in_halves(self) -> str:
        """The code as people read it: "BCDF 2345"."""
        return f"{self.code[:4]} {self.code[4:]}"

    @property
    def last_day_to_join(self) -> date | None:
        """The day, by the cohort's clock, that the code lasts to the end of; None when it lasts for ever."""
        if self.code_expires_at is None:
            return None
        return (self.code_expires_at - timedelta.resolution).astimezone(self.zone).date()

    @last_day_to_join.setter
    def last_day_to_join(self, day: date | None) -> None:
        midnight = datetime.combine(day + timedelta(days=1), time.min, self.zone) if day else None
        self.code_expires_at = midnight

    @property
    def zone(self) -> ZoneInfo:
        return first_valid_zone(self.time_zone)

    @property
    def today(self) -> date:
        """The day that it is where the cohort is: a due date ends at midnight there."""
        return timezone.localdate(timezone=self.zone)

    def join(self, user: User) -> None:
        """Enrol a learner; saying it twice changes nothing.

        Raises CohortFullError when no place is left. Of several people who want the last place at once one gets it,
        for the cohort's row is locked while the places are counted.
        """
        with transaction.atomic():
            cohort = Cohort.objects.select_for_update().get(pk=self.pk)
            current = cohort.enrolments.current()
            if current.filter(user=user).exists():
                return
            if cohort.places is not None and current.count() >= cohort.places:
                raise CohortFullError
            now = timezone.now()
            cohort.enrolments.update_or_create(user=user, defaults={"joined_at": now, "left_at": None})
            cohort.invitations.addressed_to(user).update(user=user, answered_at=now, declined=False)

    def leave(self, user: User) -> None:
        """End a learner's enrolment, and with it what the instructors see. The ticks stay."""
        self.enrolments.current().filter(user=user).update(left_at=timezone.now())

    def renew_code(self) -> bool:
        """Replace the code; the old one leads nowhere. Returns False when somebody else was faster."""
        return Cohort.objects.filter(pk=self.pk, code=self.code).update(code=new_code()) == 1

    def remove_instructor(self, user: User) -> None:
        """Take a person's rights to the cohort away at once; saying it twice changes nothing.

        Raises LastInstructorError when nobody would be left. The row is locked as in join(): two instructors who
        remove each other at once would otherwise both succeed.
        """
        with transaction.atomic():
            cohort = Cohort.objects.select_for_update().get(pk=self.pk)
            if not cohort.instructors.exclude(pk=user.pk).exists():
                raise LastInstructorError
            cohort.instructors.remove(user)

    def archive(self, wanted: bool = True) -> None:
        """Keep the cohort as it is and read-only, or take it up again."""
        if wanted != self.is_archived:
            self.archived_at = timezone.now() if wanted else None
            self.save(update_fields=["archived_at"])

    def first_date(self) -> date | None:
        """The earliest day that says anything about this cohort, the one that a copy is shifted from; None without."""
        dates = self.assignments.aggregate(Min("visible_from"), Min("starts"), Min("due")).values()
        return self.starts or min(filter(None, dates), default=None)

    def duplicate(self, name: str, first_day: date, code: str, by: User) -> "Cohort":
        """The same cohort for the next term, led by ``by``: tracks and dates, shifted to the first day, and no people.

        Its groups come along empty, so what was for some is for nobody until they are filled.
        Raises OverflowError when a date leaves the calendar.
        """
        shift = first_day - (self.first_date() or first_day)
        fields = ("description", "time_zone", "places", "quiet_days", "overdue_topics")
        with transaction.atomic():
            copy = Cohort.objects.create(
                name=name,
                code=code,
                starts=first_day,
                ends=self.ends and max(self.ends + shift, first_day),
                **{field: getattr(self, field) for field in fields},
            )
            copy.instructors.add(by)
            for group in self.groups.all():
                copy.groups.create(name=group.name)
            for assignment in self.assignments.select_related("track"):
                assignment.copy_to(copy, shift)
        return copy


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def current(self) -> Self:
        return self.filter(left_at=None)


class Enrolment(models.Model):
    """A learner is or was in a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                name="enrolled_once",
                violation_error_message=_("This learner is in the cohort already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.cohort}"


class Group(models.Model):
    """Some learners of a cohort, so that a track can go to them alone. Whoever leaves the cohort is in none."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=80, validators=[one_line])
    members = models.ManyToManyField(Enrolment, related_name="groups", blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "name"],
                name="group_name_once_per_cohort",
                violation_error_message=_("This cohort already has a group with that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
