"""How often something may be done in a time: each doing takes a slot in the cache, which is given back by itself.

As in ``accounts/limits.py`` slots are taken one by one, so that two processes never take the same one.
"""

from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Slots:
    """``number`` slots for each key, taken for so many seconds."""

    name: str
    number: int
    seconds: int

    def free(self, key):
        """The slots that are free, as a list. One query."""
        slots = [f"{self.name}:{key}:{place}" for place in range(self.number)]
        taken = cache.get_many(slots)
        return [slot for slot in slots if slot not in taken]

    def take(self, free):
        """Take one of a list of free slots out of it, and return it; None when none is left."""
        while free:
            slot = free.pop()
            if cache.add(slot, True, self.seconds):
                return slot
        return None


def give_back(*slots):
    cache.delete_many(slots)
