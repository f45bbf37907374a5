"""Why a piece of content is not to be deleted: somebody has something to do with it.

Whom a tick or a cohort belongs to is not for this app to know: the others add to ``CONCERNS``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from django.db.models import Model
from django.utils.translation import ngettext

from stages.models import Entry, Stage, Topic


def by_content(model: type[Model], pks: Collection[int]) -> Iterator[str]:
    """A stage is not deleted from above its topics, or from what the documents name."""
    if model is Stage:
        if topics := Topic.objects.filter(stage__in=pks).count():
            yield ngettext("%(count)d topic is in it.", "%(count)d topics are in it.", topics) % {"count": topics}
        if entries := Entry.objects.filter(stage__in=pks).count():
            words = ngettext(
                "%(count)d entry of a document leads to it.", "%(count)d entries of documents lead to it.", entries
            )
            yield words % {"count": entries}


type Concern = Callable[[type[Model], Collection[int]], Iterable[str]]

# Each gives a line of text for every reason not to delete these rows of a model.
CONCERNS: list[Concern] = [by_content]


def reasons_to_keep(model: type[Model], pks: Collection[int]) -> list[str]:
    return [words for concern in CONCERNS for words in concern(model, pks)]
