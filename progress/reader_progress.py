"""One reader's progress in every topic, whether it is in the database or in the session."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple, Self

from django.db.models import Case, QuerySet, When
from django.http import HttpRequest

from accounts.models import User
from progress.measure import Countable, ProgressSummary, StatusBits, bits_of
from progress.models import NONE, Attempt, Status, TopicProgress
from progress.session_progress import follow_replacements, session_ticks
from stages.outline import OutlineTopic
from stages.prepared_query import PreparedQuery


class ReaderProgress:
    """The status of one reader in every topic: a learner's from the database, a visitor's from the session."""

    def __init__(self, statuses: dict[int, str] | Callable[[], "Standings"]) -> None:
        """``statuses`` maps a topic's pk to a Status, the most recent change last, or loads that when it is needed."""
        self._statuses = statuses

    @classmethod
    def for_request(cls, request: HttpRequest) -> Self:
        """The progress of whoever asks. One query when it is needed, and none for a visitor without ticks."""
        return cls(
            lambda: standings_of(request.user.pk) if request.user.is_authenticated else visitor_standings(request)
        )

    @classmethod
    def for_user(cls, user: User) -> Self:
        return cls(partial(standings_of, user.pk))

    @cached_property
    def _standings(self) -> "Standings":
        return self._statuses() if callable(self._statuses) else Standings(self._statuses)

    @property
    def statuses(self) -> dict[int, str]:
        return self._standings.statuses

    @property
    def shown(self) -> int:
        """The topics that are done and shown, as bits: every exercise that they have was passed."""
        return self._standings.shown

    @cached_property
    def bits(self) -> StatusBits:
        """The same as numbers, by which many lists of topics are counted fast."""
        return StatusBits.of(self.statuses)

    def status_of(self, pk: int) -> str:
        return self.statuses.get(pk, NONE)

    def is_shown(self, pk: int) -> bool:
        return bool(self.shown >> pk & 1)

    def measure(self, topics: Iterable[Countable]) -> ProgressSummary:
        return ProgressSummary.of(topics, self.statuses, self.shown)

    def next_topic(self, topics: Sequence[OutlineTopic]) -> OutlineTopic | None:
        """The topic to continue with, or None when there is none left.

        That is what the reader is learning; else the first required topic that is left after the latest tick;
        else the first one that is left before it. What was skipped is passed over.
        """
        statuses = self.statuses
        learning = {topic.pk: topic for topic in topics if statuses.get(topic.pk) == Status.LEARNING}
        if learning:
            return learning[next(pk for pk in reversed(statuses) if pk in learning)]
        return next(self.upcoming(topics), None)

    def upcoming(self, topics: Sequence[OutlineTopic]) -> Iterator[OutlineTopic]:
        """The required topics that are neither begun nor passed over: first those after the latest tick."""
        recent = {pk: age for age, pk in enumerate(self.statuses)}
        ticked = [index for index, topic in enumerate(topics) if topic.pk in recent]
        latest = max(ticked, key=lambda index: recent[topics[index].pk], default=-1)
        ordered = chain(topics[latest + 1 :], topics[: latest + 1])
        return (topic for topic in ordered if topic.required and topic.pk not in self.statuses)


class Standings(NamedTuple):
    """``statuses`` is ``{topic pk: Status}``, the most recent change last; ``shown`` are bits of topics."""

    statuses: dict[int, str]
    shown: int = 0


def visitor_standings(request: HttpRequest) -> Standings:
    """Those of a visitor, whose passes are kept by their browser alone."""
    ticks = follow_replacements(session_ticks(request.session))
    return Standings({pk: status for pk, (status, _) in ticks.items()})


def standings_of(user: int) -> Standings:
    """A learner's. One query."""
    rows = STANDINGS.rows(user)
    shown = bits_of(pk for pk, status, is_shown in rows if is_shown and status == Status.DONE)
    return Standings({pk: status for pk, status, _ in rows}, shown)


def standings_query(user: int) -> QuerySet[TopicProgress, Any]:
    """(topic pk, Status, 1 if its exercises are shown and else 0) of a learner."""
    return (
        # An import writes many at one moment: their order must be the same each time, or "continue" would waver.
        TopicProgress.objects.filter(user=user)
        .order_by("changed_at", "topic")
        .annotate(is_shown=Case(When(topic__in=Attempt.objects.topics_shown_by(user), then=1), default=0))
        .values_list("topic_id", "status", "is_shown")
    )


STANDINGS = PreparedQuery(standings_query, parameters=1)
