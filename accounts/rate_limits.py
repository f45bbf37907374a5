"""How often something may be done in a time, by one account, from one address, or to one.

Each time takes one of its slots in the cache, and gives it back after a while. A counter would not do: two at once
read the same number, and the cache in the database forgets how long a value is to be kept when it counts it up.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 60 * 60  # seconds


def client_key(request: HttpRequest) -> str:
    """The key under which a client is counted: of an account, or of a visitor's address."""
    if request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return f"address-{network_of(get_adapter().get_client_ip(request))}"


def network_of(address: str) -> IPv4Address | IPv6Address:
    """An address without what its owner chooses: a connection has 2**64 addresses of IPv6, which are the same /64."""
    ip = ip_address(address)
    if ip.version == 4:
        return ip
    return ip.ipv4_mapped or ip_network((int(ip), 64), strict=False).network_address


@dataclass(frozen=True)
class RateLimit:
    """``limit`` slots for each key, taken for so many seconds."""

    name: str
    limit: int
    seconds: int = HOUR

    def slots(self, key: str) -> list[str]:
        return [f"limit:{self.name}:{key}:{index}" for index in range(self.limit)]

    def free_slots(self, key: str) -> list[str]:
        """The slots that are free, as a list. One query."""
        slots = self.slots(key)
        taken = cache.get_many(slots)
        return [slot for slot in slots if slot not in taken]

    def take(self, free: list[str]) -> str | None:
        """Take one of a list of free slots out of it, and return it; None when none is left. Two at once take two."""
        while free:
            slot = free.pop()
            if cache.add(slot, True, self.seconds):
                return slot
        return None


def release(*slots: str) -> None:
    cache.delete_many(slots)


class WorkerCounts:
    """How often each key came in this hour, as this worker has seen it: no query, and forgotten with the worker.

    For limits that are so high that nobody meets them who does not mean harm.
    """

    MAX_KEYS = 50_000  # of more, all are forgotten

    def __init__(self) -> None:
        self.hour, self.counts = 0, Counter[Hashable]()

    def add(self, key: Hashable) -> int:
        """Count a key once more, and return how often that is in this hour of the clock."""
        hour = int(time() // HOUR)
        if hour != self.hour or len(self.counts) >= self.MAX_KEYS:
            self.hour, self.counts = hour, Counter()
        self.counts[key] += 1
        return self.counts[key]


class SharedCounts(WorkerCounts):
    """The same of all workers together, in a cache that is quick. While that is away, as this worker has seen it."""

    def add(self, key: Hashable) -> int:
        slot = f"count:{int(time() // HOUR)}:{str(key).replace(' ', '')}"
        try:
            cache.add(slot, 0, HOUR)
            return cache.incr(slot)
        except Exception:  # of whichever client: a limit that nobody meets is worth nobody's page
            return super().add(key)


def allows(key: str, action: str, limit: int) -> bool:
    """Whether a slot of an hour is left, for what is only counted when it fails; see consume()."""
    return bool(RateLimit(action, limit).free_slots(key))


def consume(key: str, action: str, limit: int) -> bool:
    """Take a slot for an hour, and return whether one was left."""
    rate_limit = RateLimit(action, limit)
    return rate_limit.take(rate_limit.free_slots(key)) is not None
