"""What becomes of the tracks that somebody composed alone, when their account goes."""

from django.db import transaction

from accounts.models import User
from progress.cohorts.models import OwnTrack
from stages.models import Track


@transaction.atomic
def hand_on(author):
    """Leave no track without an author: it goes on to those who lead a cohort that follows it.

    What no cohort follows is deleted; ticks belong to topics, so they stay. Where nobody else leads its cohorts,
    there is nobody to have it, and it is kept for the learners as it is.
    """
    alone = OwnTrack.objects.filter(authors=author).exclude(
        pk__in=OwnTrack.authors.through.objects.exclude(user=author).values("owntrack")
    )
    for track in Track.objects.filter(own__in=alone).select_for_update(of=["self"]):
        if not track.assignments.exists():
            track.delete()
        else:
            heirs = User.objects.filter(led_cohorts__assignments__track=track, is_active=True).exclude(pk=author.pk)
            track.own.authors.add(*heirs.distinct())
