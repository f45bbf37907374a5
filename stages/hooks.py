"""What the apps above know about content, and this app asks. Each registers when it is ready, in its ``apps.py``."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from stages.models import Track
from stages.outline import Outline


class Registry[Entry](list[Entry]):
    """Entries in the order in which the apps are ready, the lowest app first. ``accounts.hooks`` has one like it."""

    def register(self, *entries: Entry) -> None:
        """Raises ImproperlyConfigured for an entry that is there already."""
        for entry in entries:
            if entry in self:
                raise ImproperlyConfigured(f"{entry!r} is registered already.")
            self.append(entry)


class DeletionGuard(Protocol):
    """Gives a line of text, for a maintainer, for each reason not to delete these rows, and none for other models.

    The admin asks before it shows the page that confirms a deletion, and again before it deletes. What it may cost
    is a few queries, whatever the number of rows.
    """

    def __call__(self, model: type[Model], pks: Collection[int], /) -> Iterable[str]: ...


class PrivateOutlineProvider(Protocol):
    """The outline of a private track as this user may read it, or None for one who may not.

    Every page that names a track asks, for private tracks and signed-in users only. The first provider that has an
    outline decides. It may cost some queries. ``user`` is the user of a request, of which this app knows no more.
    """

    def __call__(self, user: Any, track: Track, /) -> Outline | None: ...


deletion_guards: Registry[DeletionGuard] = Registry()
private_outline_providers: Registry[PrivateOutlineProvider] = Registry()
