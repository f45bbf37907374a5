from progress.models.annotations import Note, Report, ResourceTick, Star
from progress.models.attempts import Attempt, StaleFiles
from progress.models.sharing import Certificate, Share, new_token
from progress.models.topic_progress import (
    NONE,
    STATUS_LABELS,
    STATUSES,
    CarryOver,
    Event,
    HasPk,
    ProgressEvent,
    Reset,
    Status,
    StatusChange,
    TopicProgress,
)

__all__ = [
    "NONE",
    "STATUSES",
    "STATUS_LABELS",
    "Attempt",
    "CarryOver",
    "Certificate",
    "Event",
    "HasPk",
    "Note",
    "ProgressEvent",
    "Report",
    "Reset",
    "ResourceTick",
    "Share",
    "StaleFiles",
    "Star",
    "Status",
    "StatusChange",
    "TopicProgress",
    "new_token",
]
