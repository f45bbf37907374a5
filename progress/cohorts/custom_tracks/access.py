"""Who reads a private track, and which version of it. stages/track_access.py asks this; see apps.py."""

from accounts.models import User
from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, CustomTrack
from progress.cohorts.track_snapshot import outline_from_snapshot
from stages.content import outline_of_stages, outline_of_track
from stages.models import Track
from stages.outline import Outline


def private_outline(user: User, track: Track) -> Outline | None:
    """A private track as its authors have it now; for the cohorts that follow it, their snapshot of it; else None.

    So an edit that a cohort has not taken over is seen by no one in it. Whoever is in several reads the first.
    """
    if CustomTrack.objects.filter(track=track, authors=user).exists():
        return outline_of_track(track)
    assignment = Assignment.objects.filter(track=track, cohort__instructors=user).order_by("pk").first()
    if assignment:
        return outline_from_snapshot(assignment.track_snapshot, outline_of_stages())
    return next((plan.outline for plan in plans_for(user) if plan.track == track), None)
