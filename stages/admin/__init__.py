"""Where maintainers edit the content: Django's own admin, with lists, filters and forms that know the content."""

from stages.admin.curriculum import ResourceAdmin, StageAdmin, TopicAdmin
from stages.admin.sources import EntryAdmin, SourceAdmin
from stages.admin.tracks import TrackAdmin, TrackSectionAdmin

__all__ = [
    "EntryAdmin",
    "ResourceAdmin",
    "SourceAdmin",
    "StageAdmin",
    "TopicAdmin",
    "TrackAdmin",
    "TrackSectionAdmin",
]
