"""The tracks that somebody may assign to a cohort, and how a form offers them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.forms.models import ModelChoiceField, ModelChoiceIterator
from django.utils.translation import gettext as _

from accounts.models import User
from stages.models import Track, published_q


def assignable_tracks(user: User) -> QuerySet[Track]:
    """The published tracks, and the custom tracks of this person."""
    custom = Track.objects.filter(published_q(), custom_track__authors=user)
    return Track.objects.filter(pk__in=custom.values("pk")) | Track.objects.published()


class GroupedChoices(ModelChoiceIterator):
    """The choices with one's custom tracks under a heading of their own, where there are any."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        tracks = list(self.queryset)
        custom = [self.choice(track) for track in tracks if track.private]
        published = [self.choice(track) for track in tracks if not track.private]
        if not custom:
            yield from published
            return
        yield _("Your own tracks"), custom
        if published:
            yield _("Tracks for everyone"), published


def group_choices(field: ModelChoiceField, tracks: QuerySet[Track]) -> None:
    field.iterator = GroupedChoices
    field.queryset = tracks  # makes the choices anew
