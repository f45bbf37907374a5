"""Tracks that were edited since a cohort agreed on them: what changed, and what taking it over would do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from progress.cohorts.audience import Audience
from progress.cohorts.due_dates import dates_by_topic
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
    snapshot,
)
from progress.measure import ProgressSummary
from stages.models import Topic, Track, TrackTopic
from stages.outline import Outline, Section

# --- That it changed ----------------------------------------------------------------------------------


def current_snapshots(tracks: Sequence[Track], roadmap: Outline) -> dict[int, Snapshot]:
    """``{track pk: form}``, each as ``agree`` gives it now. One query, or none where all follow the stages."""
    found: dict[int, Snapshot] = {track.pk: snapshot(roadmap) if track.follows_stages else [] for track in tracks}
    own = [track for track in tracks if not track.follows_stages]
    rows = TrackTopic.objects.filter(section__track__in=own, topic__in=Topic.objects.published())
    columns = ["section__track", "section__slug", "section__title", "section__part", "topic__slug", "required"]
    ordered = rows.order_by("section__position", "section", "position", "pk").values_list(*columns)
    for track, slug, title, part, topic, required in ordered if own else ():
        if not found[track] or found[track][-1]["slug"] != slug:
            found[track].append({"slug": slug, "title": title, "part": part, "topics": []})
        found[track][-1]["topics"].append([topic, required])
    return found


def outdated_assignments(assignments: Iterable[Assignment], roadmap: Outline) -> dict[int, str]:
    """``{assignment pk: what changed, in a line}`` for those whose track is otherwise now. One query at most."""
    now = current_snapshots([assignment.track for assignment in assignments], roadmap)
    found = {
        one.pk: diff_snapshots(one.track_snapshot, now[one.track_id])
        for one in assignments
        if one.track_snapshot != now[one.track_id]
    }
    return {pk: summarize(changes) for pk, changes in found.items() if changes}


def summarize(changes: SnapshotDiff) -> str:
    """Some Changes in a line: "3 topics more, 1 less"."""
    said = []
    if more := len(changes.added):
        said.append(ngettext("%(count)d topic more", "%(count)d topics more", more) % {"count": more})
    if less := len(changes.removed):
        if said:
            said.append(_("%(count)d less") % {"count": less})
        else:
            said.append(ngettext("%(count)d topic less", "%(count)d topics less", less) % {"count": less})
    if up := len(changes.now_required):
        said.append(ngettext("%(count)d required now", "%(count)d required now", up) % {"count": up})
    if down := len(changes.now_optional):
        said.append(ngettext("%(count)d optional now", "%(count)d optional now", down) % {"count": down})
    if moved := len(changes.moved):
        said.append(ngettext("%(count)d moved", "%(count)d moved", moved) % {"count": moved})
    if changes.renamed:
        renamed = len(changes.renamed)
        said.append(ngettext("%(count)d section renamed", "%(count)d sections renamed", renamed) % {"count": renamed})
    if changes.new_sections or changes.gone_sections:
        said.append(_("other sections"))
    if changes.is_reordered:
        said.append(_("sections in another order"))
    return ", ".join(said)


# --- What changed, and what it does -------------------------------------------------------------------


class ChangeLine(NamedTuple):
    """A topic that came, went or was moved, in words. ``slug`` is "" where there is no page to lead to."""

    slug: str
    title: str
    said: str


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


class Redated(NamedTuple):
    """A section whose due date changes; ``old`` is None where it had none."""

    section: Section
    old: date | None
    new: date


@dataclass(frozen=True)
class TrackUpdate:
    """An edit of a track that waits for its cohort, as the page of the assignment shows it."""

    changes: SnapshotDiff
    form: Snapshot  # the track as it is now
    titles: dict[str, str]  # by slug
    published: frozenset[str]
    replaced: list[Replacement]
    dates: list[Redated]
    effects: list[Effect]  # one for each learner who has it

    @property
    def short(self) -> str:
        return summarize(self.changes)

    @property
    def digest(self) -> str:
        return content_hash(self.form)

    @cached_property
    def groups(self) -> list[tuple[str, list[ChangeLine]]]:
        """(heading, lines) of what there is to say about topics."""
        changes, sections = self.changes, {head.slug: head.title for head in (*self.changes.before, *self.changes.now)}
        spoken = {slug for one in self.replaced for slug in one.old}
        moved = [self.line(move.topic, self.where(move, sections)) for move in changes.moved]
        gone = [
            self.line(slug, "" if slug in self.published else _("retired, so it counts nowhere already"))
            for slug in changes.removed
            if slug not in spoken
        ]
        came = {slug for one in self.replaced for slug in one.new}
        found = [
            (_("Replaced"), [ChangeLine("", self.became(one), "") for one in self.replaced]),
            (_("More"), [self.line(slug, self.weight(slug)) for slug in changes.added if slug not in came]),
            (_("Less"), gone),
            (_("Required now"), [self.line(slug) for slug in changes.now_required]),
            (_("Optional now"), [self.line(slug) for slug in changes.now_optional]),
            (_("Moved"), moved),
            (_("Sections"), [ChangeLine("", said, "") for said in section_changes(changes)]),
            (
                _("Due dates"),
                [ChangeLine("", section.title, describe_date_change(old, new)) for section, old, new in self.dates],
            ),
        ]
        return [(heading, lines) for heading, lines in found if lines]

    def line(self, slug: str, said: str = "") -> ChangeLine:
        return ChangeLine(slug if slug in self.published else "", self.titles.get(slug, slug), said)

    def weight(self, slug: str) -> str:
        is_required = any(required for kept in self.form for topic, required in kept["topics"] if topic == slug)
        return "" if is_required else _("optional")

    def where(self, move: Move, sections: Mapping[str, str]) -> str:
        said = {
            "old": ", ".join(sections[slug] for slug in move.out_of),
            "new": ", ".join(sections[slug] for slug in move.into),
        }
        if move.out_of and move.into:
            return _("from %(old)s to %(new)s") % said
        if move.into:
            return _("also in %(new)s") % said
        return _("no longer in %(old)s") % said if move.out_of else _("to another place in its section")

    def became(self, replaced: Replacement) -> str:
        old, new = (join_titles([self.titles.get(slug, slug) for slug in slugs]) for slugs in replaced)
        said = {"old": old, "new": new}
        if len(replaced.old) > 1 and len(replaced.new) == 1:
            return _("%(old)s were merged into %(new)s") % said
        if len(replaced.new) > 1 and len(replaced.old) == 1:
            return _("%(old)s was split into %(new)s") % said
        if len(replaced.old) > 1:
            return _("%(old)s became %(new)s") % said
        return _("%(old)s was replaced by %(new)s") % said

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
        return middle([e.before.percentage for e in self.effects]), middle([e.after.percentage for e in self.effects])


def middle(percentages: Iterable[int | None]) -> int | None:
    known = [share for share in percentages if share is not None]
    return int(median(known)) if known else None


def describe_date_change(old: date | None, new: date) -> str:
    said = {"old": date_format(old, "MONTH_DAY_FORMAT") if old else "", "new": date_format(new, "MONTH_DAY_FORMAT")}
    return _("from %(old)s to %(new)s") % said if old else said["new"]


def section_changes(changes: SnapshotDiff) -> Iterator[str]:
    """What some SnapshotDiff say of the sections, a line for each."""
    for heading in changes.new_sections:
        yield _("“%(title)s” is new") % {"title": heading.title}
    for heading in changes.gone_sections:
        yield _("“%(title)s” is gone") % {"title": heading.title}
    for old, new in changes.renamed:
        if old.title == new.title:
            yield _("“%(title)s” belongs to another part") % {"title": new.title}
        else:
            yield _("“%(old)s” is called “%(new)s” now") % {"old": old.title, "new": new.title}
    if changes.is_reordered:
        yield _("The sections come in another order")


def topic_titles(slugs: set[str], roadmap: Outline) -> dict[str, str]:
    """``{slug: title}``, also of topics that have left the roadmap. One query where some have."""
    titles = {slug: roadmap.positions_by_slug[slug][0][1].title for slug in slugs if slug in roadmap.positions_by_slug}
    missing = slugs - titles.keys()
    return titles | (dict(Topic.objects.filter(slug__in=missing).values_list("slug", "title")) if missing else {})


def join_titles(names: Iterable[str]) -> str:
    *most, last = [f"“{name}”" for name in names]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def pending_update(assignment: Assignment, form: Snapshot, roadmap: Outline, whom: Audience) -> TrackUpdate | None:
    """The News of an assignment whose track has this ``form`` now, or None. Four queries at most."""
    changes = diff_snapshots(assignment.track_snapshot, form)
    if not changes:
        return None
    places = roadmap.positions_by_slug
    titles = topic_titles({*places, *changes.removed}, roadmap)
    replaces = dict(Topic.objects.exclude(replaces=[]).values_list("slug", "replaces")) if changes.removed else {}
    replaced = replacements(changes, form, replaces)
    before, after = (outline_from_snapshot(one, roadmap) for one in (assignment.track_snapshot, form))
    return TrackUpdate(
        changes,
        form,
        titles,
        frozenset(places),
        replaced,
        due_dates_by_section(assignment, before, after),
        effects(assignment, before, after, whom),
    )


def due_dates_by_section(assignment: Assignment, before: Outline, after: Outline) -> list[Redated]:
    """What becomes of the due dates of everyone when the sections have other topics."""
    old = {section.slug: day for section, day in zip(before.sections, dates_by_topic(assignment, before), strict=True)}
    new = zip(after.sections, dates_by_topic(assignment, after), strict=True)
    return [
        Redated(section, old.get(section.slug), day) for section, day in new if day and day != old.get(section.slug)
    ]


def effects(assignment: Assignment, before: Outline, after: Outline, whom: Audience) -> list[Effect]:
    """An Effect for each learner who has the assignment, by name. Two queries."""
    members = assignment.cohort.enrolments.current()
    reached = whom.reached(assignment)
    if reached is not None:
        members = members.filter(user__in=reached)
    statuses = statuses_by_user(members, {topic.pk for topic in (*before.topics, *after.topics)})
    people = members.values_list("user", "user__name", "user__email")
    found = []
    for pk, name, email in people:
        own = statuses.get(pk, {})
        measures = ProgressSummary.of(before.topics, own), ProgressSummary.of(after.topics, own)
        found.append(Effect(str(User(name=name, email=email)), *measures))
    return sorted(found, key=lambda effect: effect.name.casefold())
