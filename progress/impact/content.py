"""All that numbers depend on apart from the learners."""

from typing import NamedTuple

from progress.certificate_coverage import all_takers
from progress.models import ProgressEvent
from stages.models import Track, out
from stages.outline import Outline, Section, outline_of_stages, outlines


class Content(NamedTuple):
    """All that numbers depend on apart from the learners, at one moment."""

    roadmap: Outline
    tracks: dict[int, Track]  # what is published, by pk, private ones too
    outlines: dict[int, Outline]  # of those for everyone
    takers: dict[str, list[str]]  # who took over from whom; see stages.models.replacements
    last_event: int


def look() -> Content:
    """The Content as it is now. Six queries."""
    roadmap = outline_of_stages()
    tracks = {track.pk: track for track in Track.objects.filter(out()).order_by("position", "pk")}
    public = [track for track in tracks.values() if not track.private]
    found = outlines([track for track in public if not track.follows_stages])
    found |= {track.pk: roadmap for track in public if track.follows_stages}
    last = ProgressEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return Content(roadmap, tracks, found, all_takers(), last or 0)


def required(outline: Outline | Section) -> frozenset[int]:
    """The pks of the topics that a percentage is measured in."""
    return frozenset(topic.pk for topic in outline.topics if topic.required)
