"""What has changed in the original of an own track since its authors last looked, and how it is taken over."""

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
    snapshot,
    topics_by_section,
)
from progress.cohorts.track_updates import section_changes
from stages.models import State
from stages.outline import Outline, outline_of_track


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
    """``before`` is the form of the original that was last looked at, ``form`` the one that it has now.

    ``gone`` says why there is nothing to compare with, or "" where there is.
    """

    before: Snapshot
    form: Snapshot
    gone: Literal["", "deleted", "retired", "private"] = ""

    @cached_property
    def changes(self) -> SnapshotDiff:
        return diff_snapshots(self.before, self.form) if not self.gone else SnapshotDiff()

    @cached_property
    def steps(self) -> list[UpstreamStep]:
        """A UpstreamStep for everything that can be taken over alone."""
        was, put = topics_by_section(self.before), {one[:2] for one in self.changes.put}
        found = [UpstreamStep("removed", *place) for place in self.changes.taken if place not in put]
        flags = list(self.changes.flags)
        for section, topic, required, _after in self.changes.put:
            known = topic in was.get(section, {})
            found.append(UpstreamStep("moved" if known else "added", section, topic, required))
            if known and was[section][topic] != required:
                flags.append((section, topic, required))
        return found + [UpstreamStep("required" if flag[2] else "optional", *flag) for flag in flags]

    @cached_property
    def about_sections(self) -> list[str]:
        return list(section_changes(self.changes))

    @property
    def number(self) -> int:
        """How many changes there are to read."""
        return len(self.steps) + len(self.about_sections)

    @property
    def titles(self) -> dict[str, str]:
        """``{slug: title}`` of the sections, as they are called now if they are still there."""
        return {heading.slug: heading.title for heading in (*self.changes.before, *self.changes.now)}

    @property
    def digest(self) -> str:
        return content_hash(self.form)

    def above(self, step: UpstreamStep, there: Collection[str]) -> str | None:
        """The topic ``there`` after which that of a Step is to stand: the nearest above it that stayed, or None."""
        pending = {put.topic for put in self.changes.put if put.section == step.section}
        topics = list(topics_by_section(self.form)[step.section])
        above = topics[: topics.index(step.topic)]
        return next((topic for topic in reversed(above) if topic in there and topic not in pending), None)

    def before_with(self, step: UpstreamStep) -> Snapshot:
        """``before`` with that Step done: what is left to compare when it was taken over."""
        sections: dict[str, SectionSnapshot] = {
            kept["slug"]: {**kept, "topics": [*kept["topics"]]} for kept in self.before
        }
        if step.section not in sections:
            now = next(kept for kept in self.form if kept["slug"] == step.section)
            sections[step.section] = {**now, "topics": []}
        topics = sections[step.section]["topics"]
        slugs = [topic for topic, _required in topics]
        place = [step.topic, step.required]
        if step.kind in ("required", "optional"):
            topics[slugs.index(step.topic)] = place
            return list(sections.values())
        if step.topic in slugs:
            place = topics.pop(slugs.index(step.topic))
            slugs.remove(step.topic)
        if step.kind != "removed":
            after = self.above(step, slugs)
            topics.insert(slugs.index(after) + 1 if after else 0, place)
        return list(sections.values())


def load_upstream_changes(own: CustomTrack, user: User, roadmap: Outline) -> UpstreamChanges | None:
    """The Since of an own track for one of its authors, or None for a track that was begun empty."""
    original = own.original
    if original is None:
        return UpstreamChanges([], [], gone="deleted") if own.original_snapshot else None
    if original.private and not original.custom_track.authors.filter(pk=user.pk).exists():
        return UpstreamChanges([], [], gone="private")
    if original.state != State.PUBLISHED:
        return UpstreamChanges([], [], gone="retired")
    return UpstreamChanges(
        own.original_snapshot, snapshot(roadmap if original.follows_stages else outline_of_track(original))
    )
