"""How often something may be done in a time: each doing takes a slot in the cache, which is given back by itself.

As with guesses (``guesses.py``) slots are taken one by one, so that two processes never take the same one.
"""

from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Slots:
    """``number`` slots for each key, taken for so many seconds."""

    name: str
    number: int
    seconds: int

    def free(self, *keys):
        """The free slots of each key, as a dict of lists. One query."""
        slots = {key: [f"{self.name}:{key}:{place}" for place in range(self.number)] for key in keys}
        taken = cache.get_many([slot for of_key in slots.values() for slot in of_key])
        return {key: [slot for slot in of_key if slot not in taken] for key, of_key in slots.items()}

    def take(self, free):
        """Take one of a list of free slots out of it, and return it; None when none is left."""
        while free:
            slot = free.pop()
            if cache.add(slot, True, self.seconds):
                return slot
        return None


def give_back(*slots):
    cache.delete_many(slots)
