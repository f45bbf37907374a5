"""Where maintainers edit the content: Django's own admin, with lists, filters and forms that know the content."""

from stages.admin.exercises import ExerciseAdmin
from stages.admin.revisions import RevisionAdmin
from stages.admin.site_settings import SiteSettingsAdmin
from stages.admin.sources import EntryAdmin, SourceAdmin
from stages.admin.topics import ResourceAdmin, StageAdmin, TopicAdmin
from stages.admin.tracks import TrackAdmin, TrackSectionAdmin

__all__ = [
    "EntryAdmin",
    "ExerciseAdmin",
    "ResourceAdmin",
    "RevisionAdmin",
    "SiteSettingsAdmin",
    "SourceAdmin",
    "StageAdmin",
    "TopicAdmin",
    "TrackAdmin",
    "TrackSectionAdmin",
]
