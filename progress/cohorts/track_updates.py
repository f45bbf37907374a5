"""Tracks that were edited since a cohort took their snapshots: what changed, and what taking it over would do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import display_name
from progress.cohorts.audience import Audience
from progress.cohorts.due_dates import due_dates_by_section
from progress.cohorts.models import Assignment
from progress.cohorts.queries import statuses_by_user
from progress.cohorts.track_snapshot import (
    Move,
    Replacement,
    Snapshot,
    SnapshotDiff,
    content_hash,
    diff_snapshots,
    outline_from_snapshot,
    replacements,
    take_snapshot,
)
from progress.measure import ProgressSummary, StatusBits, TopicSet
from stages.models import Topic, Track, TrackTopic
from stages.outline import Outline, Section

# --- That it changed ----------------------------------------------------------------------------------


def current_snapshots(tracks: Sequence[Track], roadmap: Outline) -> dict[int, Snapshot]:
    """``{track pk: its snapshot now}``. One query, or none where all follow the stages."""
    snapshots: dict[int, Snapshot] = {
        track.pk: take_snapshot(roadmap) if track.follows_stages else [] for track in tracks
    }
    listed = [track for track in tracks if not track.follows_stages]
    rows = TrackTopic.objects.filter(section__track__in=listed, topic__in=Topic.objects.published())
    columns = ["section__track", "section__slug", "section__title", "section__part", "topic__slug", "required"]
    ordered = rows.order_by("section__position", "section", "position", "pk").values_list(*columns)
    for track, slug, title, part, topic, required in ordered if listed else ():
        if not snapshots[track] or snapshots[track][-1]["slug"] != slug:
            snapshots[track].append({"slug": slug, "title": title, "part": part, "topics": []})
        snapshots[track][-1]["topics"].append([topic, required])
    return snapshots


def outdated_assignments(assignments: Iterable[Assignment], roadmap: Outline) -> dict[int, str]:
    """``{assignment pk: what changed, in a line}`` for those whose track is otherwise now. One query at most."""
    current = current_snapshots([assignment.track for assignment in assignments], roadmap)
    diffs = {
        assignment.pk: diff_snapshots(assignment.track_snapshot, current[assignment.track_id])
        for assignment in assignments
        if assignment.track_snapshot != current[assignment.track_id]
    }
    return {pk: summarize(diff) for pk, diff in diffs.items() if diff}


def summarize(diff: SnapshotDiff) -> str:
    """A SnapshotDiff in a line: "3 topics more, 1 less"."""
    parts = []
    if added := len(diff.added):
        parts.append(ngettext("%(count)d topic more", "%(count)d topics more", added) % {"count": added})
    if removed := len(diff.removed):
        if parts:
            parts.append(_("%(count)d less") % {"count": removed})
        else:
            parts.append(ngettext("%(count)d topic less", "%(count)d topics less", removed) % {"count": removed})
    if up := len(diff.now_required):
        parts.append(ngettext("%(count)d required now", "%(count)d required now", up) % {"count": up})
    if down := len(diff.now_optional):
        parts.append(ngettext("%(count)d optional now", "%(count)d optional now", down) % {"count": down})
    if moved := len(diff.moved):
        parts.append(ngettext("%(count)d moved", "%(count)d moved", moved) % {"count": moved})
    if diff.renamed_sections:
        renamed = len(diff.renamed_sections)
        parts.append(ngettext("%(count)d section renamed", "%(count)d sections renamed", renamed) % {"count": renamed})
    if diff.new_sections or diff.removed_sections:
        parts.append(_("other sections"))
    if diff.is_reordered:
        parts.append(_("sections in another order"))
    return ", ".join(parts)


# --- What changed, and what it does -------------------------------------------------------------------


class ChangeLine(NamedTuple):
    """A topic that came, went or was moved, in words. ``slug`` is "" where there is no page to lead to."""

    slug: str
    title: str
    note: str


class Effect(NamedTuple):
    """A learner's progress in the track before and after."""

    name: str
    before: ProgressSummary
    after: ProgressSummary

    @property
    def rises(self) -> bool | None:
        """Whether the percentage does: True, False, or None where it stays."""
        old, new = self.before.percentage, self.after.percentage
        return None if old == new else (-1 if new is None else new) > (-1 if old is None else old)


class DueDateChange(NamedTuple):
    """A section whose due date changes; ``old`` is None where it had none."""

    section: Section
    old: date | None
    new: date


@dataclass(frozen=True)
class TrackUpdate:
    """An edit of a track that waits for its cohort, as the page of the assignment shows it."""

    diff: SnapshotDiff
    snapshot: Snapshot  # the track as it is now
    titles: dict[str, str]  # by slug
    published_slugs: frozenset[str]
    replacements: list[Replacement]
    due_date_changes: list[DueDateChange]
    effects: list[Effect]  # one for each learner who has it

    @property
    def summary(self) -> str:
        return summarize(self.diff)

    @property
    def content_hash(self) -> str:
        return content_hash(self.snapshot)

    @cached_property
    def line_groups(self) -> list[tuple[str, list[ChangeLine]]]:
        """(heading, lines) of what there is to say about topics."""
        diff = self.diff
        sections = {heading.slug: heading.title for heading in (*diff.old_headings, *diff.new_headings)}
        mentioned = {slug for replacement in self.replacements for slug in replacement.old}
        moved = [self._line(move.topic, self._move_note(move, sections)) for move in diff.moved]
        removed = [
            self._line(slug, "" if slug in self.published_slugs else _("retired, so it counts nowhere already"))
            for slug in diff.removed
            if slug not in mentioned
        ]
        arrived = {slug for replacement in self.replacements for slug in replacement.new}
        groups = [
            (
                _("Replaced"),
                [ChangeLine("", self._replacement_text(replacement), "") for replacement in self.replacements],
            ),
            (
                _("More"),
                [self._line(slug, self._requirement_note(slug)) for slug in diff.added if slug not in arrived],
            ),
            (_("Less"), removed),
            (_("Required now"), [self._line(slug) for slug in diff.now_required]),
            (_("Optional now"), [self._line(slug) for slug in diff.now_optional]),
            (_("Moved"), moved),
            (_("Sections"), [ChangeLine("", text, "") for text in section_changes(diff)]),
            (
                _("Due dates"),
                [
                    ChangeLine("", section.title, describe_date_change(old, new))
                    for section, old, new in self.due_date_changes
                ],
            ),
        ]
        return [(heading, lines) for heading, lines in groups if lines]

    def _line(self, slug: str, note: str = "") -> ChangeLine:
        return ChangeLine(slug if slug in self.published_slugs else "", self.titles.get(slug, slug), note)

    def _requirement_note(self, slug: str) -> str:
        is_required = any(
            required for section in self.snapshot for topic, required in section["topics"] if topic == slug
        )
        return "" if is_required else _("optional")

    def _move_note(self, move: Move, sections: Mapping[str, str]) -> str:
        names = {
            "old": ", ".join(sections[slug] for slug in move.from_sections),
            "new": ", ".join(sections[slug] for slug in move.to_sections),
        }
        if move.from_sections and move.to_sections:
            return _("from %(old)s to %(new)s") % names
        if move.to_sections:
            return _("also in %(new)s") % names
        return _("no longer in %(old)s") % names if move.from_sections else _("to another place in its section")

    def _replacement_text(self, replaced: Replacement) -> str:
        old, new = (join_titles([self.titles.get(slug, slug) for slug in slugs]) for slugs in replaced)
        names = {"old": old, "new": new}
        if len(replaced.old) > 1 and len(replaced.new) == 1:
            return _("%(old)s were merged into %(new)s") % names
        if len(replaced.new) > 1 and len(replaced.old) == 1:
            return _("%(old)s was split into %(new)s") % names
        if len(replaced.old) > 1:
            return _("%(old)s became %(new)s") % names
        return _("%(old)s was replaced by %(new)s") % names

    @cached_property
    def affected(self) -> list[Effect]:
        """The Effects that change a percentage or what is left to do."""
        return [effect for effect in self.effects if effect.before != effect.after]

    @property
    def rising(self) -> int:
        return sum(effect.rises is True for effect in self.effects)

    @property
    def falling(self) -> int:
        return sum(effect.rises is False for effect in self.effects)

    @property
    def staying(self) -> int:
        return sum(effect.rises is None for effect in self.effects)

    @property
    def medians(self) -> tuple[int | None, int | None]:
        """The percentage that half of the learners have, before and after; None where nothing is required."""
        before = median_percentage(effect.before.percentage for effect in self.effects)
        return before, median_percentage(effect.after.percentage for effect in self.effects)


def median_percentage(percentages: Iterable[int | None]) -> int | None:
    known = [share for share in percentages if share is not None]
    return int(median(known)) if known else None


def describe_date_change(old: date | None, new: date) -> str:
    dates = {"old": date_format(old, "MONTH_DAY_FORMAT") if old else "", "new": date_format(new, "MONTH_DAY_FORMAT")}
    return _("from %(old)s to %(new)s") % dates if old else dates["new"]


def section_changes(diff: SnapshotDiff) -> Iterator[str]:
    """What a SnapshotDiff says of the sections, a line for each."""
    for heading in diff.new_sections:
        yield _("“%(title)s” is new") % {"title": heading.title}
    for heading in diff.removed_sections:
        yield _("“%(title)s” is gone") % {"title": heading.title}
    for old, new in diff.renamed_sections:
        if old.title == new.title:
            yield _("“%(title)s” belongs to another part") % {"title": new.title}
        else:
            yield _("“%(old)s” is called “%(new)s” now") % {"old": old.title, "new": new.title}
    if diff.is_reordered:
        yield _("The sections come in another order")


def topic_titles(slugs: set[str], roadmap: Outline) -> dict[str, str]:
    """``{slug: title}``, also of topics that have left the roadmap. One query where some have."""
    titles = {slug: roadmap.positions_by_slug[slug][0][1].title for slug in slugs if slug in roadmap.positions_by_slug}
    missing = slugs - titles.keys()
    return titles | (dict(Topic.objects.filter(slug__in=missing).values_list("slug", "title")) if missing else {})


def join_titles(names: Iterable[str]) -> str:
    *most, last = [f"“{name}”" for name in names]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def pending_update(
    assignment: Assignment, snapshot: Snapshot, roadmap: Outline, audience: Audience
) -> TrackUpdate | None:
    """The update that waits for an assignment whose track has this ``snapshot`` now, or None. Four queries at most."""
    diff = diff_snapshots(assignment.track_snapshot, snapshot)
    if not diff:
        return None
    published = roadmap.positions_by_slug
    titles = topic_titles({*published, *diff.removed}, roadmap)
    replaces = dict(Topic.objects.exclude(replaces=[]).values_list("slug", "replaces")) if diff.removed else {}
    replaced = replacements(diff, snapshot, replaces)
    before, after = (outline_from_snapshot(taken, roadmap) for taken in (assignment.track_snapshot, snapshot))
    return TrackUpdate(
        diff,
        snapshot,
        titles,
        frozenset(published),
        replaced,
        due_date_changes(assignment, before, after),
        effects(assignment, before, after, audience),
    )


def due_date_changes(assignment: Assignment, before: Outline, after: Outline) -> list[DueDateChange]:
    """What becomes of the due dates of everyone when the sections have other topics."""
    old = {
        section.slug: day
        for section, day in zip(before.sections, due_dates_by_section(assignment, before), strict=True)
    }
    new = zip(after.sections, due_dates_by_section(assignment, after), strict=True)
    return [
        DueDateChange(section, old.get(section.slug), day)
        for section, day in new
        if day and day != old.get(section.slug)
    ]


def effects(assignment: Assignment, before: Outline, after: Outline, audience: Audience) -> list[Effect]:
    """An Effect for each learner who has the assignment, by name. Two queries."""
    members = assignment.cohort.enrolments.current()
    learners = audience.member_ids(assignment)
    if learners is not None:
        members = members.filter(user__in=learners)
    statuses = statuses_by_user(members, {topic.pk for topic in (*before.topics, *after.topics)})
    people = members.values_list("user", "user__name", "user__email")
    topic_sets = [TopicSet.of(outline.topics) for outline in (before, after)]
    learner_effects = []
    for pk, name, email in people:
        summaries = [topic_set.measure_bits(statuses.get(pk, StatusBits())) for topic_set in topic_sets]
        learner_effects.append(Effect(display_name(name, email), *summaries))
    return sorted(learner_effects, key=lambda effect: effect.name.casefold())
