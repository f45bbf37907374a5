"""Measuring everyone before and after an edit."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, StringAgg, TextField, Value
from django.db.models.functions import Cast

from progress.certificate_coverage import added_since
from progress.hooks import scope_providers
from progress.impact.changes import CertificateChange, Change, Impact, ImpactPhase
from progress.impact.content import ContentState, capture_content, required
from progress.impact.planned import capture_scheduled, planned_by
from progress.impact.scopes import Scope
from progress.models import Certificate, ProgressEvent, Status, TopicProgress
from stages.models import Revision

type Carried = dict[int, set[int]]  # the learners whose ticks a topic took over, by its pk


def impact_of(before: ContentState, revisions: Sequence[Revision]) -> Impact:
    """The Impact of an edit that was made just now, in this transaction; ``revisions`` are what it changed.

    Seven queries where it changed nothing that is counted.
    """
    if not revisions:
        return Impact([])
    after, carried = capture_content(), carried_since(before)
    phases = [phase_of(None, before, after, carried)]
    planned, date = planned_by(revisions)
    if planned:
        phases.append(phase_of(date, after, capture_scheduled(planned), {}))
    return Impact([phase for phase in phases if phase])


def phase_of(at: datetime | None, before: ContentState, after: ContentState, carried: Carried) -> ImpactPhase:
    topics = frozenset(carried)
    touched = [scope for scopes_of in scope_providers for scope in scopes_of(before, after, topics)]
    counted = [scope for scope in touched if not scope.waits]
    changes = [change for change in changes_of(counted, carried) if change.matters]
    certificates = certificate_changes(before, after)
    slugs = {topic.pk: topic.slug for content in (before, after) for topic in content.roadmap.topics}
    facts: list[Any] = [
        at,
        [[*change.scope[:3], *(sorted(slugs[pk] for pk in pks) for pks in change.scope[3:5])] for change in changes],
        sorted(slugs.get(pk, "") for pk in topics),
        certificates,
    ]
    return ImpactPhase(at, changes, [scope for scope in touched if scope.waits], certificates, facts)


def changes_of(scopes: Sequence[Scope], carried: Carried) -> Iterator[Change]:
    """A Change for each Scope. One query, or none."""
    if not scopes:
        return
    topics = sorted(frozenset[int]().union(*(scope.before | scope.after for scope in scopes)))
    bits = {topic: 1 << index for index, topic in enumerate(topics)}
    after = done_bits(bits)
    before = dict(after)
    for topic, learners in carried.items():
        for learner in learners if topic in bits else ():
            before[learner] = before.get(learner, 0) & ~bits[topic]
    for scope in scopes:
        old, new = (sum(bits[topic] for topic in pks) for pks in (scope.before, scope.after))
        among = after if scope.among is None else scope.among
        done = {
            learner: ((before.get(learner, 0) & old).bit_count(), (after.get(learner, 0) & new).bit_count())
            for learner in among
        }
        if scope.among is None:
            done = {learner: pair for learner, pair in done.items() if any(pair)}
        yield Change(scope, done)


def done_bits(bits: Mapping[int, int]) -> dict[int, int]:
    """For each learner the sum of the bits of what they have done. One query; ``bits`` is {topic pk: bit}."""
    rows = (
        TopicProgress.objects.filter(status=Status.DONE, topic__in=bits)
        .values_list("user_id")
        .annotate(topics=StringAgg(Cast("topic_id", TextField()), delimiter=Value(",")))
    )
    bit_of = {str(topic): bit for topic, bit in bits.items()}
    return {learner: sum(map(bit_of.__getitem__, topics.split(","))) for learner, topics in rows.iterator()}


def carried_since(before: ContentState) -> Carried:
    """The learners for the topics that have become done since by taking over from others. One query.

    A carried-over tick is only written where there was none.
    """
    events = ProgressEvent.objects.filter(
        pk__gt=before.last_event, cause=ProgressEvent.Cause.CARRY_OVER, status=Status.DONE
    )
    carried: Carried = {}
    for topic, learner in events.values_list("topic_id", "user_id"):
        carried.setdefault(topic, set()).add(learner)
    return carried


def certificate_changes(before: ContentState, after: ContentState) -> list[CertificateChange]:
    """A CertificateChange for certificates whose page says something else afterward. One query, or none."""
    old_topics, new_topics = (
        {pk: required(outline) for pk, outline in content.outlines.items()} for content in (before, after)
    )
    if before.replacements == after.replacements and old_topics == new_topics:
        return []
    rows = (
        Certificate.objects.filter(track__in={*before.outlines, *after.outlines}, user__is_active=True)
        .order_by("track_title", "track")
        .values_list("track", "track_title", "topics")
        .annotate(number=Count("pk"))
    )
    numbers: Counter[tuple[str, int | None, int | None]] = Counter()
    for track, title, topics, number in rows:
        old, new = (
            len(added_since(topics, content.outlines[track], content.replacements))
            if track in content.outlines
            else None
            for content in (before, after)
        )
        if old != new:
            numbers[title, old, new] += number
    return [CertificateChange(title, number, old, new) for (title, old, new), number in numbers.items()]
