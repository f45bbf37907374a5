"""The calendar of a person: what they have to do by when, and what the cohorts that they lead have before them.

``learner_entries`` and ``instructor_entries`` make CalendarEntries of what is assigned, ``to_ical`` makes a file of
iCalendar (RFC 5545) of them. Nothing but ``calendar_entries`` asks the database.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import User
from progress.cohorts.email import absolute_url
from progress.cohorts.learner_plans import LearnerPlan, plans_for
from progress.cohorts.models import Assignment, Cohort
from progress.measure import ProgressSummary
from progress.reader_progress import ReaderProgress
from stages.models import State

REFRESH_INTERVAL = timedelta(hours=6)  # how often calendars are asked to look again
CONTROL_CHARACTERS = dict.fromkeys([*range(32), 127], " ")


class CalendarEntry(NamedTuple):
    """A day that has something to say. ``key`` names it among the days of its owner, also when it is moved."""

    key: str
    day: date
    title: str
    description: str
    path: str


# --- What is in it ------------------------------------------------------------------------------------


def calendar_entries(user: User) -> list[CalendarEntry]:
    """Every CalendarEntry of a person, as they learn and as they instruct. A fixed number of queries."""
    plans = plans_for(user)
    statuses = ReaderProgress.for_user(user).statuses if plans else {}
    assignments = Assignment.objects.filter(track__state=State.PUBLISHED).select_related("track")
    led = Cohort.objects.led_by(user).current().prefetch_related(Prefetch("assignments", assignments))
    return sorted(
        [*learner_entries(plans, statuses), *instructor_entries(led)], key=lambda entry: (entry.day, entry.key)
    )


def learner_entries(plans: Iterable[LearnerPlan], statuses: Mapping[int, str]) -> Iterator[CalendarEntry]:
    """When each assignment is due, and before that its sections. What is done stays, and says so."""
    for plan in plans:
        key, me_url = f"due-{plan.assignment.pk}", reverse("me")
        measured = ProgressSummary.of(plan.outline.topics, statuses)
        if plan.due:
            title = _("Due: %(track)s") % {"track": plan.track}
            url = f"{me_url}#assignment-{plan.assignment.pk}"
            yield CalendarEntry(key, plan.due, with_status(title, measured, plan), plan.cohort.name, url)
        for section, day in plan.schedule if plan.has_schedule else ():
            measured = ProgressSummary.of(section.topics, statuses)
            if day and measured.total:
                title, description = with_status(section.title, measured, plan), f"{plan.track}, {plan.cohort}"
                yield CalendarEntry(f"{key}-{section.slug}", day, title, description, plan.track.get_absolute_url())


def with_status(title: str, measured: ProgressSummary, plan: LearnerPlan) -> str:
    if measured.is_complete:
        return _("%(title)s (done)") % {"title": title}
    return title if plan.assignment.required else _("%(title)s (optional)") % {"title": title}


def instructor_entries(cohorts: Iterable[Cohort]) -> Iterator[CalendarEntry]:
    """The first and the last day of each cohort, and when each of its tracks starts and is due for everyone."""
    for cohort in cohorts:
        key, path = f"cohort-{cohort.pk}", cohort.get_absolute_url()
        names: dict[str, object] = {"cohort": cohort.name}
        if cohort.starts:
            yield CalendarEntry(f"{key}-first", cohort.starts, _("First day: %(cohort)s") % names, "", path)
        if cohort.ends:
            yield CalendarEntry(f"{key}-last", cohort.ends, _("Last day: %(cohort)s") % names, "", path)
        for assignment in cohort.assignments.all():
            key, names = f"led-{assignment.pk}", {"track": assignment.track, "cohort": cohort}
            if assignment.starts:
                title = _("%(cohort)s starts: %(track)s") % names
                yield CalendarEntry(f"{key}-start", assignment.starts, title, "", path)
            if assignment.due:
                title = _("%(cohort)s, due: %(track)s") % names
                yield CalendarEntry(f"{key}-due", assignment.due, title, "", path)


# --- As a file ----------------------------------------------------------------------------------------


def to_ical(entries: Iterable[CalendarEntry], owner: int, now: datetime, name: str) -> bytes:
    """The bytes of a calendar with ``entries``, for the person whose pk is ``owner``, as it is at the moment ``now``.

    Programs list it under ``name``. It is published, so its stamps say when it was made, and nobody is invited to
    anything. A UID never changes: a program that reads the calendar again moves the day that it knows.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Waymark//Calendar of dates//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", single_line(name))
    calendar.add("x-wr-calname", single_line(name))  # what most programs read instead of NAME
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    host = urlsplit(settings.SITE_URL).hostname
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}-{owner}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", entry.day)  # a date without an end is that whole day
        event.add("summary", single_line(entry.title))
        if entry.description:
            event.add("description", single_line(entry.description))
        event.add("url", absolute_url(entry.path))
        event.add("transp", "TRANSPARENT")  # a day on which something is due is no day on which one is busy
        calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def single_line(text: str) -> str:
    """Text without breaks and without what no calendar may contain."""
    return " ".join(text.translate(CONTROL_CHARACTERS).split())
