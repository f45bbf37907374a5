"""The one way of counting. Every number about progress, on every page, comes from here."""

from dataclasses import dataclass

from progress.models import Status


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
        required = {}
        for topic in topics:
            required[topic.pk] = topic.required or required.get(topic.pk, False)
        standings = [statuses.get(pk) for pk, needed in required.items() if needed]
        return cls(
            total=len(standings),
            done=standings.count(Status.DONE),
            learning=standings.count(Status.LEARNING),
            skipped=standings.count(Status.SKIPPED),
            optional=len(required) - len(standings),
            optional_done=sum(statuses.get(pk) == Status.DONE for pk, needed in required.items() if not needed),
        )

    @property
    def percentage(self):
        """Whole per cent, rounded down; None where nothing is required. 100 means that nothing is left."""
        return self.done * 100 // self.total if self.total else None

    @property
    def left(self):
        return self.total - self.done

    @property
    def is_complete(self):
        return self.total > 0 and self.left == 0
