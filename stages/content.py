"""The content in one version, with all that pages derive from it.

This is the one idea of keeping things: **what depends on the content alone hangs on its version.** A request asks the
database which version there is (``current_content``, one small query) and gets the `Content` of that version, on
which everything derived lies as it was first worked out: outlines, the map, whole pages without what belongs to their
reader. An edit makes another version, and so another `Content` with nothing on it yet. So nothing that is kept can
be out of date, and nothing is thrown away by hand: an old `Content` goes, with all that hangs on it (`Versions`).

The database itself changes the version with every write of content, whoever writes (stages/triggers.py), and a version
ends as well when the time of something planned has come.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any, cast

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Now

from stages.models import ContentVersion, Exercise, SiteSettings, Source, Stage, Topic, Track
from stages.outline import (
    Outline,
    OutlineExercise,
    Pair,
    read_exercises,
    read_outline,
    read_prerequisites,
    read_track_outlines,
)
from stages.prepared_query import PreparedQuery

VERSIONS = 2  # that are kept: the one that is current, and one that somebody's transaction still sees or tries out
SETTLED = 100  # times in a row that a version is asked for, and nobody sees another one any more
MAX_KEPT = (
    1024  # values of one version besides its outlines, most of them pages; beyond, the longest unused goes first
)


class Content:
    """What one version of the content says. Everything here is worked out when it is first asked for."""

    def __init__(self) -> None:
        self._track_outlines: dict[int, Outline] = {}
        self._keep = lru_cache(maxsize=MAX_KEPT)(lambda make, *arguments: make(self, *arguments))

    @cached_property
    def outline(self) -> Outline:
        """The merged roadmap. Two queries."""
        return read_outline()

    @cached_property
    def exercises(self) -> tuple[OutlineExercise, ...]:
        """Every exercise in learning order. One query."""
        return read_exercises()

    @cached_property
    def prerequisites(self) -> tuple[Pair, ...]:
        """What needs what, sorted, drafts as well. One query."""
        return read_prerequisites()

    @cached_property
    def site_settings(self) -> SiteSettings:
        """What the site calls itself. One query."""
        return SiteSettings.objects.get_or_default()

    @cached_property
    def source_count(self) -> int:
        """How many documents the roadmap was merged from. One query."""
        return Source.objects.count()

    def track_outlines(self, tracks: Iterable[Track]) -> dict[int, Outline]:
        """``{track pk: Outline}``. Two queries, or none where all are known. Empty sections are left out."""
        tracks = list(tracks)
        unknown = [track for track in tracks if not track.follows_stages and track.pk not in self._track_outlines]
        if unknown:
            self._track_outlines |= read_track_outlines(unknown)
        return {track.pk: self.outline if track.follows_stages else self._track_outlines[track.pk] for track in tracks}

    def track_outline(self, track: Track) -> Outline:
        return self.track_outlines([track])[track.pk]

    def keep[T](self, make: Callable[..., T], *arguments: Hashable) -> T:
        """``make(content, *arguments)``, worked out once, from nothing but these. What it raises is not kept."""
        return cast(T, self._keep(make, *arguments))

    def forget(self) -> None:
        """Let go of what is kept at once, and not when Python next looks for circles."""
        self._keep.cache_clear()


def current_content() -> Content:
    """The content as it is now, as this transaction sees it. One query."""
    key = current_version()
    return VERSIONS_SEEN.content_of(*key) if key else Content()


def current_version() -> tuple[int, int] | None:
    """The version of the content and how many dates of publication have come. One query.

    A database that was emptied has none, so that nobody could tell one from another.
    """
    return next(iter(VERSION.rows()), None)


class Versions:
    """The one Content of each version that somebody may see: the one that was asked for last, and those before it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], Content] = OrderedDict()
        self._in_a_row = 0  # times that the last one was asked for
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def newest(self) -> Content | None:
        """The Content that was asked for last."""
        with self._lock:
            return next(reversed(self._kept.values()), None)

    def content_of(self, version: int, dates_come: int) -> Content:
        """The Content of a version, as long as so many dates of publication have come."""
        key = (version, dates_come)
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if key == next(reversed(self._kept), None) else 1
            content = self._kept.get(key) or Content()
            self._kept[key] = content
            self._kept.move_to_end(key)
            while len(self._kept) > (1 if self._in_a_row >= SETTLED else VERSIONS):
                _key, old = self._kept.popitem(last=False)
                old.forget()
            return content


VERSIONS_SEEN = Versions()


def version_query() -> QuerySet[ContentVersion, Any]:
    """What ``Versions.content_of`` takes."""
    stages, topics, exercises, tracks = (
        Coalesce(Subquery(rows.annotate(all=Value(1)).values("all").annotate(number=Count("*")).values("number")), 0)
        for model in (Stage, Topic, Exercise, Track)
        for rows in [model._default_manager.filter(publish_at__lte=Now()).order_by()]
    )
    dates_come = stages + topics + exercises + tracks
    return ContentVersion.objects.annotate(dates_come=dates_come).values_list("number", "dates_come")


VERSION = PreparedQuery(version_query)


def current_site_settings() -> SiteSettings:
    """What the site calls itself, for pages and mail that ask for no other content. No query but a process's first.

    It is that of the version which this process has seen last: here an edit is seen with the next page of the content.
    """
    return (VERSIONS_SEEN.newest() or current_content()).site_settings


def outline_of_stages() -> Outline:
    """The merged roadmap as an outline. One query, and two more after an edit."""
    return current_content().outline


def outlines(tracks: Iterable[Track]) -> dict[int, Outline]:
    """``{track pk: Outline}`` for several tracks. One query, and a few more after an edit."""
    return current_content().track_outlines(tracks)


def outline_of_track(track: Track) -> Outline:
    return current_content().track_outline(track)
