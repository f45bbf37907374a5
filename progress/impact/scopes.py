"""What has a percentage, and which topics it is measured in."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from progress.impact.content import ContentState, required
from stages.models import Level


class Scope(NamedTuple):
    """Something that has a percentage, and the required topics that it is measured in, as pks, before and after.

    ``among`` are the learners who have it, where not everyone does. ``waits`` says that its people are offered the
    edit and keep what they have until they take it over.
    """

    kind: str
    key: str
    title: str
    before: frozenset[int]
    after: frozenset[int]
    among: frozenset[int] | None = None
    waits: bool = False
    cohort: int | None = None

    def is_touched(self, carried: frozenset[int]) -> bool:
        return self.before != self.after or bool(carried & (self.before | self.after))


def site_scopes(before: ContentState, after: ContentState, carried: frozenset[int]) -> Iterator[Scope]:
    """A Scope for each percentage that every learner has and that may change."""
    empty: frozenset[int] = frozenset()
    old, new = required_by_scope(before), required_by_scope(after)
    for key in {**new, **old}:
        title = (new.get(key) or old[key])[0]
        scope = Scope(*key, title, old.get(key, (title, empty))[1], new.get(key, (title, empty))[1])
        if scope.is_touched(carried):
            yield scope


def required_by_scope(content: ContentState) -> dict[tuple[str, str], tuple[str, frozenset[int]]]:
    """``{(kind, slug): (title, required topics)}``"""
    roadmap = content.roadmap
    scopes = {("roadmap", ""): (_("The whole roadmap"), required(roadmap))}
    for section in roadmap.sections:
        scopes["stage", section.slug] = _("Stage: %s") % section.title, required(section)
    for level in Level:
        topics = frozenset(topic.pk for topic in roadmap.topics if topic.required and topic.level == level)
        scopes["level", level.value] = _("Level: %s") % level.label.lower(), topics
    for pk, outline in content.outlines.items():
        track = content.tracks[pk]
        if not track.follows_stages:
            scopes["track", track.slug] = _("Track: %s") % track.title, required(outline)
    return scopes
