"""What has changed in the original of an own track since its authors last looked."""

import hashlib
from typing import NamedTuple

from progress.cohorts.agreed import agree
from progress.cohorts.own_changes import changes
from stages.models import State
from stages.outline import outline_of_track


class Changes(NamedTuple):
    """``gone`` says why there is nothing to compare with: deleted, retired, private, or none where there is."""

    gone: str
    found: list
    form: list

    @property
    def digest(self):
        """Names the form of the original that a page was made of."""
        return hashlib.sha256(repr(self.form).encode()).hexdigest()[:12]


def changes_of(own, user, roadmap):
    """The Changes of the original, or None for a track that was begun empty."""
    original = own.original
    if original is None:
        return Changes("deleted", [], []) if own.original_form else None
    if original.private and not original.own.authors.filter(pk=user.pk).exists():
        return Changes("private", [], [])
    if original.state != State.PUBLISHED:
        return Changes("retired", [], [])
    now = agree(roadmap if original.follows_stages else outline_of_track(original))
    return Changes("", changes(own.original_form, now), now)
