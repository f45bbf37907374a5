"""What there is to learn: stages, topics and resources, the tracks through them, and where they come from."""

from stages.models.curriculum import Level, Resource, Stage, State, Topic, TopicResource, is_published, published_q
from stages.models.exercises import Exercise
from stages.models.links import LinkCheck
from stages.models.loaded import LoadedEntry, SyncResult
from stages.models.revisions import Revision
from stages.models.site_settings import SiteSettings
from stages.models.sources import Entry, Source
from stages.models.tracks import Track, TrackSection, TrackTopic
from stages.models.version import ContentVersion

__all__ = [
    "ContentVersion",
    "Entry",
    "Exercise",
    "Level",
    "LinkCheck",
    "LoadedEntry",
    "Resource",
    "Revision",
    "SiteSettings",
    "Source",
    "Stage",
    "State",
    "SyncResult",
    "Topic",
    "TopicResource",
    "Track",
    "TrackSection",
    "TrackTopic",
    "is_published",
    "published_q",
]
