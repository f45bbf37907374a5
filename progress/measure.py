"""The one way of counting. Every number about progress, on every page, comes from here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

from progress.models import Status


class Countable(Protocol):
    """What can be counted: a topic, of the database or of an outline."""

    @property
    def pk(self) -> int: ...

    @property
    def required(self) -> bool: ...


def percentage(done: int, total: int) -> int | None:
    """Whole per cent, rounded down; None where nothing is required. 100 means that nothing is left."""
    return done * 100 // total if total else None


@dataclass(frozen=True)
class ProgressSummary:
    """How far one learner is through a list of topics.

    ``total``, ``done``, ``learning`` and ``skipped`` count required topics; optional ones are counted apart and
    never needed. A skipped topic is not done, so it stays among those that are left.
    """

    total: int = 0
    done: int = 0
    learning: int = 0
    skipped: int = 0
    optional: int = 0
    optional_done: int = 0

    @classmethod
    def of(cls, topics: Iterable[Countable], statuses: Mapping[int, str]) -> "ProgressSummary":
        """Measure ``topics`` by ``statuses``, which maps a pk to a Status.

        A topic that comes twice counts once, and is required if it is so anywhere.
        """
        return TopicSet.of(topics).measure(statuses)

    @property
    def percentage(self) -> int | None:
        return percentage(self.done, self.total)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.left == 0


class TopicSet(NamedTuple):
    """A list of topics made ready to be measured for many learners: each pk once, by whether it is required."""

    required: list[int]
    optional: list[int]

    @classmethod
    def of(cls, topics: Iterable[Countable]) -> Self:
        required: dict[int, bool] = {}
        for topic in topics:
            required[topic.pk] = topic.required or required.get(topic.pk, False)
        return cls(
            [pk for pk, is_required in required.items() if is_required], [pk for pk in required if not required[pk]]
        )

    def measure(self, statuses: Mapping[int, str]) -> ProgressSummary:
        counted = [statuses[pk] for pk in self.required if pk in statuses]
        return ProgressSummary(
            total=len(self.required),
            done=counted.count(Status.DONE),
            learning=counted.count(Status.LEARNING),
            skipped=counted.count(Status.SKIPPED),
            optional=len(self.optional),
            optional_done=sum(statuses.get(pk) == Status.DONE for pk in self.optional),
        )
