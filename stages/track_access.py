"""Which track a reader means by a slug, and how they may read it.

A published track is the same for everyone. Who may read a private one, and in which form, is not for this app to
know: the app that keeps them registers a provider that knows (stages/hooks.py).
"""

from functools import cached_property

from django.http import Http404

from stages.content import outline_of_track
from stages.hooks import private_outline_providers
from stages.models import Track, published_q
from stages.outline import Outline
from stages.requests import AnyUser


class TrackAccess:
    """A track that somebody may read; its outline is asked for when it is needed."""

    def __init__(self, track: Track) -> None:
        self.track = track

    @cached_property
    def outline(self) -> Outline:
        return outline_of_track(self.track)


def get_readable_track(user: AnyUser, slug: str) -> TrackAccess | None:
    """How ``user`` may read a track, or None: drafts, retired tracks and those of others are not there."""
    track = Track.objects.filter(published_q(), slug=slug).select_related("source").first()
    if track is None:
        return None
    access = TrackAccess(track)
    if track.private:
        providers = private_outline_providers if user.is_authenticated else ()
        outlines = (outline_for(user, track) for outline_for in providers)
        outline = next((outline for outline in outlines if outline is not None), None)
        if outline is None:
            return None
        access.outline = outline
    return access


def get_readable_track_or_404(user: AnyUser, slug: str) -> TrackAccess:
    access = get_readable_track(user, slug)
    if access is None:
        raise Http404
    return access
