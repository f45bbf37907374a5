"""What a cohort follows: a snapshot of a track, by when, and for whom."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from progress.cohorts.models.cohort import Cohort, Enrolment, Group
from progress.cohorts.track_snapshot import take_snapshot
from stages.content import outline_of_track
from stages.models import Track, published_q


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible(self, today: date | None = None) -> Self:
        """What learners see on a day: of a track that is published, from the day on from which it is to be seen."""
        today = today or timezone.localdate()
        return self.filter(Q(visible_from=None) | Q(visible_from__lte=today), published_q("track__"))

    def for_learner(self, user: User, today: date | None = None) -> Self:
        """The assignments that a learner has now, resolved when read, so that a late joiner has them too.

        Each comes with ``joined_at``, when the learner joined its cohort.
        """
        mine = Enrolment.objects.current().filter(user=user, cohort=OuterRef("cohort"))
        return (
            self.visible(today)
            .annotate(joined_at=mine.values("joined_at")[:1])
            .filter(
                Q(to_everyone=True)
                | Exists(mine.filter(picked_for=OuterRef("pk")))
                | Exists(mine.filter(groups__assignments=OuterRef("pk"))),
                joined_at__isnull=False,
                cohort__archived_at=None,
            )
            .select_related("cohort", "track__source")
        )

    def with_extension_of(self, user: User) -> Self:
        """Each with ``extended``, until when this learner has longer, or None."""
        own = FilteredRelation("extensions", condition=Q(extensions__user=user))
        return self.annotate(own=own, extended=F("own__due"))


class Assignment(models.Model):
    """A cohort, or some of its learners, follow a track."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="assignments")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="assignments")
    to_everyone = models.BooleanField(_("for the whole cohort"), default=True)
    groups = models.ManyToManyField(Group, related_name="assignments", blank=True)
    picked = models.ManyToManyField(Enrolment, related_name="picked_for", blank=True)
    visible_from = models.DateField(_("visible from"), null=True, blank=True)
    starts = models.DateField(_("start"), null=True, blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    required = models.BooleanField(_("required"), default=True)
    track_snapshot = models.JSONField(
        default=list, editable=False, help_text="The track as it was assigned; see track_snapshot.py."
    )
    section_dates = models.JSONField(
        default=dict, editable=False, help_text="Due dates set by hand: {slug of a section: YYYY-MM-DD}."
    )

    joined_at: datetime  # by for_learner()
    extended: date | None  # by with_extension_of()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = [F("due").asc(nulls_last=True), "pk"]
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

    def __str__(self) -> str:
        return f"{self.cohort}: {self.track}"

    def save(self, **options: Any) -> None:
        if self._state.adding and not self.track_snapshot:
            self.track_snapshot = take_snapshot(outline_of_track(self.track))
        super().save(**options)

    @property
    def dates_by_hand(self) -> dict[str, date]:
        """The due dates that an instructor set, by the slug of a section."""
        return {slug: date.fromisoformat(day) for slug, day in self.section_dates.items()}

    def copy_to(self, cohort: Cohort, shift: timedelta) -> "Assignment":
        """The same for another cohort, all dates shifted, and the track as it is now.

        What is for groups is for those of the same names; picked learners do not come along.
        Raises OverflowError when a date leaves the calendar.
        """
        copy = Assignment.objects.create(
            cohort=cohort,
            track=self.track,
            to_everyone=self.to_everyone,
            required=self.required,
            section_dates={slug: (day + shift).isoformat() for slug, day in self.dates_by_hand.items()},
            **{
                field: getattr(self, field) and getattr(self, field) + shift
                for field in ("visible_from", "starts", "due")
            },
        )
        copy.groups.set(cohort.groups.filter(name__in=self.groups.values("name")))
        return copy


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

    def __str__(self) -> str:
        return f"{self.user}: {self.assignment}"
