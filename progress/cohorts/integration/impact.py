"""Which cohorts an edit of the content concerns. progress/impact/ asks this; see apps.py."""

from collections.abc import Iterable, Set

from django.db.models import F

from progress.cohorts.models import Assignment, Enrolment
from progress.cohorts.track_snapshot import outline_from_snapshot, take_snapshot
from progress.impact import Scope, required
from progress.impact.content import ContentState


def cohort_scopes(before: ContentState, after: ContentState, carried: frozenset[int]) -> list[Scope]:
    """A Scope for each assignment that may be measured otherwise, and for those whose track waits to be taken over.

    A cohort follows a snapshot of a track, so what reaches it at once is what becomes of the topics
    themselves, and of the track as a whole. One query, and four where a cohort is concerned.
    """
    edited = edited_tracks(before, after)
    rows = Assignment.objects.filter(cohort__archived_at=None).select_related("cohort", "track").order_by("pk")
    if offered_snapshots(before) == offered_snapshots(after) and not carried:
        if not edited:
            return []
        rows = rows.filter(track__in=edited)
    found = []
    for row in rows:
        if row.visible_from and row.visible_from > row.cohort.today:
            continue
        was, now = (
            required(outline_from_snapshot(row.track_snapshot, content.roadmap))
            if row.track_id in content.tracks
            else frozenset()
            for content in (before, after)
        )
        title = f"{row.cohort}: {row.track}"
        scope = Scope("assignment", str(row.pk), title, was, now, frozenset(), cohort=row.cohort_id)
        if scope.is_touched(carried):
            found.append((row, scope))
        elif row.track_id in edited:
            found.append((row, scope._replace(waits=True)))
    learners = learners_of([row for row, scope in found if not scope.waits])
    return [scope._replace(among=frozenset(learners.get(row.pk, ()))) for row, scope in found]


def offered_snapshots(content: ContentState) -> tuple[set[int], Set[int]]:
    """What an assignment depends on besides its own snapshot: the topics and the tracks that are published."""
    return {topic.pk for topic in content.roadmap.topics}, content.tracks.keys()


def edited_tracks(before: ContentState, after: ContentState) -> set[int]:
    """The pks of the tracks whose snapshot is another now."""
    both = before.outlines.keys() & after.outlines.keys()
    return {pk for pk in both if take_snapshot(before.outlines[pk]) != take_snapshot(after.outlines[pk])}


def learners_of(assignments: Iterable[Assignment]) -> dict[int, set[int]]:
    """``{assignment pk: its learners now}``. Three queries at most."""
    whole = [row for row in assignments if row.to_everyone]
    some = [row.pk for row in assignments if not row.to_everyone]
    current = Enrolment.objects.current()
    found: dict[int, set[int]] = {}
    if whole:
        members: dict[int, set[int]] = {}
        cohorts = {row.cohort_id for row in whole}
        for cohort, learner in current.filter(cohort__in=cohorts).values_list("cohort", "user"):
            members.setdefault(cohort, set()).add(learner)
        found = {row.pk: members.get(row.cohort_id, set()) for row in whole}
    for relation in ("picked_for", "groups__assignments") if some else ():
        for pk, learner in (
            current.filter(**{f"{relation}__in": some})
            .annotate(assignment=F(relation))
            .values_list("assignment", "user")
        ):
            found.setdefault(pk, set()).add(learner)
    return found
