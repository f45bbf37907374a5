"""Which track a reader means by a slug, and how they may read it.

A published track is the same for everyone. Who may read a private one, and in which form, is not for this app to
know: the app that keeps them registers a provider that knows (stages/hooks.py).
"""

from functools import cached_property

from django.http import Http404

from stages.content import Content
from stages.hooks import private_outline_providers
from stages.models import Track, published_q
from stages.outline import Outline
from stages.requests import AnyUser


class TrackAccess:
    """A track that somebody may read; its outline is asked for when it is needed."""

    def __init__(self, content: Content, track: Track) -> None:
        self.content, self.track = content, track

    @cached_property
    def outline(self) -> Outline:
        return self.content.track_outline(self.track)


def get_readable_track(content: Content, user: AnyUser, slug: str) -> TrackAccess | None:
    """How ``user`` may read a track, or None: drafts, retired tracks and those of others are not there.

    No query for a track of everyone's that is kept.
    """
    try:
        track = content.keep(track_with_slug, slug)
    except Track.DoesNotExist:
        return None
    access = TrackAccess(content, track)
    if track.private:
        providers = private_outline_providers if user.is_authenticated else ()
        outlines = (outline_for(user, track) for outline_for in providers)
        outline = next((outline for outline in outlines if outline is not None), None)
        if outline is None:
            return None
        access.outline = outline
    return access


def track_with_slug(content: Content, slug: str) -> Track:
    return Track.objects.select_related("source").get(published_q(), slug=slug)


def get_readable_track_or_404(content: Content, user: AnyUser, slug: str) -> TrackAccess:
    access = get_readable_track(content, user, slug)
    if access is None:
        raise Http404
    return access
