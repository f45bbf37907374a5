"""The week that a mail tells of, by the clock of its reader. Pure."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, Self

SEND_FROM_HOUR = 7  # the hour of Monday from which on a mail is sent
SEND_UNTIL_WEEKDAY = 2  # the day of the week after which it is too late: Wednesday


class Week(NamedTuple):
    """From a Monday at midnight to the next."""

    monday: date
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, monday: date, zone: tzinfo) -> Self:
        return cls(monday, *(datetime.combine(monday + timedelta(days=days), time.min, zone) for days in (0, 7)))

    def contains(self, moment: datetime | None) -> bool:
        return moment is not None and self.begins <= moment < self.ends

    @property
    def horizon(self) -> date:
        """The Sunday of the week in which the mail is read."""
        return self.monday + timedelta(days=13)


def reported_week(now: datetime, zone: tzinfo, monday: date | None = None) -> Week | None:
    """The Week that somebody in this zone is to be told of now, or None.

    It is the last one, from its Monday morning to Wednesday night; or that of ``monday``, at any hour after it ended.
    """
    local_now = now.astimezone(zone)
    if monday:
        week = Week.of(monday, zone)
        return week if week.ends <= local_now else None
    too_early = local_now.weekday() == 0 and local_now.hour < SEND_FROM_HOUR
    if too_early or local_now.weekday() > SEND_UNTIL_WEEKDAY:
        return None
    return Week.of(local_now.date() - timedelta(days=local_now.weekday() + 7), zone)
