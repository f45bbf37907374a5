"""The one way of counting. Every number about progress, on every page, comes from here."""

from dataclasses import dataclass
from typing import NamedTuple

from progress.models import Status


def percentage(done, total):
    """Whole per cent, rounded down; None where nothing is required. 100 means that nothing is left."""
    return done * 100 // total if total else None


@dataclass(frozen=True)
class Measure:
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
    def of(cls, topics, statuses):
        """Measure ``topics`` (anything with ``pk`` and ``required``) by ``statuses``, a mapping of pk to Status.

        A topic that comes twice counts once, and is required if it is so anywhere.
        """
        return Counted.of(topics).measure(statuses)

    @property
    def percentage(self):
        return percentage(self.done, self.total)

    @property
    def left(self):
        return self.total - self.done

    @property
    def is_complete(self):
        return self.total > 0 and self.left == 0


class Counted(NamedTuple):
    """A list of topics made ready to be measured for many learners: each pk once, by whether it is required."""

    required: list
    optional: list

    @classmethod
    def of(cls, topics):
        required = {}
        for topic in topics:
            required[topic.pk] = topic.required or required.get(topic.pk, False)
        return cls([pk for pk, needed in required.items() if needed], [pk for pk in required if not required[pk]])

    def measure(self, statuses):
        standings = [statuses[pk] for pk in self.required if pk in statuses]
        return Measure(
            total=len(self.required),
            done=standings.count(Status.DONE),
            learning=standings.count(Status.LEARNING),
            skipped=standings.count(Status.SKIPPED),
            optional=len(self.optional),
            optional_done=sum(statuses.get(pk) == Status.DONE for pk in self.optional),
        )
