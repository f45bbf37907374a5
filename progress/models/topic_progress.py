"""How far learners are in each topic, every change of it, and what carries it over or sets it back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import one_line
from stages.models import Topic

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NONE = "none"  # "not started" is the absence of a row; this word states it in forms and events


class Status(models.TextChoices):
    """How far a learner is in a topic, least advanced first."""

    SKIPPED = "skipped"
    LEARNING = "learning"
    DONE = "done"


STATUSES = [NONE, *Status.values]
STATUS_LABELS: "dict[str, StrPromise]" = {
    NONE: _("not started"),
    Status.SKIPPED: _("skipped"),
    Status.LEARNING: _("learning"),
    Status.DONE: _("done"),
}


class HasPk(Protocol):
    """A topic, of the database or of an outline."""

    @property
    def pk(self) -> int: ...


def less_advanced(status: str) -> list[str]:
    """The statuses that are less advanced than this one."""
    return Status.values[: Status.values.index(status)]


class TopicProgressQuerySet(models.QuerySet["TopicProgress"]):
    def in_progress(self) -> Self:
        """What is being learned, the longest begun first."""
        return self.filter(status=Status.LEARNING).order_by("changed_at")

    def with_cause(self) -> models.QuerySet[Any]:
        """Each row with ``cause``: that of the latest event of its topic, which is how it came to be."""
        events = ProgressEvent.objects.filter(user=models.OuterRef("user"), topic=models.OuterRef("topic"))
        return self.annotate(cause=models.Subquery(events.order_by("-pk").values("cause")[:1]))

    def record(self, user: User, topic: HasPk, status: str, cause: str = "tick") -> bool:
        """State the status of ``user`` in ``topic``: a Status or ``"none"``.

        ``cause`` is a ProgressEvent.Cause. Saying it twice changes nothing. Returns whether anything
        changed; the event is written together with the row or not at all.
        """
        with transaction.atomic(savepoint=False):
            if status == NONE:
                changed, __ = self.filter(user=user, topic=topic.pk).delete()
            else:
                changed = self._upsert_row(
                    user.pk, topic.pk, status, replacing=[s for s in Status.values if s != status]
                )
            if changed:
                ProgressEvent.objects.create(user=user, topic_id=topic.pk, status=status, cause=cause)
        return bool(changed)

    def advance(self, rows: Iterable["TopicProgress"], cause: str) -> list["TopicProgress"]:
        """Write each of ``rows`` unless the learner is as far already; return those written.

        ``rows`` are unsaved TopicProgress with all their fields set.
        """
        with transaction.atomic():
            written = [
                row
                for row in rows
                if self._upsert_row(row.user_id, row.topic_id, row.status, less_advanced(row.status), row.changed_at)
            ]
            ProgressEvent.objects.bulk_create(
                ProgressEvent(
                    user_id=row.user_id, topic_id=row.topic_id, status=row.status, at=row.changed_at, cause=cause
                )
                for row in written
            )
        return written

    def restore(self, user: User, statuses: Mapping[int, tuple[str, datetime | None]]) -> int:
        """Write those of ``statuses``, {topic pk: (status, since)}, that have none now; return how many."""
        with transaction.atomic():
            written = [
                (topic, status)
                for topic, (status, since) in statuses.items()
                if self._upsert_row(user.pk, topic, status, replacing=[], at=since)
            ]
            ProgressEvent.objects.bulk_create(
                ProgressEvent(user=user, topic_id=topic, status=status, cause=ProgressEvent.Cause.UNDO)
                for topic, status in written
            )
        return len(written)

    def copy_to_topic(self, topic: Topic, cause: str) -> int:
        """Write each of these rows, all of one topic, for ``topic`` unless the learner is as far there already.

        Returns how many were written. A few statements, however many learners there are.
        """
        with transaction.atomic():
            learners: set[int] = set()
            names = ["user", "topic", "status", "changed_at"]
            for status in Status.values:
                rows = self.filter(status=status).values_list("user", models.Value(topic.pk), "status", "changed_at")
                learners |= self._upsert(names, *rows.query.sql_with_params(), replacing=less_advanced(status))
            written = TopicProgress.objects.filter(topic=topic).values_list("user_id", "status", "changed_at")
            ProgressEvent.objects.bulk_create(
                ProgressEvent(user_id=learner, topic=topic, status=status, at=changed_at, cause=cause)
                for learner, status, changed_at in (written if learners else ())
                if learner in learners
            )
        return len(learners)

    def _upsert_row(
        self, user: int, topic: int, status: str, replacing: Sequence[str], at: datetime | None = None
    ) -> bool:
        """Insert a row, or update the one there if it is one of ``replacing``; return whether either happened."""
        values: dict[str, Any] = {"user": user, "topic": topic, "status": status}
        if at:
            values["changed_at"] = connections[self.db].ops.adapt_datetimefield_value(at)
        return bool(self._upsert(values, f"VALUES ({', '.join(['%s'] * len(values))})", values.values(), replacing))

    def _upsert(
        self, names: Iterable[str], rows: str, parameters: Iterable[Any], replacing: Sequence[str]
    ) -> set[int]:
        """Insert ``rows``, SQL that gives the fields of these ``names``, or update those ``replacing``.

        Returns the pks of the users for whom either happened. One statement, so that any number of equal requests at
        once make one row and one event: the database puts them in line, and all but the first find nothing to change.
        The ORM has this statement as well (``bulk_create(update_conflicts=True)``), but without its WHERE, which is
        what tells a change.
        """
        column = {field.name: field.column for field in self.model._meta.local_concrete_fields if field.column}
        sql = (
            "INSERT INTO {table} ({columns}) {rows} ON CONFLICT ({user}, {topic}) DO UPDATE "
            "SET {status} = excluded.{status}, {changed_at} = excluded.{changed_at} "
            "WHERE {table}.{status} IN ({replacing}) RETURNING {user}"
        ).format(
            table=self.model._meta.db_table,
            columns=", ".join(column[name] for name in names),
            rows=rows,
            replacing=", ".join(["%s"] * len(replacing)) or "NULL",
            **column,
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, [*parameters, *replacing])
            return {user for (user,) in cursor.fetchall()}


class TopicProgress(models.Model):
    """How far a learner is in a topic. No row: not started."""

    pk = models.CompositePrimaryKey("user_id", "topic_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="topic_progress")
    # PROTECT: no edit of the content may cost a tick. Topics are retired instead.
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="topic_progress")
    status = models.CharField(max_length=8, choices=Status)
    changed_at = models.DateTimeField(db_default=Now())

    objects = TopicProgressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "topic progress"
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="known_status"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.topic} {self.status}"


class StatusChange(Protocol):
    """What says whether a ProgressEvent counts as activity."""

    @property
    def topic_id(self) -> int: ...

    @property
    def status(self) -> str: ...

    @property
    def cause(self) -> str: ...


class Event(StatusChange, Protocol):
    """What ``progress.activity`` reads of a ProgressEvent."""

    @property
    def at(self) -> datetime: ...


class ProgressEventQuerySet(models.QuerySet["ProgressEvent"]):
    def history(self) -> models.QuerySet["ProgressEvent", Event]:
        """What ``progress.activity`` reads of each event, in the order in which they were written."""
        return self.order_by("pk").values_list("topic_id", "status", "cause", "at", named=True)


class ProgressEvent(models.Model):
    """A change of status. Rows are added and never altered; streaks and histories read them."""

    class Cause(models.TextChoices):
        TICK = "tick"
        SIGN_IN = "sign-in", "brought along at sign-in"
        CARRY_OVER = "carry-over", "carried over from a replaced topic"
        UNDO = "undo", "taken back"
        IMPORT = "import", "from an imported check-list"
        RESET = "reset", "reset by the learner"
        OVERRIDE = "override", "marked as done by an instructor"

    # Both indexes below begin with the user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="progress_events", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="progress_events")
    status = models.CharField(max_length=8, choices=[(NONE, "not started"), *Status.choices])
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.TICK)
    at = models.DateTimeField(db_default=Now())

    objects = ProgressEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="events_of_a_learner"),
            models.Index(fields=["user", "topic"], name="events_of_a_standing"),
            # Few events are one. Without it a cohort's pace would be read from all that its learners ever did.
            models.Index(
                fields=["user", "topic", "at", "cause"],
                condition=models.Q(status=Status.LEARNING),
                name="events_of_a_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.topic} {self.status}"


class CarryOverQuerySet(models.QuerySet["CarryOver"]):
    def apply_pending(self) -> int:
        """Give the learners of every replaced topic the same status in the topics that replace it.

        A status is carried over once, and again only when it changes later, as by a page that was open while
        its topic was replaced. So a learner who unticks the new topic is not overruled. Returns the number of
        rows written.
        """
        with transaction.atomic():
            pairs = [(topic, slug) for topic in Topic.objects.exclude(replaces=[]) for slug in topic.replaces]
            return sum(self._carry(topic, slug) for topic, slug in oldest_first(pairs))

    def _carry(self, topic: Topic, slug: str) -> int:
        old = Topic.objects.filter(slug=slug).first()
        if old is None:  # it never was in this database
            return 0
        carried, is_new = self.get_or_create(topic=topic, replaced=slug)
        rows = old.topic_progress.all()
        if not is_new:
            rows = rows.filter(changed_at__gt=carried.at)
            self.filter(pk=carried.pk).update(at=Now())
        return rows.copy_to_topic(topic, ProgressEvent.Cause.CARRY_OVER)


def oldest_first(pending: Iterable[tuple[Topic, str]]) -> list[tuple[Topic, str]]:
    """Order (topic, replaced slug) pairs so that a chain of replacements is walked from its beginning."""
    pending = list(pending)
    ordered: list[tuple[Topic, str]] = []
    while pending:
        waiting = {topic.slug for topic, __ in pending}
        ready = [pair for pair in pending if pair[1] not in waiting] or pending[:1]
        ordered += ready
        pending = [pair for pair in pending if pair not in ready]
    return ordered


class CarryOver(models.Model):
    """The ticks of a replaced topic have been carried over to this one, up to the time ``at``."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="carry_overs")
    replaced = models.SlugField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    objects = CarryOverQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "replaced"], name="carried_over_once")]

    def __str__(self) -> str:
        return f"{self.replaced} → {self.topic}"


class ResetQuerySet(models.QuerySet["Reset"]):
    def create_for(self, user: User, title: str, topics: Iterable[HasPk]) -> "Reset | None":
        """Set ``topics`` back to "not started"; return the Reset, or None if all are."""
        with transaction.atomic():
            # Locked, so that what is taken away is what is remembered, whatever is ticked at the same time.
            rows = TopicProgress.objects.select_for_update().filter(
                user=user, topic__in={topic.pk for topic in topics}
            )
            statuses = dict(rows.values_list("topic_id", "status"))
            if not statuses:
                return None
            # One moment for all of it: the events by which undo() knows what is unchanged since.
            at = timezone.now()
            TopicProgress.objects.filter(user=user, topic__in=statuses).delete()
            ProgressEvent.objects.bulk_create(
                ProgressEvent(user=user, topic_id=topic, status=NONE, cause=ProgressEvent.Cause.RESET, at=at)
                for topic in statuses
            )
            return self.create(user=user, title=title, standings=statuses, at=at)

    def active(self) -> Self:
        """Those that have not been taken back."""
        return self.filter(undone_at=None)


class Reset(models.Model):
    """A learner set a stage or a track back to its beginning, and may take that back.

    ``standings`` is what it took away: ``{topic pk as text: status}``. The history of the topics keeps everything.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resets")
    title = models.CharField(max_length=160, help_text="Of the stage or the track.", validators=[one_line])
    standings = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    objects = ResetQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"

    def undo(self) -> int:
        """Restore what is unchanged since, as old as it was; return how many. A second time changes nothing."""
        with transaction.atomic():
            reset = Reset.objects.select_for_update().get(pk=self.pk)
            if reset.undone_at:
                return 0
            reset.undone_at = timezone.now()
            reset.save(update_fields=["undone_at"])
            return TopicProgress.objects.restore(self.user, reset.unchanged_since())

    def unchanged_since(self) -> dict[int, tuple[str, datetime | None]]:
        """{topic pk: (status, since)} of the topics whose latest event is still this reset's.

        For a topic that was merged or split since then that is now, or its status would not be carried over.
        """
        latest: dict[int, datetime] = {}
        before: dict[int, datetime] = {}
        events = ProgressEvent.objects.filter(user=self.user_id, topic__in=self.standings).order_by("pk")
        for topic, at in events.values_list("topic_id", "at"):
            if topic in latest:
                before[topic] = latest[topic]
            latest[topic] = at
        published = set(Topic.objects.published().filter(pk__in=before).values_list("pk", flat=True))
        return {
            int(topic): (status, before[int(topic)] if int(topic) in published else None)
            for topic, status in self.standings.items()
            if latest.get(int(topic)) == self.at
        }
