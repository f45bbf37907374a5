"""What the apps above add to pages and figures of this app. Each registers when it is ready, in its ``apps.py``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db.models import Model

from stages.hooks import Registry

if TYPE_CHECKING:
    from progress.impact.content import ContentState
    from progress.impact.scopes import Scope
    from progress.transfer.personal_data import ExportSection


class TopicReference(NamedTuple):
    """A model with a foreign key ``topic`` whose rows belong to a person, and the name of the field of that person.

    ``progress.maintenance.deletion`` counts these people before a topic or a stage is deleted, all models in
    one query.
    """

    model: type[Model]
    owner: str


class ScopeProvider(Protocol):
    """Gives a Scope for each percentage that an edit of the content may change.

    It gets the content before and after, and the pks of topics that took ticks over from others. The admin asks
    inside the transaction of every edit that it measures, and once more where the edit has a date. It may cost some
    queries, whatever the number of learners.
    """

    def __call__(
        self, before: "ContentState", after: "ContentState", carried: frozenset[int], /
    ) -> "Iterable[Scope]": ...


topic_references: Registry[TopicReference] = Registry()
# One for each key of the file that a person gets of all that the site holds about them; one query each.
export_sections: "Registry[ExportSection]" = Registry()
scope_providers: Registry[ScopeProvider] = Registry()
