"""Two people in one form: whoever saves second is shown first what that would undo.

A form says which revision was the newest when it was opened. Once it has been saved, and before that is committed,
what it changed is compared with what has been changed since: a form sends all its fields, so it undoes each that
somebody else has changed. Whoever sends the same form twice changes nothing, and is asked nothing.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from stages.fixture_io import Fields, Key
from stages.models import Revision
from stages.revisions.recorder import INLINE_MODELS, LABELS
from stages.revisions.restore import TARGET

SEEN_REVISION = "_seen"

type FieldName = str | tuple[str, Key]  # of a part: the name of all of them, and what it leads to


def newest_revision() -> int:
    """The number of the newest revision, for a form that is opened now. Ask before its rows are read."""
    return Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def changes_undone_by(revisions: Collection[Revision], seen: str) -> list[Revision]:
    """The revisions after number ``seen`` that ``revisions`` undo in part, the oldest first.

    Only while nobody else writes content, as within ``record_revisions``: else more may come after them.
    """
    if not revisions or not seen.isdecimal():
        return []
    own_changes = {(revision.model, revision.object_id): changed_field_names(revision) for revision in revisions}
    theirs = Revision.objects.filter(
        pk__gt=int(seen),
        model__in={model for model, _pk in own_changes},
        object_id__in={pk for _model, pk in own_changes},
    ).exclude(pk__in=[revision.pk for revision in revisions])
    return [
        revision
        for revision in theirs.select_related("by").order_by("pk")
        if changed_field_names(revision) & own_changes.get((revision.model, revision.object_id), set())
    ]


def changed_field_names(revision: Revision) -> set[FieldName]:
    """The fields that a revision changed. A link is one of its own, so two people may edit two of them."""
    before, after = (entry_values(entry, LABELS[revision.model]) for entry in (revision.before, revision.after))
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


def entry_values(entry: Fields | None, model: type[Model]) -> dict[FieldName, Any]:
    """The values of an entry; no places, since forms show them and do not set them."""
    values: dict[FieldName, Any] = {name: value for name, value in (entry or {}).items() if name != "position"}
    if model not in INLINE_MODELS:
        return values
    name, part = INLINE_MODELS[model]
    for link in values.pop(name, []):
        target = tuple(link[TARGET[part]])
        values[name, target] = {key: value for key, value in link.items() if key != "position"}
    return values
