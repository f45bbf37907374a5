"""One reader's progress in every topic, whether it is in the database or in the session."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Self

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from progress.measure import Countable, ProgressSummary, StatusBits
from progress.models import NONE, Status, TopicProgress
from progress.session_progress import follow_replacements, session_ticks
from stages.outline import OutlineTopic
from stages.prepared_query import PreparedQuery


class ReaderProgress:
    """The status of one reader in every topic: a learner's from the database, a visitor's from the session."""

    def __init__(self, statuses: dict[int, str] | Callable[[], dict[int, str]]) -> None:
        """``statuses`` maps a topic's pk to a Status, the most recent change last, or loads that when it is needed."""
        self._statuses = statuses

    @classmethod
    def for_request(cls, request: HttpRequest) -> Self:
        """The progress of whoever asks. One query when it is needed, and none for a visitor without ticks."""
        return cls(
            lambda: statuses_of(request.user.pk) if request.user.is_authenticated else visitor_statuses(request)
        )

    @classmethod
    def for_user(cls, user: User) -> Self:
        return cls(statuses_of(user.pk))

    @cached_property
    def statuses(self) -> dict[int, str]:
        return self._statuses() if callable(self._statuses) else self._statuses

    @cached_property
    def bits(self) -> StatusBits:
        """The same as numbers, by which many lists of topics are counted fast."""
        return StatusBits.of(self.statuses)

    def status_of(self, pk: int) -> str:
        return self.statuses.get(pk, NONE)

    def measure(self, topics: Iterable[Countable]) -> ProgressSummary:
        return ProgressSummary.of(topics, self.statuses)

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


def visitor_statuses(request: HttpRequest) -> dict[int, str]:
    """The same of a visitor."""
    ticks = follow_replacements(session_ticks(request.session))
    return {pk: status for pk, (status, _) in ticks.items()}


def statuses_of(user: int) -> dict[int, str]:
    """A learner's ``{topic pk: Status}``, the most recent change last. One query."""
    return dict(STATUSES.rows(user))


def statuses_query(user: int) -> QuerySet[TopicProgress, Any]:
    # An import writes many at one moment: their order must be the same each time, or "continue" would waver.
    return TopicProgress.objects.filter(user=user).order_by("changed_at", "topic").values_list("topic_id", "status")


STATUSES = PreparedQuery(statuses_query, parameters=1)
