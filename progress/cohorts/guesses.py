"""How often an account may guess: codes of cohorts, and addresses of people. Only what misses is counted.

Each miss takes one of the account's slots in the cache, and gives it back after an hour. A counter would not do:
the cache in the database forgets how long a value is to be kept when it counts it up.
"""

from django.core.cache import cache

SLOTS = 20
HOUR = 60 * 60  # seconds


def slots_of(user, kind):
    return [f"guess:{kind}:{user.pk}:{number}" for number in range(SLOTS)]


def may_guess(user, kind):
    slots = slots_of(user, kind)
    return len(cache.get_many(slots)) < SLOTS


def missed(user, kind):
    for slot in slots_of(user, kind):
        if cache.add(slot, True, HOUR):  # False when it is taken: two misses at once take two slots
            return
