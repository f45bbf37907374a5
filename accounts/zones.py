"""Where a person's days begin and end."""

from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

COOKIE = "zone"  # set by static/js/zone.js


@cache
def names():
    """The names of all time zones. Finding them walks a folder, so it is done once."""
    return frozenset(available_timezones())


def zone_of(request):
    """The time zone of whoever asks: the one they chose, else their browser's, else UTC."""
    return first_known(getattr(request.user, "time_zone", ""), request.COOKIES.get(COOKIE))


def zone_of_person(user):
    """The time zone that a person chose, else UTC: for what others see of them."""
    return first_known(user.time_zone)


def first_known(*wanted):
    return ZoneInfo(next((name for name in wanted if name in names()), "UTC"))


def choices():
    """The zones that have a place in their name, as grouped choices: typing "Lis" in the list finds Lisbon."""
    places = sorted(name.split("/", 1) for name in names() if "/" in name)
    grouped = groupby(places, key=lambda place: place[0])
    return [
        (region, [(f"{region}/{place}", place.replace("_", " ").replace("/", ", ")) for _, place in found])
        for region, found in grouped
    ]
