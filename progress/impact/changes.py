"""What becomes of the numbers, as the page shows it. Pure."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from progress.impact.scopes import Scope
from progress.measure import percentage

SHOWN = 8  # groups of learners for each thing that is counted


class Group(NamedTuple):
    before: int | None  # percentages
    after: int | None
    learners: int


@dataclass(frozen=True)
class Change:
    """What an edit does to one percentage; ``done`` is {learner: (topics done before, after)}.

    In ``done`` is whoever has done anything of it, before or after; for all others it is 0 of so many both times.
    Where only some learners have it, all of them are in there.
    """

    scope: Scope
    done: dict[int, tuple[int, int]] = field(repr=False)  # as long as there are learners

    def percentages(self, learner: int) -> tuple[int | None, int | None]:
        """The percentages of a learner before and after."""
        before, after = self.done.get(learner, (0, 0))
        return percentage(before, len(self.scope.before)), percentage(after, len(self.scope.after))

    @property
    def totals(self) -> tuple[int, int]:
        return len(self.scope.before), len(self.scope.after)

    @cached_property
    def counted(self) -> Counter[tuple[int | None, int | None]]:
        """How many learners by (percentage before, percentage after), of those for whom anything is otherwise."""
        total_before, total_after = self.totals
        counted: Counter[tuple[int | None, int | None]] = Counter()
        for pair, learners in Counter(self.done.values()).items():
            if (pair[0], total_before) != (pair[1], total_after):
                counted[percentage(pair[0], total_before), percentage(pair[1], total_after)] += learners
        return counted

    @cached_property
    def learners(self) -> set[int]:
        """Those whose percentage changes."""
        return {learner for learner in self.done if len(set(self.percentages(learner))) == 2}

    @cached_property
    def groups(self) -> list[Group]:
        """The learners by what their percentage changes from and to, the largest changes first."""
        groups = [Group(*pair, learners) for pair, learners in self.counted.items() if pair[0] != pair[1]]
        return sorted(groups, key=lambda group: (-size(group), -group.learners, group.before or 0, group.after or 0))

    @property
    def shown(self) -> list[Group]:
        return self.groups[:SHOWN]

    @property
    def others(self) -> int:
        """How many learners are in none of the groups that are shown."""
        return sum(group.learners for group in self.groups[SHOWN:])

    @property
    def staying(self) -> int:
        """How many have another count at the same percentage."""
        return sum(learners for pair, learners in self.counted.items() if pair[0] == pair[1])

    @property
    def matters(self) -> bool:
        """Whether any number of anybody changes. A cohort's work does even before its first learner has come."""
        if self.scope.among is not None:
            return self.scope.before != self.scope.after or bool(self.counted)
        return bool(self.counted)


def size(group: Group) -> int:
    return abs((group.after or 0) - (group.before or 0))


class CertificateChange(NamedTuple):
    """Certificates that will say something else of their track: how many required topics came since, or that it went.

    ``before`` and ``after`` are those numbers, or None where the track is not offered.
    """

    title: str
    number: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class ImpactPhase:
    """What happens at one time: at once (None), or when a date has come, as far as can be known today."""

    at: datetime | None
    changes: list[Change]
    waiting: list[Scope]
    certificates: list[CertificateChange]
    facts: list[Any]  # all of it except the learners, as JSON has it

    def __bool__(self) -> bool:
        return bool(self.changes or self.certificates)

    @property
    def on_site(self) -> list[Change]:
        return [change for change in self.changes if change.scope.among is None]

    @property
    def in_cohorts(self) -> list[Change]:
        return [change for change in self.changes if change.scope.among is not None]


@dataclass(frozen=True)
class Impact:
    """What an edit does to everyone's numbers; false when it does nothing to them."""

    phases: list[ImpactPhase]

    def __bool__(self) -> bool:
        return any(self.phases)

    @cached_property
    def learners(self) -> set[int]:
        """Those who see another percentage anywhere."""
        return set().union(*(change.learners for phase in self.phases for change in phase.changes))

    @property
    def cohorts(self) -> set[int | None]:
        return {change.scope.cohort for phase in self.phases for change in phase.in_cohorts}

    @property
    def certificates(self) -> int:
        return max((sum(change.number for change in phase.certificates) for phase in self.phases), default=0)

    @property
    def summary(self) -> str:
        """In a line: "41 learners see another percentage, 2 cohorts, 1 certificate"."""
        number = len(self.learners)
        texts = [
            ngettext("%(count)d learner sees another percentage", "%(count)d learners see another percentage", number)
            % {"count": number}
        ]
        if cohorts := len(self.cohorts):
            texts.append(ngettext("%(count)d cohort", "%(count)d cohorts", cohorts) % {"count": cohorts})
        if issued := self.certificates:
            texts.append(ngettext("%(count)d certificate", "%(count)d certificates", issued) % {"count": issued})
        return ", ".join(texts)

    @property
    def token(self) -> str:
        """What a form carries that agrees to this.

        Learners go on ticking while an editor reads, and that must not keep the editor from publishing. So it names
        what happens to the content, the cohorts and the certificates, and how many learners it concerned.
        """
        text = json.dumps([phase.facts for phase in self.phases], sort_keys=True, default=str)
        return f"{sha256(text.encode()).hexdigest()[:24]}-{len(self.learners)}"

    def is_agreed(self, token: str) -> bool:
        """Whether ``token`` agrees to this: to the same, for a number of learners that is about the same."""
        digest, _dash, number = self.token.partition("-")
        agreed_digest, _dash, agreed_number = token.partition("-")
        if agreed_digest != digest or not agreed_number.isdecimal():
            return False
        return abs(int(agreed_number) - int(number)) * 10 <= max(int(agreed_number), int(number))
