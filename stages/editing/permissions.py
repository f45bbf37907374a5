"""Who may publish.

The group "Reviewers" edits without publishing. Proposals to published texts would need a second version of each, and
somebody to merge the two; so the rule is the simplest that is sure: without the right to publish one works on drafts
only, and never on anything that a learner can see. ``refuse_to_publish`` holds it for whatever has changed, through
any page, button or cascade; the admin pages offer nothing that it would refuse.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from stages.models import Revision, State, TrackSection
from stages.requests import AnyUser


def may_publish(user: AnyUser) -> bool:
    return user.has_perm("stages.publish")


def is_draft(row: Model) -> bool:
    """Whether only editors see it. Sources and their entries are public as soon as they exist."""
    return getattr(row.track if isinstance(row, TrackSection) else row, "state", None) == State.DRAFT


def refuse_to_publish(user: AnyUser, revisions: Iterable[Revision]) -> None:
    """Raise PermissionDenied if any of these changes is one that learners see and ``user`` may not publish."""
    visible = [revision for revision in revisions if not revision.of_drafts]
    if visible and not may_publish(user):
        raise not_a_draft(visible[0].title)


def not_a_draft(title: str) -> PermissionDenied:
    message = _("“%(title)s” is not a draft, and you may change drafts only. Nothing was saved.")
    return PermissionDenied(message % {"title": title})
