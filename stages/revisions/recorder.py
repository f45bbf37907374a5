"""Who changed what and when: every write to the content leaves a Revision for each thing that it changed.

Not the signals of a library, for the loader writes with bulk_create() and update(), which send none, and neither do
the cascades of a deletion. Two snapshots of all content, one before a write and one after it, miss nothing. A
snapshot is a dozen plain queries, 10 ms for the whole roadmap, and is taken only when somebody edits or loads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ForeignKey, ManyToManyField, Model
from django.utils import timezone

from stages.fixture_io import MODELS, Fields, content_fields, content_rows, key_names, target_of, through_of
from stages.models import Revision, State, Topic, TopicResource, Track, TrackSection, TrackTopic
from stages.requests import User

# What has no history of its own, because it is edited on the page of what it stands under: {parent: (key, model)}.
INLINE_MODELS: dict[type[Model], tuple[str, type[Model]]] = {
    Topic: ("links", TopicResource),
    TrackSection: ("places", TrackTopic),
}
PARENT_FIELDS: dict[type[Model], str] = {TopicResource: "topic", TrackTopic: "section"}
VERSIONED_MODELS = [model for model in MODELS if model not in PARENT_FIELDS]
LABELS = {model._meta.label_lower: model for model in VERSIONED_MODELS}

recording: ContextVar[list[Revision] | None] = ContextVar("recording", default=None)


@contextmanager
def record_revisions(how: Revision.How, by: User | None = None, why: str = "") -> Iterator[list[Revision]]:
    """Write a Revision for all that changes within, in the same transaction.

    Gives the list that holds them afterward. Within another one this does nothing: the outer one writes.
    """
    outer = recording.get()
    if outer is not None:
        yield outer
        return
    revisions: list[Revision] = []
    token = recording.set(revisions)
    try:
        with transaction.atomic():
            serialize_writers()
            before = ContentSnapshot()
            yield revisions
            revisions += revisions_between(before, ContentSnapshot(), how=how, by=by, why=why, at=timezone.now())
            Revision.objects.bulk_create(revisions, batch_size=200)
    finally:
        recording.reset(token)


def serialize_writers() -> None:
    """Wait for whoever else writes content, or their changes would be ours. The lock is a row that is always there."""
    rows = ContentType.objects.filter(app_label="stages", model="revision")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def revisions_between(before: "ContentSnapshot", after: "ContentSnapshot", **facts: Any) -> Iterator[Revision]:
    """The unsaved revisions that lead from one snapshot to the other."""
    for model in VERSIONED_MODELS:
        old, new = before.versions[model], after.versions[model]
        for pk in sorted(pk for pk in old.keys() | new.keys() if old.get(pk) != new.get(pk)):
            entries = {"before": before.entry(model, pk), "after": after.entry(model, pk)}
            entry = entries["after"] or entries["before"] or {}
            revision = Revision(
                model=model._meta.label_lower,
                object_id=pk,
                within=(after if pk in new else before).rows[model][pk]["track_id"] if model is TrackSection else None,
                title=next(entry[name] for name in ("title", "label", "paraphrase", "name") if entry.get(name))[:200],
                **entries,
                **facts,
            )
            revision.of_drafts = all(
                moment.is_draft(model, pk) for moment in (before, after) if pk in moment.versions[model]
            )
            yield revision


class ContentSnapshot:
    """All content as it is now: raw values, which become entries only where somebody asks."""

    def __init__(self) -> None:
        self.rows: dict[type[Model], dict[int, Fields]] = {}
        self.many: dict[tuple[type[Model], str], dict[int, set[int]]] = {}
        self.parts: dict[type[Model], dict[int, dict[int, Fields]]] = {}  # by the pk of what they stand under
        self.versions: dict[type[Model], dict[int, Any]] = {}  # to be compared
        for model in MODELS:
            self._read_model(model)
        for model in VERSIONED_MODELS:
            linked = [self.many[model, field.name] for field in content_fields(model) if field.many_to_many]
            parts = self.parts[INLINE_MODELS[model][1]] if model in INLINE_MODELS else {}
            self.versions[model] = {
                pk: (row, [links.get(pk) for links in linked], parts.get(pk)) for pk, row in self.rows[model].items()
            }

    def _read_model(self, model: type[Model]) -> None:
        columns = [field.attname for field in content_fields(model) if not field.many_to_many]
        values = content_rows(model).order_by("pk").values_list("pk", *columns)
        self.rows[model] = {pk: dict(zip(columns, row, strict=True)) for pk, *row in values}
        for field in content_fields(model):
            if isinstance(field, ManyToManyField):
                links: dict[int, set[int]] = {}
                self.many[model, field.name] = links
                pairs = through_of(field)._default_manager.values_list(
                    field.m2m_column_name(), field.m2m_reverse_name()
                )
                for pk, other in pairs:
                    links.setdefault(pk, set()).add(other)
        if model in PARENT_FIELDS:
            self.parts[model] = {}
            for pk, row in self.rows[model].items():
                self.parts[model].setdefault(row[f"{PARENT_FIELDS[model]}_id"], {})[pk] = row

    def entry(self, model: type[Model], pk: int) -> Fields | None:
        """One thing as the files have it, with its parts as a list; None when there is no such row."""
        if pk not in self.rows[model]:
            return None
        entry = self.values(model, pk)
        if model in INLINE_MODELS:
            name, part = INLINE_MODELS[model]
            parts = [self.values(part, own) for own in self.parts[part].get(pk, {})]
            for values in parts:
                del values[PARENT_FIELDS[part]]
            entry[name] = sorted(parts, key=lambda values: (values["position"], str(values)))
        return entry

    def values(self, model: type[Model], pk: int) -> Fields:
        row = self.rows[model][pk]
        entry: Fields = {}
        for field in content_fields(model):
            if isinstance(field, ManyToManyField):
                others = self.many[model, field.name].get(pk, ())
                entry[field.name] = sorted(self.key(target_of(field), other) for other in others)
            elif isinstance(field, ForeignKey):
                other = row[field.attname]
                entry[field.name] = None if other is None else self.key(target_of(field), other)
            else:
                entry[field.name] = row[field.attname]
        return entry

    def key(self, model: type[Model], pk: int) -> list[str]:
        """The natural key, flat, as the files write it."""
        row = self.rows[model][pk]
        key: list[str] = []
        for name in key_names(model):
            field = model._meta.get_field(name)
            if isinstance(field, ForeignKey):
                key += self.key(target_of(field), row[field.attname])
            else:
                key.append(row[name])
        return key

    def is_draft(self, model: type[Model], pk: int) -> bool:
        row = self.rows[model][pk]
        if model is TrackSection:
            return self.is_draft(Track, row["track_id"])
        return row.get("state") == State.DRAFT
