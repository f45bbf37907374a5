"""How often something may be done in an hour, by one account or from one address.

Each time takes one of its slots in the cache, and gives it back after an hour. A counter would not do: two at once
read the same number, and the cache in the database forgets how long a value is to be kept when it counts it up.
"""

from allauth.account.adapter import get_adapter
from django.core.cache import cache

HOUR = 60 * 60  # seconds


def who(request):
    """Whoever asks, as they are counted: an account, or the address of a visitor."""
    if request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return f"address-{get_adapter().get_client_ip(request)}"


def slots(who, deed, most):
    return [f"limit:{deed}:{who}:{number}" for number in range(most)]


def may(who, deed, most):
    """Whether a slot is left, for what is only counted when it fails; see take()."""
    return len(cache.get_many(slots(who, deed, most))) < most


def take(who, deed, most):
    """Take a slot, and return whether one was left. Two at once take two."""
    wanted = slots(who, deed, most)
    taken = cache.get_many(wanted)
    return any(cache.add(slot, True, HOUR) for slot in wanted if slot not in taken)
