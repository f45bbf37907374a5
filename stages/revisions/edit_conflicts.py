"""Two people in one form: what only one of them changed is as they changed it, and what both did is asked.

A form says which revision was the newest when it was opened. So it is known what it showed then, and which of its
fields its editor has left alone: those are as they are now (stages/admin/latest_form.py). Once it has been saved, and
before that is committed, what it changed is compared with what has been changed since: that is what both have changed.
Whoever sends the same form twice changes nothing, and is asked nothing.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Model, QuerySet

from stages.fixture_io import Fields, Key
from stages.models import Revision
from stages.revisions.recorder import INLINE_MODELS, LABELS
from stages.revisions.restore import TARGET

SEEN_REVISION = "_seen"

type FieldName = str | tuple[str, Key]  # of a part: the name of all of them, and what it leads to


def newest_revision() -> int:
    """The number of the newest revision, for a form that is opened now. Ask before its rows are read."""
    return Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def revisions_since(seen: str) -> QuerySet[Revision]:
    """Those after number ``seen``, the oldest first; none where that is no number."""
    return Revision.objects.filter(pk__gt=int(seen)).order_by("pk") if seen.isdecimal() else Revision.objects.none()


def values_then(model: type[Model], pk: int, seen: str) -> Fields:
    """What a form that was opened at revision ``seen`` showed of the fields that are otherwise now."""
    revisions = list(revisions_since(seen).filter(model=model._meta.label_lower, object_id=pk))
    if not revisions:
        return {}
    then, now = revisions[0].before or {}, revisions[-1].after or {}
    return {name: value for name, value in then.items() if name in now and now[name] != value}


def changes_undone_by(revisions: Collection[Revision], seen: str) -> list[Revision]:
    """The revisions after number ``seen`` that ``revisions`` undo in part, the oldest first; ``undone`` says which.

    Only while nobody else writes content, as within ``record_revisions``: else more may come after them.
    """
    own = {(revision.model, revision.object_id): revision for revision in revisions}
    theirs = (
        revisions_since(seen)
        .filter(model__in={model for model, _pk in own}, object_id__in={pk for _model, pk in own})
        .exclude(pk__in=[revision.pk for revision in revisions])
    )
    undone: list[Revision] = []
    then: dict[tuple[str, int], dict[FieldName, Any]] = {}
    for revision in theirs.select_related("by") if revisions else ():
        key = revision.model, revision.object_id
        if key in own:
            opened = then.setdefault(key, values_of(revision.model, revision.before))
            now = values_of(revision.model, own[key].before)
            both = changed_field_names(revision) & changed_field_names(own[key])
            revision.undone = {name for name in both if opened.get(name) != now.get(name)}
            undone += [revision] if revision.undone else []
    return sorted([*undone, *deletions_undone_by(revisions, seen)], key=lambda revision: revision.pk)


def deletions_undone_by(revisions: Collection[Revision], seen: str) -> list[Revision]:
    """The deletions of sections that a form of their track makes anew, for it was opened while they were there."""
    made = {
        (revision.within, revision.after["slug"])
        for revision in revisions
        if revision.within and revision.after and not revision.before
    }
    if not made:
        return []
    deletions = revisions_since(seen).filter(model="stages.tracksection", after__isnull=True).select_related("by")
    undone = [revision for revision in deletions if (revision.within, (revision.before or {}).get("slug")) in made]
    for revision in undone:
        revision.undone = {"title"}
    return undone


def changed_field_names(revision: Revision) -> set[FieldName]:
    """The fields that a revision changed. A link is one of its own, so two people may edit two of them."""
    before, after = (values_of(revision.model, entry) for entry in (revision.before, revision.after))
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


def values_of(label: str, entry: Fields | None) -> dict[FieldName, Any]:
    """The values of an entry; no places, since forms show them and do not set them."""
    values: dict[FieldName, Any] = {name: value for name, value in (entry or {}).items() if name != "position"}
    model = LABELS[label]
    if model not in INLINE_MODELS:
        return values
    name, part = INLINE_MODELS[model]
    for link in values.pop(name, []):
        target = tuple(link[TARGET[part]])
        values[name, target] = {key: value for key, value in link.items() if key != "position"}
    return values
