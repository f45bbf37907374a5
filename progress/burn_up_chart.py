"""The chart of a burn-up: days from left to right, how much is done from the bottom up. Pure.

It is a square of SIDE units that a page stretches to its place. So its paths are in units, and what must keep its
shape, such as the dot where the line is today, is placed in per cent.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

SIDE = 1000
AHEAD = 3  # what is to come takes at most so many times the room of what was


@dataclass(frozen=True, kw_only=True)
class BurnUpChart:
    """The axes, and where the line is ``today``: at ``done`` of ``total``. Subclasses add the paths.

    ``top`` and ``bottom`` say how far from above all and nothing are. ``end`` is after ``start``.
    """

    start: date
    today: date
    end: date
    done: int
    total: int
    top: ClassVar[int]
    bottom: ClassVar[int] = SIDE

    def x(self, day: date) -> int:
        return round((day - self.start) / (self.end - self.start) * SIDE)

    def y(self, number: int) -> int:
        return round(self.bottom - number * (self.bottom - self.top) / max(self.total, 1))

    @property
    def now(self) -> str:
        """How far from the start today is."""
        return f"{self.x(self.today) / SIDE:.1%}"

    @property
    def height(self) -> str:
        """How far from above the line is today."""
        return f"{self.y(self.done) / SIDE:.1%}"

    @property
    def is_late(self) -> bool:
        """Whether today is in the later half, so that there is more room for words before it than behind it."""
        return self.x(self.today) > SIDE / 2
