"""The rhythm of an assignment: a due date for each section of its track. Pure, and worked out when it is read."""

from datetime import timedelta
from fractions import Fraction
from math import ceil


def rhythm(outline, starts, due):
    """A date for each section of ``outline``, in order; the last is ``due``.

    The days from ``starts`` to ``due``, both included, are shared out by the estimated minutes of the sections.
    Without a start every section is due at the end, and without an end there are no dates: each is None.
    """
    if due is None or starts is None or starts >= due or not outline.topics:
        return [due for _section in outline.sections]
    length = (due - starts).days + 1
    weights = weigh(outline.sections)
    dates, walked = [], 0
    for weight in weights:
        walked += weight
        share = ceil(length * walked / sum(weights))
        dates.append(starts + timedelta(days=max(share, 1) - 1))
    return dates


def weigh(sections):
    """How much of the time each section takes: its minutes, halfway between least and most.

    A section that says no minutes is taken to be as long as so many topics are elsewhere in the track.
    """
    timed = [section for section in sections if section.minutes.most]
    minutes = sum(sum(section.minutes) for section in timed)
    each = Fraction(minutes, sum(map(counted, timed))) if timed else Fraction(1)
    return [Fraction(sum(section.minutes)) or each * counted(section) for section in sections]


def counted(section):
    """The number of topics that a section asks for, or of all of them where it asks for none."""
    return sum(topic.required for topic in section.topics) or len(section.topics)


def adjusted(outline, dates, by_hand):
    """``dates`` with those set by hand, ``{slug of a section: date}``, in place of the others; none after the last."""
    if not dates or dates[-1] is None:
        return dates
    return [
        min(by_hand.get(section.slug, day), dates[-1]) for section, day in zip(outline.sections, dates, strict=True)
    ]


def by_topic(outline, dates):
    """``{topic pk: date}`` for the required topics; one that stands in several sections is due with the first."""
    found = {}
    for section, day in zip(outline.sections, dates, strict=True):
        for topic in section.topics:
            if topic.required:
                found.setdefault(topic.pk, day)
    return found
