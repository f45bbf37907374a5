"""Loading the fixture files into the database without losing what a maintainer changed there.

For every field three values are compared: the file as it was last loaded, the file now, and the row now. Where
only the file changed, the row follows. Where only the row changed, it stays. Where both changed, and differently,
that is a conflict: it is reported and nothing is loaded, unless the caller says whose value wins.
"""

import json
from dataclasses import dataclass, field

from django.db import transaction

from stages.fields import HtmlField
from stages.fixture_files import (
    LABELS,
    MODELS,
    FixtureError,
    check_references,
    check_tracks,
    content_fields,
    find_cycle,
    key_names,
    read,
    shorten,
    snapshot,
)
from stages.history import recorded
from stages.models import LoadedEntry, Revision, State, Topic

OURS, THEIRS = "ours", "theirs"  # the row's value wins; the file's value wins


@dataclass
class Plan:
    """What a load would do. ``changed`` pairs a record with ``{field: (row now, new value)}``."""

    records: dict  # the files now
    loaded: dict  # the files as they were last loaded
    added: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    retired: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    released: list = field(default_factory=list)  # left the files, and stay as the database's own
    gone: set = field(default_factory=set)  # in the files, deleted in the database, and staying so
    notes: list = field(default_factory=list)
    conflicts: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.added or self.changed or self.retired or self.removed)

    def lines(self):
        """The plan for people, one line for each thing that would change."""
        for record in self.added:
            yield f"+ {record}"
        for record, changes in self.changed:
            for name, (before, after) in changes.items():
                yield f"~ {record}: {name}: {shorten(before)} → {shorten(after)}"
        for record in self.retired:
            yield f"- {record}: retired, for it has left the files"
        for record in self.removed:
            yield f"- {record}: removed, for it has left the files"

    def summary(self):
        counts = [
            (len(self.added), "added"),
            (len(self.changed), "changed"),
            (len(self.retired), "retired"),
            (len(self.removed), "removed"),
        ]
        return ", ".join(f"{number} {word}" for number, word in counts if number) or "nothing to change"


def load(folder, dry_run=False, prefer=None):
    """Bring the database up to date with the files in ``folder`` and return the Plan.

    Everything is checked first and written in one transaction. Raises FixtureError, with the database
    untouched, for mistakes in the files and for conflicts when ``prefer`` is neither OURS nor THEIRS.
    """
    records = read(folder)
    with transaction.atomic():
        plan = make_plan(records, prefer)
        if plan.conflicts:
            raise FixtureError(plan.conflicts)
        if not dry_run:
            with recorded(Revision.How.FILES):
                apply(plan)
                render_again()
    return plan


def make_plan(records, prefer=None):
    # Locked before the rows are read, so that of two loads at once the second sees what the first has done.
    loaded = {
        (LABELS[entry.model], tuple(json.loads(entry.key))): entry.fields
        for entry in LoadedEntry.objects.select_for_update()
        if entry.model in LABELS
    }
    rows = snapshot()
    plan = Plan(records, loaded)
    for identity, record in records.items():
        row, base = rows.get(identity), loaded.get(identity)
        if row is None:
            arrive(record, base, prefer, plan)
        elif changes := merge(record, row.fields, base, prefer, plan.conflicts):
            plan.changed.append((record, changes))
    for identity in loaded.keys() - records.keys():
        if row := rows.get(identity):
            leave(row, loaded[identity], prefer, plan)
    for leaving in (plan.retired, plan.removed):
        leaving.sort(key=lambda record: (MODELS.index(record.model), record.key))
    check(plan, rows)
    return plan


def arrive(record, base, prefer, plan):
    """Plan what becomes of an entry without a row: it is new, or a maintainer deleted the row or changed its key."""
    if base is None:
        plan.added.append(record)
    elif record.fields == base or prefer == OURS:
        plan.gone.add(record.identity)
    elif prefer == THEIRS:
        plan.added.append(record)
    else:
        plan.gone.add(record.identity)
        plan.conflicts.append(
            f"{record.where}: changed in the file, but its row was deleted; --theirs brings it back, --ours does not."
        )


def merge(record, row, base, prefer, conflicts):
    """``{field: (row now, new value)}`` for the fields of a row that are to follow the file."""
    changes = {}
    for name, new in record.fields.items():
        now = row[name]
        if new == now:
            continue
        file_changed = base is None or base.get(name, new) != new
        row_changed = base is None or base.get(name, now) != now
        if file_changed and row_changed and prefer is None:
            conflicts.append(
                f"{record.where}: {name} changed both in the file ({shorten(new)}) and in the database "
                f"({shorten(now)}); --theirs takes the file's, --ours keeps the database's."
            )
        elif file_changed and not (row_changed and prefer == OURS):
            changes[name] = (now, new)
    return changes


def leave(row, base, prefer, plan):
    """Plan what becomes of a row whose entry left the files: retire a thing, remove a mere link."""
    if "state" in row.fields:
        if row.fields["state"] == State.RETIRED:
            return
        leaving = plan.retired
    else:
        leaving = plan.removed
    if row.fields == base or prefer == THEIRS:
        leaving.append(row)
    elif prefer == OURS:
        plan.released.append(row)
    else:
        plan.conflicts.append(
            f"{row}: has left the files, but was changed in the database; --theirs takes it away, --ours keeps it."
        )


def check(plan, rows):
    """Raise FixtureError for entries that point nowhere, or contradict each other."""
    there = {identity: record for identity, record in plan.records.items() if identity not in plan.gone}
    problems = [*check_references(there, rows.keys()), *check_tracks(there)]
    if not problems:
        needs = {
            record.key[0]: [key[0] for key in record.fields["prerequisites"]]
            for record in (rows | there).values()
            if record.model is Topic
        }
        if cycle := find_cycle(needs):
            where = there.get((Topic, (cycle[0],)))
            problems.append(
                f"{where.where if where else 'database'}: these topics need each other in a circle: "
                f"{' → '.join(cycle)}."
            )
    if problems:
        raise FixtureError(problems)
    plan.notes += [
        f"{record.where}: replaces “{slug}”, which this database has never had."
        for record in there.values()
        if record.model is Topic
        for slug in record.fields["replaces"]
        if (Topic, (slug,)) not in rows
    ]


# --- Writing ------------------------------------------------------------------------------------------


def apply(plan):
    """Carry the plan out. Rows are made in the order of MODELS, so what they point at is there."""
    pks = Keys()
    for model in MODELS:
        added = [record for record in plan.added if record.model is model]
        model.objects.bulk_create(model(**columns(record, record.fields, pks)) for record in added)
        pks.read(model)
        changed = [(record, changes) for record, changes in plan.changed if record.model is model]
        for record, changes in changed:
            new = {name: after for name, (_, after) in changes.items()}
            values = columns(record, new, pks)
            if values:
                model.objects.filter(pk=pks.of(model, record.key)).update(**values)
        connect(model, added, changed, pks)
    for record in plan.retired:
        record.model.objects.filter(pk=pks.of(*record.identity)).update(state=State.RETIRED)
    for record in reversed(plan.removed):
        record.model.objects.filter(pk=pks.of(*record.identity)).delete()
    remember(plan)


class Keys:
    """Finds the primary key of a row by its natural key."""

    def __init__(self):
        self.known = {}

    def read(self, model):
        rows = model.objects.values_list("pk", *natural_paths(model))
        self.known[model] = {tuple(key): pk for pk, *key in rows}

    def of(self, model, key):
        return self.known[model][tuple(key)]


def natural_paths(model):
    """The look-ups that give a model's natural key, flat: a resource in a topic is topic__slug, resource__url."""
    for name in key_names(model):
        target = model._meta.get_field(name).related_model
        if target is None:
            yield name
        else:
            yield from (f"{name}__{path}" for path in natural_paths(target))


def columns(record, values, pks):
    """The values of a record as a row takes them: keys become primary keys; many-to-many fields come later."""
    found = {}
    for name, value in values.items():
        model_field = record.model._meta.get_field(name)
        if model_field.many_to_many:
            continue
        if model_field.is_relation:
            found[model_field.attname] = pks.of(model_field.related_model, value) if value else None
        else:
            found[name] = value
    return found


def connect(model, added, changed, pks):
    """Write the many-to-many fields of the records that are new or changed there."""
    for model_field in content_fields(model):
        if not model_field.many_to_many:
            continue
        name, through = model_field.name, model_field.remote_field.through
        wanted = {pks.of(model, record.key): record.fields[name] for record in added}
        again = {pks.of(model, record.key): changes[name][1] for record, changes in changed if name in changes}
        own, other = model_field.m2m_field_name(), model_field.m2m_reverse_field_name()
        through.objects.filter(**{f"{own}__in": again}).delete()
        through.objects.bulk_create(
            through(**{f"{own}_id": pk, f"{other}_id": pks.of(model_field.related_model, key)})
            for pk, keys in (wanted | again).items()
            for key in keys
        )


def render_again():
    """Render what is not as it would be rendered now: it was changed by an update, or by another version of this."""
    for model in MODELS:
        for html in (html for html in model._meta.concrete_fields if isinstance(html, HtmlField)):
            for row in model.objects.exclude(**{html.source: ""}).only(html.source, html.attname):
                before, after = getattr(row, html.attname), html.render(row)
                if before != after:
                    model.objects.filter(pk=row.pk).update(**{html.attname: after})


def remember(plan):
    """Write down the files as they were loaded now, for the next load to compare with."""
    entries = {identity: record.fields for identity, record in plan.records.items()}
    entries |= {record.identity: record.fields | {"state": State.RETIRED} for record in plan.retired}
    LoadedEntry.objects.bulk_create(
        (
            LoadedEntry(model=model._meta.label_lower, key=as_text(key), fields=fields)
            for (model, key), fields in entries.items()
            if plan.loaded.get((model, key)) != fields
        ),
        update_conflicts=True,
        unique_fields=["model", "key"],
        update_fields=["fields"],
        batch_size=500,
    )
    for record in [*plan.removed, *plan.released]:
        LoadedEntry.objects.filter(model=record.model._meta.label_lower, key=as_text(record.key)).delete()


def as_text(key):
    return json.dumps(key, ensure_ascii=False)
