"""Loading the fixture files into the database without losing what a maintainer changed there.

What is to happen is worked out in merging.py; here it is read and written.
"""

import json

from stages.fields import HtmlField
from stages.fixture_files import (
    LABELS,
    MODELS,
    FixtureError,
    content_fields,
    content_rows,
    held,
    key_names,
    read,
    snapshot,
)
from stages.fixture_files.records import CONTENT
from stages.history import recorded
from stages.merging import CLAIMS, OURS, THEIRS, Plan, Wishes, make_plan
from stages.models import LoadedEntry, Revision, State, Track

__all__ = ["OURS", "THEIRS", "Plan", "Wishes", "load", "loaded_entries"]


class Conflict(FixtureError):  # noqa: N818 - it is no mistake
    """Files and database changed the same, and nobody has said whose value wins."""


def load(folder, dry_run=False, prefer=None, tell=lambda what, done, total: None):
    """Bring the database up to date with the files in ``folder`` and return the Plan.

    Everything is checked first and written in one transaction. ``prefer`` is OURS, THEIRS or Wishes. ``tell`` is
    called as the work goes on. Raises FixtureError for mistakes in the files, and Conflict for conflicts that
    ``prefer`` does not settle, with the database untouched.
    """
    wishes = prefer if isinstance(prefer, Wishes) else Wishes(prefer)
    with held():
        entries = read(folder, lambda done, total: tell("Reading the files", done, total))
        plan = make_plan(entries, snapshot(), loaded_entries(), wishes, taken_keys())
        if plan.conflicts:
            raise Conflict(plan.conflicts)
        if not dry_run:
            with recorded(Revision.How.FILES):
                apply(plan, tell)
                render_again(tell)
    return plan


def loaded_entries():
    """The files as they were last loaded, as ``{(model, key): fields}``."""
    return {
        (LABELS[entry.model], tuple(json.loads(entry.key))): entry.fields
        for entry in LoadedEntry.objects.all()
        if entry.model in LABELS
    }


def taken_keys():
    """The identities of rows that are no content, and whose keys are taken all the same."""
    taken = set()
    for model in CONTENT:
        every, content = (rows.values_list(*natural_paths(model)) for rows in (model.objects, content_rows(model)))
        taken |= {(model, key) for key in set(every) - set(content)}
    return taken


# --- Writing ------------------------------------------------------------------------------------------


def apply(plan, tell):
    """Carry the plan out. Rows are made in the order of MODELS, so what they point at is there."""
    pks = Keys()
    give_up(plan)
    for done, model in enumerate(MODELS, start=1):
        tell("Writing", done, len(MODELS))
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


def give_up(plan):
    """Take from tracks what only one may have, before another gets it."""
    for record, changes in plan.changed:
        if record.model is Track and (given := {name: CLAIMS[name] for name in CLAIMS if name in changes}):
            Track.objects.filter(slug=record.key[0]).update(**given)


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


def render_again(tell):
    """Render what is not as it would be rendered now: it was changed by an update, or by another version of this."""
    for model in MODELS:
        for html in (html for html in model._meta.concrete_fields if isinstance(html, HtmlField)):
            rows = model.objects.exclude(**{html.source: ""}).only(html.source, html.attname)
            for done, row in enumerate(rows, start=1):
                tell("Rendering", done, len(rows))
                before, after = getattr(row, html.attname), html.render(row)
                if before != after:
                    model.objects.filter(pk=row.pk).update(**{html.attname: after})


def remember(plan):
    """Write down the files as they were loaded now, for the next load to compare with."""
    entries = plan.remembered()
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
    for model, key in plan.loaded.keys() - entries.keys():
        LoadedEntry.objects.filter(model=model._meta.label_lower, key=as_text(key)).delete()


def as_text(key):
    return json.dumps(key, ensure_ascii=False)
