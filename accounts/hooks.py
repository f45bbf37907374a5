"""What the apps above take part in. Each registers when it is ready, in its ``apps.py``."""

from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from accounts.models import User


class Registry[Entry](list[Entry]):
    """Entries in the order in which the apps are ready, the lowest app first. ``stages.hooks`` has one like it."""

    def register(self, *entries: Entry) -> None:
        """Raises ImproperlyConfigured for an entry that is there already."""
        for entry in entries:
            if entry in self:
                raise ImproperlyConfigured(f"{entry!r} is registered already.")
            self.append(entry)


class PreDeleteHook(Protocol):
    """What has to be done before an account goes.

    ``User.erase`` calls it once, in its transaction, when the person is signed out and all of their rows are still
    there. If it raises, nothing is erased. An account goes seldom and alone, so some queries are fine.
    """

    def __call__(self, user: "User", /) -> None: ...


pre_delete_hooks: Registry[PreDeleteHook] = Registry()
