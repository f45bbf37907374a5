"""What has changed in the original of a custom track since its authors last looked, and how it is taken over."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from accounts.models import User
from progress.cohorts.models import CustomTrack
from progress.cohorts.track_snapshot import (
    SectionSnapshot,
    Snapshot,
    SnapshotDiff,
    content_hash,
    diff_snapshots,
    take_snapshot,
    topics_by_section,
)
from progress.cohorts.track_updates import section_changes
from stages.content import outline_of_track
from stages.models import State
from stages.outline import Outline


class UpstreamStep(NamedTuple):
    """What was done to a topic in a section."""

    kind: Literal["added", "removed", "moved", "required", "optional"]
    section: str
    topic: str
    required: bool = True

    @property
    def key(self) -> str:
        """Names it in a form."""
        return "/".join(self[:3])


@dataclass(frozen=True)
class UpstreamChanges:
    """``seen_snapshot`` is the original as it was last looked at, ``current_snapshot`` as it is now.

    ``unavailable`` says why there is nothing to compare with, or "" where there is.
    """

    seen_snapshot: Snapshot
    current_snapshot: Snapshot
    unavailable: Literal["", "deleted", "retired", "private"] = ""

    @cached_property
    def diff(self) -> SnapshotDiff:
        return diff_snapshots(self.seen_snapshot, self.current_snapshot) if not self.unavailable else SnapshotDiff()

    @cached_property
    def steps(self) -> list[UpstreamStep]:
        """An UpstreamStep for everything that can be taken over alone."""
        seen = topics_by_section(self.seen_snapshot)
        inserted = {insertion[:2] for insertion in self.diff.insertions}
        steps = [UpstreamStep("removed", *removal) for removal in self.diff.removals if removal not in inserted]
        changes = list(self.diff.requirement_changes)
        for section, topic, required, _after in self.diff.insertions:
            was_there = topic in seen.get(section, {})
            steps.append(UpstreamStep("moved" if was_there else "added", section, topic, required))
            if was_there and seen[section][topic] != required:
                changes.append((section, topic, required))
        return steps + [UpstreamStep("required" if change[2] else "optional", *change) for change in changes]

    @cached_property
    def section_lines(self) -> list[str]:
        return list(section_changes(self.diff))

    @property
    def change_count(self) -> int:
        """How many changes there are to read."""
        return len(self.steps) + len(self.section_lines)

    @property
    def section_titles(self) -> dict[str, str]:
        """``{slug: title}`` of the sections, as they are called now if they are still there."""
        return {heading.slug: heading.title for heading in (*self.diff.old_headings, *self.diff.new_headings)}

    @property
    def content_hash(self) -> str:
        return content_hash(self.current_snapshot)

    def predecessor(self, step: UpstreamStep, present: Collection[str]) -> str | None:
        """The topic, of those ``present``, to insert that of a step after: the nearest above that stayed, or None."""
        pending = {insertion.topic for insertion in self.diff.insertions if insertion.section == step.section}
        topics = list(topics_by_section(self.current_snapshot)[step.section])
        above = topics[: topics.index(step.topic)]
        return next((topic for topic in reversed(above) if topic in present and topic not in pending), None)

    def snapshot_with(self, step: UpstreamStep) -> Snapshot:
        """``seen_snapshot`` with that step done: what is left to compare when it was taken over."""
        sections: dict[str, SectionSnapshot] = {
            section["slug"]: {**section, "topics": [*section["topics"]]} for section in self.seen_snapshot
        }
        if step.section not in sections:
            current = next(section for section in self.current_snapshot if section["slug"] == step.section)
            sections[step.section] = {**current, "topics": []}
        topics = sections[step.section]["topics"]
        slugs = [topic for topic, _required in topics]
        entry = [step.topic, step.required]
        if step.kind in ("required", "optional"):
            topics[slugs.index(step.topic)] = entry
            return list(sections.values())
        if step.topic in slugs:
            entry = topics.pop(slugs.index(step.topic))
            slugs.remove(step.topic)
        if step.kind != "removed":
            after = self.predecessor(step, slugs)
            topics.insert(slugs.index(after) + 1 if after else 0, entry)
        return list(sections.values())


def load_upstream_changes(custom_track: CustomTrack, user: User, roadmap: Outline) -> UpstreamChanges | None:
    """What changed upstream of a custom track for one of its authors, or None for a track that began empty."""
    original = custom_track.original
    if original is None:
        return UpstreamChanges([], [], unavailable="deleted") if custom_track.original_snapshot else None
    if original.private and not original.custom_track.authors.filter(pk=user.pk).exists():
        return UpstreamChanges([], [], unavailable="private")
    if original.state != State.PUBLISHED:
        return UpstreamChanges([], [], unavailable="retired")
    return UpstreamChanges(
        custom_track.original_snapshot,
        take_snapshot(roadmap if original.follows_stages else outline_of_track(original)),
    )
