"""What becomes of the tracks that somebody composed alone, when their account goes."""

from django.db import transaction

from accounts.models import User
from progress.cohorts.models import Cohort, CustomTrack
from stages.models import Track


@transaction.atomic
def transfer_on_deletion(author: User) -> None:
    """Leave no track without an author: it goes on to those who lead a cohort that follows it.

    What no cohort follows is deleted; ticks belong to topics, so they stay. Where nobody else leads its cohorts,
    it is kept for the learners as it is, until somebody does: see ``adopt_ownerless_tracks``.
    """
    sole_author_tracks = CustomTrack.objects.filter(authors=author).exclude(
        pk__in=CustomTrack.authors.through.objects.exclude(user=author).values("customtrack")
    )
    for track in Track.objects.filter(custom_track__in=sole_author_tracks).select_for_update(of=["self"]):
        if not track.assignments.exists():
            track.delete()
        else:
            instructors = User.objects.filter(led_cohorts__assignments__track=track, is_active=True).exclude(
                pk=author.pk
            )
            track.custom_track.authors.add(*instructors.distinct())


def adopt_ownerless_tracks(
    *, instance: Cohort | User, action: str, reverse: bool, pk_set: set[int] | None, **_sent: object
) -> None:
    """Whoever comes to lead a cohort becomes the author of the tracks in it that nobody composes any more."""
    if action == "post_add" and pk_set:
        cohorts, people = (pk_set, [instance.pk]) if reverse else ([instance.pk], pk_set)
        for custom_track in CustomTrack.objects.filter(
            authors=None, track__assignments__cohort__in=cohorts
        ).distinct():
            custom_track.authors.add(*people)
