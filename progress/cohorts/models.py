"""Who watches: cohorts, their instructors and learners, and the tracks that they follow.

An enrolment is what lets an instructor see a learner's progress, and nothing else does. It ends at once when the
learner leaves; the learner's ticks are the learner's own and stay.
"""

from secrets import choice

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.zones import names
from stages.models import State, Track

# Read aloud and typed from a projector, so no letter looks or sounds like another.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


def new_code():
    """A code to join with: eight letters, 38 bits."""
    return "".join(choice(LETTERS) for _letter in range(8))


def check_zone(name):
    if name not in names():
        raise ValidationError(_("“%(name)s” is no time zone."), params={"name": name})


class CohortFullError(Exception):
    """The last place was taken."""


class CohortQuerySet(models.QuerySet):
    def led_by(self, user):
        """The cohorts that this person instructs, the archived ones included."""
        return self.filter(instructors=user)

    def current(self):
        return self.filter(archived_at=None)

    def of_learner(self, user):
        """The cohorts that this person learns in now."""
        return self.filter(enrolments__user=user, enrolments__left_at=None, archived_at=None)

    def joinable(self, code):
        """The cohorts (one or none) that this code opens now; it may be typed in any case and with blanks."""
        code = "".join(code.split()).replace("-", "").upper()
        return self.current().filter(
            Q(code_expires_at=None) | Q(code_expires_at__gt=timezone.now()), code=code, is_open=True
        )


class Cohort(models.Model):
    """People who learn together, and the instructors who see how they get on."""

    name = models.CharField(_("name"), max_length=120)
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

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohort", args=[self.pk])

    @property
    def is_archived(self):
        return self.archived_at is not None

    def join(self, user):
        """Enrol a learner; saying it twice changes nothing.

        Raises CohortFullError when no place is left. Of several people who want the last place at once one gets it, for the
        cohort's row is locked while the places are counted.
        """
        with transaction.atomic():
            cohort = Cohort.objects.select_for_update().get(pk=self.pk)
            current = cohort.enrolments.current()
            if current.filter(user=user).exists():
                return
            if cohort.places is not None and current.count() >= cohort.places:
                raise CohortFullError
            cohort.enrolments.update_or_create(user=user, defaults={"joined_at": timezone.now(), "left_at": None})

    def leave(self, user):
        """End a learner's enrolment, and with it what the instructors see. The ticks stay."""
        self.enrolments.current().filter(user=user).update(left_at=timezone.now())

    def renew_code(self):
        self.code = new_code()
        self.save(update_fields=["code"])


class EnrolmentQuerySet(models.QuerySet):
    def current(self):
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

    def __str__(self):
        return f"{self.user}: {self.cohort}"


class AssignmentQuerySet(models.QuerySet):
    def visible(self, today=None):
        """What learners see on a day: of a track that is published, from the day on from which it is to be seen."""
        today = today or timezone.localdate()
        return self.filter(Q(visible_from=None) | Q(visible_from__lte=today), track__state=State.PUBLISHED)

    def for_learner(self, user, today=None):
        """The assignments that a learner has now, resolved when read, so that a late joiner has them too."""
        return (
            self.visible(today)
            .filter(cohort__in=Cohort.objects.of_learner(user))
            .select_related("cohort", "track__source")
        )


class Assignment(models.Model):
    """A cohort follows a track."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="assignments")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="assignments")
    visible_from = models.DateField(_("visible from"), null=True, blank=True)
    starts = models.DateField(_("start"), null=True, blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    required = models.BooleanField(_("required"), default=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "track"],
                name="track_once_per_cohort",
                violation_error_message=_("This cohort already follows that track."),
            ),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(due=None) | Q(starts__lte=F("due")),
                name="assignment_due_after_start",
                violation_error_message=_("It cannot be due before it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.cohort}: {self.track}"


class Extension(models.Model):
    """One learner has longer for an assignment."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extensions")
    due = models.DateField(_("due"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "user"],
                name="one_extension_per_learner",
                violation_error_message=_("This learner has an extension already."),
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.assignment}"
