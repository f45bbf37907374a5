"""The one way of counting. Every number about progress, on every page, comes from here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol, Self

from progress.models import NONE, Status


class Countable(Protocol):
    """What can be counted: a topic, of the database or of an outline."""

    @property
    def pk(self) -> int: ...

    @property
    def required(self) -> bool: ...


def percentage(done: int, total: int) -> int | None:
    """Whole per cent, rounded down; None where nothing is required. 100 means that nothing is left."""
    return done * 100 // total if total else None


class ProgressSummary(NamedTuple):
    """How far one learner is through a list of topics.

    ``total``, ``done``, ``learning`` and ``skipped`` count required topics; optional ones are counted apart and
    never needed. A skipped topic is not done, so it stays among those that are left. ``shown`` are those of the done
    ones whose exercises have all been passed: it is told beside them, and never needed either.
    """

    total: int = 0
    done: int = 0
    learning: int = 0
    skipped: int = 0
    optional: int = 0
    optional_done: int = 0
    shown: int = 0

    @classmethod
    def of(cls, topics: Iterable[Countable], statuses: Mapping[int, str], shown: int = 0) -> "ProgressSummary":
        """Measure ``topics`` by ``statuses``, which maps a pk to a Status, and by ``shown``, bits of topics.

        A topic that comes twice counts once, and is required if it is so anywhere.
        """
        return TopicSet.of(topics).measure(statuses, shown)

    @property
    def percentage(self) -> int | None:
        return percentage(self.done, self.total)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.left == 0


@dataclass(frozen=True)
class TopicSet:
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

    def measure(self, statuses: Mapping[int, str], shown: int = 0) -> ProgressSummary:
        counted = [statuses[pk] for pk in self.required if pk in statuses]
        return ProgressSummary(
            total=len(self.required),
            done=counted.count(Status.DONE),
            learning=counted.count(Status.LEARNING),
            skipped=counted.count(Status.SKIPPED),
            optional=len(self.optional),
            optional_done=sum(statuses.get(pk) == Status.DONE for pk in self.optional),
            shown=(shown & self.bits[0]).bit_count() if shown else 0,
        )

    @cached_property
    def bits(self) -> tuple[int, int]:
        """The required and the optional topics as numbers, like those of StatusBits."""
        return bits_of(self.required), bits_of(self.optional)

    def measure_bits(self, statuses: "StatusBits", shown: int = 0) -> ProgressSummary:
        """The same as ``measure``, as fast for many topics as for one."""
        required, optional = self.bits
        done, learning, skipped = statuses
        return ProgressSummary(
            len(self.required),
            (done & required).bit_count(),
            (learning & required).bit_count(),
            (skipped & required).bit_count(),
            len(self.optional),
            (done & optional).bit_count(),
            (shown & required).bit_count(),
        )


# --- Many lists, or many learners, at once ------------------------------------------------------------


class StatusBits(NamedTuple):
    """The statuses of a learner as three numbers, in which ``1 << pk`` is the bit of a topic.

    A thousand learners are counted by them in the time that their dicts would take to be made.
    """

    done: int = 0
    learning: int = 0
    skipped: int = 0

    @classmethod
    def of(cls, statuses: Mapping[int, str]) -> Self:
        """Those of ``{topic pk: Status}``."""
        bits = dict.fromkeys(cls._fields, 0)
        for pk, status in statuses.items():
            bits[status] |= 1 << pk
        return cls(**bits)

    def among(self, topics: int) -> "StatusBits":
        """Those in ``topics``, which are bits as well, and no others."""
        return StatusBits(self.done & topics, self.learning & topics, self.skipped & topics)

    def status_of(self, pk: int) -> str:
        bit = 1 << pk
        return next((status for status, bits in zip(self._fields, self, strict=True) if bits & bit), NONE)

    def to_dict(self) -> dict[int, str]:
        """``{topic pk: Status}``, as everything else here takes it."""
        return {pk: status for status, bits in zip(self._fields, self, strict=True) for pk in topics_of(bits)}


def bits_of(topics: Iterable[int]) -> int:
    return sum(1 << pk for pk in set(topics))


def topics_of(bits: int) -> Iterator[int]:
    """The pks of the topics that have a bit, in ascending order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
