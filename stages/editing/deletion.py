"""Why a piece of content is not to be deleted: somebody has something to do with it.

Whom a tick or a cohort belongs to is not for this app to know: the others register guards (stages/hooks.py).
"""

from collections.abc import Collection, Iterator

from django.db.models import Model
from django.utils.translation import ngettext

from stages.hooks import deletion_guards
from stages.models import Entry, Exercise, Stage, Topic


def content_blockers(model: type[Model], pks: Collection[int]) -> Iterator[str]:
    """A stage stays above its topics and what the documents name, and a topic above its exercises."""
    if model is Stage:
        if topics := Topic.objects.filter(stage__in=pks).count():
            yield ngettext("%(count)d topic is in it.", "%(count)d topics are in it.", topics) % {"count": topics}
        if entries := Entry.objects.filter(stages__in=pks).distinct().count():
            message = ngettext(
                "%(count)d entry of a document leads to it.", "%(count)d entries of documents lead to it.", entries
            )
            yield message % {"count": entries}
    elif model is Topic and (exercises := Exercise.objects.filter(topic__in=pks).count()):
        message = ngettext("%(count)d exercise belongs to it.", "%(count)d exercises belong to it.", exercises)
        yield message % {"count": exercises}


def deletion_blockers(model: type[Model], pks: Collection[int]) -> list[str]:
    return [reason for guard in deletion_guards for reason in guard(model, pks)]
