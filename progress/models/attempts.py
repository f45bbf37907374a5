"""What a learner wrote in an exercise, and whether Django said that it works."""

from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.validators import one_line
from stages.models import Exercise

type Files = dict[str, str]  # {path: text}


class StaleFiles(Exception):  # noqa: N818 - it is no mistake
    """Another tab has saved since; ``attempt`` is what is there now."""

    def __init__(self, attempt: "Attempt") -> None:
        self.attempt = attempt
        super().__init__(f"Revision {attempt.revision} is newer.")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def shown(self) -> Self:
        return self.exclude(shown_at=None)

    def topics_shown_by(self, user: int) -> models.QuerySet[Exercise, Any]:
        """The pks of the topics whose published exercises this learner has all passed, to be part of a query."""
        published = Exercise.objects.published().order_by()
        passed = self.model.objects.shown().filter(user=user).order_by().values("exercise")
        left = published.exclude(pk__in=passed).values("topic")
        return published.filter(pk__in=passed).exclude(topic__in=left).values("topic")

    def save_files(self, user: User, exercise: Exercise, files: Files, revision: int) -> "Attempt":
        """Keep ``files``, which were made from ``revision`` of those that are kept: 0 is the starter.

        Saying it twice changes nothing. Raises StaleFiles, and keeps what is there, when that is newer and says
        something else. Three queries.
        """
        with transaction.atomic():
            attempt = self._locked(user, exercise)
            if attempt.files != files:
                if attempt.revision != revision:
                    raise StaleFiles(attempt)
                attempt.files, attempt.revision, attempt.saved_at = files, revision + 1, timezone.now()
                attempt.save(update_fields=["files", "revision", "saved_at"])
        return attempt

    def record_check(
        self,
        user: User,
        exercise: Exercise,
        *,
        failing: Sequence[str],
        passed: bool,
        checks: str,
        is_current: bool,
        files: Files,
    ) -> "Attempt":
        """Write down what a check in the learner's page said of ``files``: the names of the checks that failed.

        A pass is kept for ever, with the files and the digest of the ``checks`` that it was made with. Only one of the
        exercise as it is now takes its place, and a failing check takes none away. Three queries.
        """
        with transaction.atomic():
            attempt = self._locked(user, exercise)
            attempt.tries += 1
            attempt.failing = [] if passed else list(failing)
            if passed and (not attempt.is_shown or (is_current and attempt.shown_checks != checks)):
                attempt.shown_at = timezone.now()
                attempt.shown_files, attempt.shown_checks = files, checks
            attempt.save(update_fields=["tries", "failing", "shown_at", "shown_files", "shown_checks"])
        return attempt

    def _locked(self, user: User, exercise: Exercise) -> "Attempt":
        """The learner's attempt, for this transaction alone. Of two that begin at once, one finds the other's."""
        self.get_or_create(user=user, exercise=exercise)
        return self.select_for_update().get(user=user, exercise=exercise)


class Attempt(models.Model):
    """A learner at an exercise. That they have shown it is their own word, or their browser's: no examination."""

    pk = models.CompositePrimaryKey("user_id", "exercise_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="attempts")
    files = models.JSONField(default=dict, help_text="The learner's files by their paths, as they are now.")
    revision = models.PositiveIntegerField(default=0, help_text="How often the files were saved.")
    saved_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveIntegerField(default=0, help_text="How often the files were checked.")
    failing = models.JSONField(default=list, help_text="The checks that failed last, by name.")
    shown_at = models.DateTimeField(null=True, blank=True)
    shown_files = models.JSONField(default=dict, help_text="The files that passed.")
    shown_checks = models.CharField(
        max_length=16, blank=True, validators=[one_line], help_text="The digest of the checks that they passed."
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at"]
        indexes = [models.Index(fields=["exercise"], name="attempts_of_exercise")]

    def __str__(self) -> str:
        return f"{self.user}: {self.exercise}"

    @property
    def is_shown(self) -> bool:
        return self.shown_at is not None

    def is_outdated(self, checks: str) -> bool:
        """Whether what was shown was an earlier version of the exercise, whose checks have this digest now."""
        return self.is_shown and self.shown_checks != checks
