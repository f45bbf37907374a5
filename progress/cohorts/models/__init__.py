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
from progress.cohorts.models.custom_track import OwnTrack
from progress.cohorts.models.email import CalendarFeed, DigestSent, Invitation, Mail, Message, Refusal, hash_of
from progress.cohorts.models.override import Override

__all__ = [
    "LETTERS",
    "Assignment",
    "CalendarFeed",
    "Cohort",
    "CohortFullError",
    "DigestSent",
    "Enrolment",
    "Extension",
    "Group",
    "Invitation",
    "LastInstructorError",
    "Mail",
    "Message",
    "Override",
    "OwnTrack",
    "Refusal",
    "check_zone",
    "hash_of",
    "new_code",
    "tidy",
]
