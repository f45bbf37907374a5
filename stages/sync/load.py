"""Loading the fixture files into the database without losing what a maintainer changed there.

What is to happen is worked out in merging.py; here it is read and written.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.models import ForeignKey, ManyToManyField, Model

from stages.fields import HtmlField
from stages.fixture_io import (
    LABELS,
    MODELS,
    Fields,
    FixtureError,
    Identity,
    Key,
    Record,
    content_fields,
    content_rows,
    key_names,
    lock_content,
    read,
    snapshot,
    target_of,
    through_of,
)
from stages.fixture_io.records import CONTENT
from stages.models import LoadedEntry, Revision, State, Track
from stages.revisions.recorder import record_revisions
from stages.sync.three_way_merge import CLAIMS, OURS, THEIRS, Changes, ConflictPolicy, Plan, Side, make_plan

__all__ = ["OURS", "THEIRS", "ConflictPolicy", "Plan", "load", "loaded_entries"]


type Tell = Callable[[str, int, int], None]  # hears what is done, how far that is, and of how much


def silent(what: str, done: int, total: int) -> None:
    """Tells nobody."""


class Conflict(FixtureError):  # noqa: N818 - it is no mistake
    """Files and database changed the same, and nobody has said whose value wins."""


def load(
    folder: Path,
    dry_run: bool = False,
    prefer: ConflictPolicy | Side | None = None,
    tell: Tell = silent,
) -> Plan:
    """Bring the database up to date with the files in ``folder`` and return the Plan.

    Everything is checked first and written in one transaction. ``prefer`` is OURS, THEIRS or Wishes. ``tell`` is
    called as the work goes on. Raises FixtureError for mistakes in the files, and Conflict for conflicts that
    ``prefer`` does not settle, with the database untouched.
    """
    wishes = prefer if isinstance(prefer, ConflictPolicy) else ConflictPolicy(prefer)
    with lock_content():
        entries = read(folder, lambda done, total: tell("Reading the files", done, total))
        plan = make_plan(entries, snapshot(), loaded_entries(), wishes, taken_keys())
        if plan.conflicts:
            raise Conflict(plan.conflicts)
        if not dry_run:
            with record_revisions(Revision.How.FILES):
                made = apply(plan, tell)
                render_again(made, tell)
    return plan


def loaded_entries() -> dict[Identity, Fields]:
    """The files as they were last loaded, as ``{(model, key): fields}``."""
    return {
        (LABELS[entry.model], tuple(json.loads(entry.key))): entry.fields
        for entry in LoadedEntry.objects.all()
        if entry.model in LABELS
    }


def taken_keys() -> set[Identity]:
    """The identities of rows that are no content, and whose keys are taken all the same."""
    taken: set[Identity] = set()
    for model in CONTENT:
        every, content = (
            rows.values_list(*natural_paths(model)) for rows in (model._default_manager.all(), content_rows(model))
        )
        taken |= {(model, key) for key in set(every) - set(content)}
    return taken


# --- Writing ------------------------------------------------------------------------------------------


def apply(plan: Plan, tell: Tell) -> dict[type[Model], set[int]]:
    """Carry the plan out and return the primary keys of what it made.

    Rows are made in the order of MODELS, so what they point at is there.
    """
    pks = Keys()
    made: dict[type[Model], set[int]] = {}
    release_unique_values(plan)
    for done, model in enumerate(MODELS, start=1):
        tell("Writing", done, len(MODELS))
        added = [record for record in plan.added if record.model is model]
        rows = model._default_manager.bulk_create(model(**columns(record, record.fields, pks)) for record in added)
        made[model] = {row.pk for row in rows}
        pks.read(model)
        changed = [(record, changes) for record, changes in plan.changed if record.model is model]
        for record, changes in changed:
            new = {name: after for name, (_, after) in changes.items()}
            values = columns(record, new, pks)
            if values:
                model._default_manager.filter(pk=pks.of(model, record.key)).update(**values)
        connect(model, added, changed, pks)
    for record in plan.retired:
        record.model._default_manager.filter(pk=pks.of(*record.identity)).update(state=State.RETIRED)
    for record in reversed(plan.removed):
        record.model._default_manager.filter(pk=pks.of(*record.identity)).delete()
    store_baseline(plan)
    return made


def release_unique_values(plan: Plan) -> None:
    """Take from tracks what only one may have, before another gets it."""
    for record, changes in plan.changed:
        if record.model is Track and (given := {name: CLAIMS[name] for name in CLAIMS if name in changes}):
            Track.objects.filter(slug=record.key[0]).update(**given)


class Keys:
    """Finds the primary key of a row by its natural key."""

    def __init__(self) -> None:
        self.known: dict[type[Model], dict[Key, int]] = {}

    def read(self, model: type[Model]) -> None:
        rows = model._default_manager.values_list("pk", *natural_paths(model))
        self.known[model] = {tuple(key): pk for pk, *key in rows}

    def of(self, model: type[Model], key: Iterable[str]) -> int:
        return self.known[model][tuple(key)]


def natural_paths(model: type[Model]) -> Iterator[str]:
    """The look-ups that give a model's natural key, flat: a resource in a topic is topic__slug, resource__url."""
    for name in key_names(model):
        model_field = model._meta.get_field(name)
        if isinstance(model_field, ForeignKey):
            yield from (f"{name}__{path}" for path in natural_paths(target_of(model_field)))
        else:
            yield name


def columns(record: Record, values: Fields, pks: "Keys") -> dict[str, Any]:
    """The values of a record as a row takes them: keys become primary keys; many-to-many fields come later."""
    found = {}
    for name, value in values.items():
        model_field = record.model._meta.get_field(name)
        if isinstance(model_field, ManyToManyField):
            continue
        if isinstance(model_field, ForeignKey):
            found[model_field.attname] = pks.of(target_of(model_field), value) if value else None
        else:
            found[name] = value
    return found


def connect(model: type[Model], added: list[Record], changed: list[tuple[Record, Changes]], pks: "Keys") -> None:
    """Write the many-to-many fields of the records that are new or changed there."""
    for model_field in content_fields(model):
        if not isinstance(model_field, ManyToManyField):
            continue
        name, through = model_field.name, through_of(model_field)
        wanted = {pks.of(model, record.key): record.fields[name] for record in added}
        again = {pks.of(model, record.key): changes[name][1] for record, changes in changed if name in changes}
        own, other = model_field.m2m_field_name(), model_field.m2m_reverse_field_name()
        through._default_manager.filter(**{f"{own}__in": again}).delete()
        through._default_manager.bulk_create(
            through(**{f"{own}_id": pk, f"{other}_id": pks.of(target_of(model_field), key)})
            for pk, keys in (wanted | again).items()
            for key in keys
        )


def render_again(made: dict[type[Model], set[int]], tell: Tell) -> None:
    """Render what is not as it would be rendered now: it was changed by an update, or by another version of this.

    What has just been ``made`` was rendered on the way.
    """
    for model in MODELS:
        for html in (html for html in model._meta.concrete_fields if isinstance(html, HtmlField)):
            rows = model._default_manager.exclude(**{html.source: ""}).only(html.source, html.attname)
            for done, row in enumerate(rows, start=1):
                tell("Rendering", done, len(rows))
                if row.pk in made[model]:
                    continue
                before, after = getattr(row, html.attname), html.render(row)
                if before != after:
                    model._default_manager.filter(pk=row.pk).update(**{html.attname: after})


def store_baseline(plan: Plan) -> None:
    """Write down the files as they were loaded now, for the next load to compare with."""
    entries = plan.remembered()
    LoadedEntry.objects.bulk_create(
        (
            LoadedEntry(model=model._meta.label_lower, key=key_as_text(key), fields=fields)
            for (model, key), fields in entries.items()
            if plan.loaded.get((model, key)) != fields
        ),
        update_conflicts=True,
        unique_fields=["model", "key"],
        update_fields=["fields"],
        batch_size=500,
    )
    for model, key in plan.loaded.keys() - entries.keys():
        LoadedEntry.objects.filter(model=model._meta.label_lower, key=key_as_text(key)).delete()


def key_as_text(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False)
