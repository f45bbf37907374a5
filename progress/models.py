from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now

from accounts.models import User
from stages.models import Topic

NONE = "none"  # "not started" is the absence of a row; this word states it in forms and events


class Status(models.TextChoices):
    """A learner's standing in a topic, least advanced first."""

    SKIPPED = "skipped"
    LEARNING = "learning"
    DONE = "done"


RANK = {NONE: 0} | {status: rank for rank, status in enumerate(Status.values, start=1)}


class TopicProgressQuerySet(models.QuerySet):
    def record(self, user, topic, status):
        """State that ``user`` stands at ``status`` (a Status or ``"none"``) in ``topic``.

        Saying it twice changes nothing. Returns whether anything changed; the event is written together with
        the standing or not at all.
        """
        with transaction.atomic():
            # One learner's changes queue up behind this lock. On SQLite the transaction itself is the queue.
            User.objects.select_for_update(no_key=True).values_list("pk").get(pk=user.pk)
            standing = self.filter(user=user, topic=topic)
            before = standing.values_list("status", flat=True).first() or NONE
            if before == status:
                return False
            if status == NONE:
                standing.delete()
            elif before == NONE:
                self.create(user=user, topic=topic, status=status)
            else:
                standing.update(status=status, changed_at=Now())
            ProgressEvent.objects.create(user=user, topic=topic, status=status)
            return True

    def raise_to(self, wanted, cause):
        """Write each standing of ``wanted`` unless the learner is as far already; return those written.

        ``wanted`` are unsaved TopicProgress, at most one for a learner and a topic.
        """
        written = []
        for start in range(0, len(wanted), 2000):
            batch = wanted[start : start + 2000]
            with transaction.atomic():
                users = {row.user_id for row in batch}
                list(User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk").values_list("pk"))
                rows = self.filter(user_id__in=users, topic_id__in={row.topic_id for row in batch})
                before = {(user, topic): status for user, topic, status in rows.values_list("user", "topic", "status")}
                ahead = [
                    row for row in batch if RANK[row.status] > RANK[before.get((row.user_id, row.topic_id), NONE)]
                ]
                self.bulk_create(
                    ahead,
                    update_conflicts=True,
                    unique_fields=["user", "topic"],
                    update_fields=["status", "changed_at"],
                )
                ProgressEvent.objects.bulk_create(
                    ProgressEvent(
                        user_id=row.user_id,
                        topic_id=row.topic_id,
                        status=row.status,
                        at=row.changed_at,
                        cause=cause,
                    )
                    for row in ahead
                )
            written += ahead
        return written


class TopicProgress(models.Model):
    """A learner's standing in a topic. No row: not started."""

    pk = models.CompositePrimaryKey("user_id", "topic_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    # PROTECT: no edit of the content may cost a tick. Topics are retired instead.
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="standings")
    status = models.CharField(max_length=8, choices=Status)
    changed_at = models.DateTimeField(db_default=Now())

    objects = TopicProgressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "topic progress"
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="known_status"),
        ]

    def __str__(self):
        return f"{self.user}: {self.topic} {self.status}"


class ProgressEvent(models.Model):
    """A change of standing. Rows are added and never altered; streaks and histories read them."""

    class Cause(models.TextChoices):
        TICK = "tick"
        SIGN_IN = "sign-in", "brought along at sign-in"
        CARRY_OVER = "carry-over", "carried over from a replaced topic"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="progress_events")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="progress_events")
    status = models.CharField(max_length=8, choices=[(NONE, "not started"), *Status.choices])
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.TICK)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="events_of_a_learner")]

    def __str__(self):
        return f"{self.user}: {self.topic} {self.status}"


class CarryOverQuerySet(models.QuerySet):
    def settle(self):
        """Give the learners of every replaced topic the same standing in the topics that replace it.

        Each pair is carried over once: a learner who unticks the new topic afterwards is not overruled.
        Returns the number of standings written.
        """
        with transaction.atomic():
            settled = set(self.values_list("topic_id", "replaced"))
            pending = [
                (topic, slug)
                for topic in Topic.objects.exclude(replaces=[])
                for slug in topic.replaces
                if (topic.pk, slug) not in settled
            ]
            return sum(self._carry(topic, slug) for topic, slug in oldest_first(pending))

    def _carry(self, topic, slug):
        old = Topic.objects.filter(slug=slug).first()
        if old is None:  # it never was in this database
            return 0
        self.create(topic=topic, replaced=slug)
        wanted = [
            TopicProgress(user_id=user, topic=topic, status=status, changed_at=changed_at)
            for user, status, changed_at in old.standings.values_list("user", "status", "changed_at")
        ]
        return len(TopicProgress.objects.raise_to(wanted, ProgressEvent.Cause.CARRY_OVER))


def oldest_first(pending):
    """Order (topic, replaced slug) pairs so that a chain of replacements is walked from its beginning."""
    pending, ordered = list(pending), []
    while pending:
        waiting = {topic.slug for topic, _ in pending}
        ready = [pair for pair in pending if pair[1] not in waiting] or pending[:1]
        ordered += ready
        pending = [pair for pair in pending if pair not in ready]
    return ordered


class CarryOver(models.Model):
    """The ticks of a replaced topic have been carried over to this one."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="carry_overs")
    replaced = models.SlugField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    objects = CarryOverQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "replaced"], name="carried_over_once")]

    def __str__(self):
        return f"{self.replaced} → {self.topic}"
