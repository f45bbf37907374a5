from progress.cohorts.models.assignment import Assignment, Extension
from progress.cohorts.models.cohort import (
    LETTERS,
    Cohort,
    CohortFullError,
    Enrolment,
    Group,
    LastInstructorError,
    check_zone,
    new_code,
    tidy,
)
from progress.cohorts.models.custom_track import CustomTrack
from progress.cohorts.models.email import (
    CalendarFeed,
    DigestDelivery,
    EmailKind,
    EmailOptOut,
    Invitation,
    Message,
    hash_of,
)
from progress.cohorts.models.override import Override
from progress.cohorts.models.queued_email import QueuedEmail

__all__ = [
    "LETTERS",
    "Assignment",
    "CalendarFeed",
    "Cohort",
    "CohortFullError",
    "CustomTrack",
    "DigestDelivery",
    "EmailKind",
    "EmailOptOut",
    "Enrolment",
    "Extension",
    "Group",
    "Invitation",
    "LastInstructorError",
    "Message",
    "Override",
    "QueuedEmail",
    "check_zone",
    "hash_of",
    "new_code",
    "tidy",
]
