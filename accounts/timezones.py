"""Where a person's days begin and end."""

from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

from accounts.models import User

COOKIE = "zone"  # set by static/js/timezone.js


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones. Finding them walks a folder, so it is done once."""
    return frozenset(available_timezones())


def parse_zone(request: HttpRequest) -> ZoneInfo:
    """The time zone of whoever asks: the one they chose, else their browser's, else UTC."""
    return first_valid_zone(getattr(request.user, "time_zone", ""), browser_zone(request))


def browser_zone(request: HttpRequest) -> str:
    """The name of the time zone of a browser, "" where it has not told."""
    zone = request.COOKIES.get(COOKIE, "")
    return zone if zone in zone_names() else ""


def user_zone(user: User, last_seen: str = "") -> ZoneInfo:
    """The time zone of a person for what others see of them, whose browsers say nothing about it.

    It is the one that the person chose, else ``last_seen``, which their own browser told some time ago, else UTC.
    """
    return first_valid_zone(user.time_zone, last_seen)


def first_valid_zone(*candidates: str) -> ZoneInfo:
    return ZoneInfo(next((name for name in candidates if name in zone_names()), "UTC"))


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones that have a place in their name, as grouped choices: typing "Lis" in the list finds Lisbon."""
    region_and_place = sorted(name.split("/", 1) for name in zone_names() if "/" in name)
    grouped = groupby(region_and_place, key=lambda pair: pair[0])
    return [
        (region, [(f"{region}/{place}", place.replace("_", " ").replace("/", ", ")) for _, place in pairs])
        for region, pairs in grouped
    ]
