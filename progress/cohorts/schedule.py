"""The schedule of an assignment: a due date for each section of its track. Pure, and worked out when it is read."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from stages.outline import Outline, Section


def section_due_dates(outline: Outline, starts: date | None, due: date | None) -> list[date | None]:
    """A date for each section of ``outline``, in order; the last is ``due``.

    The days from ``starts`` to ``due``, both included, are shared out by the estimated minutes of the sections.
    Without a start every section is due at the end, and without an end there are no dates: each is None.
    """
    if due is None or starts is None or starts >= due or not outline.topics:
        return [due for _section in outline.sections]
    length = (due - starts).days + 1
    section_weights = section_minutes(outline.sections)
    dates: list[date | None] = []
    elapsed = Fraction(0)
    for minutes in section_weights:
        elapsed += minutes
        days = ceil(length * elapsed / sum(section_weights))
        dates.append(starts + timedelta(days=max(days, 1) - 1))
    return dates


def section_minutes(sections: Sequence[Section]) -> list[Fraction]:
    """How much of the time each section takes: its minutes, halfway between least and most.

    A section that says no minutes is taken to be as long as so many topics are elsewhere in the track.
    """
    timed = [section for section in sections if section.minutes.most]
    minutes = sum(sum(section.minutes) for section in timed)
    minutes_per_topic = Fraction(minutes, sum(map(topic_count, timed))) if timed else Fraction(1)
    return [Fraction(sum(section.minutes)) or minutes_per_topic * topic_count(section) for section in sections]


def topic_count(section: Section) -> int:
    """The number of topics that a section asks for, or of all of them where it asks for none."""
    return sum(topic.required for topic in section.topics) or len(section.topics)


def with_adjusted_dates(outline: Outline, dates: list[date | None], adjusted: Mapping[str, date]) -> list[date | None]:
    """``dates`` with the ``adjusted`` ones, {slug of a section: date}, in place of the others; none after the last."""
    last = dates[-1] if dates else None
    if last is None:
        return dates
    return [
        min(adjusted.get(section.slug, day or last), last)
        for section, day in zip(outline.sections, dates, strict=True)
    ]


def due_dates_by_topic(outline: Outline, dates: Sequence[date | None]) -> dict[int, date | None]:
    """``{topic pk: date}`` for the required topics; one that stands in several sections is due with the first."""
    due_dates: dict[int, date | None] = {}
    for section, day in zip(outline.sections, dates, strict=True):
        for topic in section.topics:
            if topic.required:
                due_dates.setdefault(topic.pk, day)
    return due_dates
