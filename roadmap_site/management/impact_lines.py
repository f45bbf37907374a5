"""What a load does to learners, for a terminal: the numbers that the admin shows before it saves."""

from collections.abc import Iterator

from progress.impact.changes import Change, Impact
from progress.impact.content import ContentState
from progress.models import TopicProgress


def impact_lines(before: ContentState, impact: Impact) -> Iterator[str]:
    """The lines about an Impact on what there was before."""
    if not before.roadmap.topics:
        yield "For learners: the database had no topics, so nobody has a percentage that could change."
    elif not TopicProgress.objects.exists():
        yield "For learners: nobody has done anything in this database, so no percentage changes."
    elif not impact:
        yield "For learners: nobody's percentage changes."
    else:
        yield f"For learners: {impact.summary}."
    for phase in impact.phases:
        if phase.at:
            yield f"On {phase.at:%Y-%m-%d %H:%M %Z}, as things are today:"
        for change in phase.changes:
            yield f"  {change.scope.title}: {said_of(change)}"
        for certificate in phase.certificates:
            yield f"  {certificate.title}: {certificate.number} certificates will say something else."
        for scope in phase.waiting:
            yield f"  {scope.title}: keeps what was agreed on, until its instructors take this over."


def said_of(change: Change) -> str:
    before, after = change.totals
    parts = [f"{after} required topics" if before == after else f"{before} → {after} required topics"]
    parts += [f"{shown(group.before)} → {shown(group.after)} for {group.learners}" for group in change.shown]
    if change.others:
        parts.append(f"otherwise for {change.others}")
    if change.staying:
        parts.append(f"the same percentage for {change.staying}")
    return ", ".join(parts)


def shown(percentage: int | None) -> str:
    return "none" if percentage is None else f"{percentage} %"
