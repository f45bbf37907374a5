"""All that numbers depend on apart from the learners."""

from typing import NamedTuple

from progress.certificate_coverage import replacements_by_topic
from progress.models import ProgressEvent
from stages.content import outline_of_stages, outlines
from stages.models import Track, published_q
from stages.outline import Outline, Section


class ContentState(NamedTuple):
    """All that numbers depend on apart from the learners, at one moment."""

    roadmap: Outline
    tracks: dict[int, Track]  # what is published, by pk, private ones too
    outlines: dict[int, Outline]  # of those for everyone
    replacements: dict[str, list[str]]  # {replaced slug: slugs}; see stages.models.replacements
    last_event: int


def capture_content() -> ContentState:
    """The ContentState as it is now. Six queries."""
    roadmap = outline_of_stages()
    tracks = {track.pk: track for track in Track.objects.filter(published_q()).order_by("position", "pk")}
    public = [track for track in tracks.values() if not track.private]
    track_outlines = outlines([track for track in public if not track.follows_stages])
    track_outlines |= {track.pk: roadmap for track in public if track.follows_stages}
    last = ProgressEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return ContentState(roadmap, tracks, track_outlines, replacements_by_topic(), last or 0)


def required(outline: Outline | Section) -> frozenset[int]:
    """The pks of the topics that a percentage is measured in."""
    return frozenset(topic.pk for topic in outline.topics if topic.required)
