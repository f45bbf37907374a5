"""Loading the fixture files into the database without losing what a maintainer changed there.

What is to happen is worked out in three_way_merge.py; here it is read and written.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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
    Records,
    content_fields,
    content_rows,
    lock_content,
    natural_paths,
    read_bytes,
    snapshot,
    target_of,
    through_of,
    to_records,
)
from stages.fixture_io.records import CONTENT
from stages.models import LoadedEntry, Revision, Stage, State, Topic, Track
from stages.revisions.recorder import record_revisions
from stages.sync.results import known_renderings, last_result, store_result, text_hash
from stages.sync.three_way_merge import (
    LATER,
    OURS,
    THEIRS,
    UNIQUE_DEFAULTS,
    Changes,
    ConflictPolicy,
    Plan,
    Side,
    make_plan,
)

__all__ = ["LATER", "OURS", "THEIRS", "ConflictPolicy", "Plan", "load", "load_changes", "read_baseline"]


type ProgressCallback = Callable[[str, int, int], None]  # hears what is done, how far that is, and of how much


def ignore_progress(what: str, done: int, total: int) -> None:
    """Show no progress."""


class UnrelatedFiles(FixtureError):  # noqa: N818 - it is no mistake
    """Files and database share no stage and no topic, and nobody has said that the files are to take its place."""


class Conflict(FixtureError):  # noqa: N818 - it is no mistake
    """Files and database changed the same, and nobody has said whose value wins."""


@dataclass
class Report:
    """What a load did, for people: ``losses`` are those of the ``lines`` that say what was taken away."""

    summary: str = Plan.NOTHING
    lines: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)  # conflicts in which the database's value stays for now

    @property
    def changes_nothing(self) -> bool:
        return self.summary == Plan.NOTHING


def load_changes(
    folder: Path,
    prefer: ConflictPolicy | None = None,
    on_progress: ProgressCallback = ignore_progress,
    replace_everything: bool = False,
) -> Report:
    """``load``, and at once where nothing has changed since the last one."""
    with lock_content():
        if not prefer and (known := last_result(folder)):
            return Report(lines=known.lines, notes=known.notes)
        plan = load(folder, prefer, on_progress, replace_everything)
        return Report(plan.summary(), list(plan.lines()), list(plan.losses()), plan.notes, plan.postponed)


def load(
    folder: Path,
    prefer: ConflictPolicy | Side | None = None,
    on_progress: ProgressCallback = ignore_progress,
    replace_everything: bool = False,
) -> Plan:
    """Bring the database up to date with the files in ``folder`` and return the Plan.

    Everything is checked first and written in one transaction. ``prefer`` is a Side or a ConflictPolicy.
    ``on_progress`` is called as the work goes on. With the database untouched, raises FixtureError for mistakes in the
    files, Conflict for conflicts that ``prefer`` does not settle, and UnrelatedFiles for files that would retire
    all there is, unless they are to ``replace_everything``.
    """
    policy = prefer if isinstance(prefer, ConflictPolicy) else ConflictPolicy(prefer)
    with lock_content():
        problems: list[str] = []
        contents = read_bytes(folder, problems)
        entries = to_records(contents, problems, lambda done, total: on_progress("Reading the files", done, total))
        rows, taken = snapshot(), taken_keys()
        if not replace_everything:
            check_related(folder, entries, rows)
        plan = make_plan(entries, rows, read_baseline(), policy, taken)
        if plan.conflicts:
            raise Conflict(plan.conflicts)
        with record_revisions(Revision.How.FILES):
            made = apply(plan, on_progress)
            rendered = rerender_html(made, on_progress)
        store_result(contents, plan, taken, rendered)
    return plan


def check_related(folder: Path, entries: Records, rows: Records) -> None:
    """Raise UnrelatedFiles if none of the stages and topics that are in use would stay."""
    in_use = [row for row in rows.values() if row.model in (Stage, Topic) and row.fields["state"] != State.RETIRED]
    if not in_use or any(row.identity in entries for row in in_use):
        return
    stages = sum(row.model is Stage for row in in_use)
    counts = f"{count_of(stages, 'stage')} and {count_of(len(in_use) - stages, 'topic')}"
    found = f"{folder}: this is another roadmap: it has none of the {counts} of the database, and would retire them."
    hint = "Is FIXTURES_DIR right? --replace-everything loads it all the same; nobody loses a tick."
    raise UnrelatedFiles([f"{found} {hint}"])


def count_of(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def read_baseline() -> dict[Identity, Fields]:
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


def apply(plan: Plan, on_progress: ProgressCallback) -> dict[type[Model], set[int]]:
    """Carry the plan out and return the primary keys of what it made.

    Rows are made in the order of MODELS, so what they point at is there.
    """
    pks = PrimaryKeys()
    made: dict[type[Model], set[int]] = {}
    release_unique_values(plan)
    for done, model in enumerate(MODELS, start=1):
        on_progress("Writing", done, len(MODELS))
        added = [record for record in plan.added if record.model is model]
        rows = model._default_manager.bulk_create(model(**row_values(record, record.fields, pks)) for record in added)
        made[model] = {row.pk for row in rows}
        pks.read(model)
        changed = [(record, changes) for record, changes in plan.changed if record.model is model]
        for record, changes in changed:
            new = {name: after for name, (_, after) in changes.items()}
            values = row_values(record, new, pks)
            if values:
                model._default_manager.filter(pk=pks.of(model, record.key)).update(**values)
        write_many_to_many(model, added, changed, pks)
    for record in plan.retired:
        record.model._default_manager.filter(pk=pks.of(*record.identity)).update(state=State.RETIRED)
    for record in reversed(plan.removed):
        record.model._default_manager.filter(pk=pks.of(*record.identity)).delete()
    store_baseline(plan)
    return made


def release_unique_values(plan: Plan) -> None:
    """Take from tracks what only one may have, before another gets it."""
    for record, changes in plan.changed:
        if record.model is Track and (
            given := {name: UNIQUE_DEFAULTS[name] for name in UNIQUE_DEFAULTS if name in changes}
        ):
            Track.objects.filter(slug=record.key[0]).update(**given)


class PrimaryKeys:
    """Finds the primary key of a row by its natural key."""

    def __init__(self) -> None:
        self.pks_by_key: dict[type[Model], dict[Key, int]] = {}

    def read(self, model: type[Model]) -> None:
        rows = model._default_manager.values_list("pk", *natural_paths(model))
        self.pks_by_key[model] = {tuple(key): pk for pk, *key in rows}

    def of(self, model: type[Model], key: Iterable[str]) -> int:
        return self.pks_by_key[model][tuple(key)]


def row_values(record: Record, values: Fields, pks: PrimaryKeys) -> dict[str, Any]:
    """The values of a record as a row takes them: keys become primary keys; many-to-many fields come later."""
    row = {}
    for name, value in values.items():
        model_field = record.model._meta.get_field(name)
        if isinstance(model_field, ManyToManyField):
            continue
        if isinstance(model_field, ForeignKey):
            row[model_field.attname] = pks.of(target_of(model_field), value) if value else None
        else:
            row[name] = value
    return row


def write_many_to_many(
    model: type[Model], added: list[Record], changed: list[tuple[Record, Changes]], pks: PrimaryKeys
) -> None:
    """Write the many-to-many fields of the records that are new or changed there."""
    for model_field in content_fields(model):
        if not isinstance(model_field, ManyToManyField):
            continue
        name, through = model_field.name, through_of(model_field)
        added_keys = {pks.of(model, record.key): record.fields[name] for record in added}
        changed_keys = {pks.of(model, record.key): changes[name][1] for record, changes in changed if name in changes}
        source, other = model_field.m2m_field_name(), model_field.m2m_reverse_field_name()
        through._default_manager.filter(**{f"{source}__in": changed_keys}).delete()
        through._default_manager.bulk_create(
            through(**{f"{source}_id": pk, f"{other}_id": pks.of(target_of(model_field), key)})
            for pk, keys in (added_keys | changed_keys).items()
            for key in keys
        )


def rerender_html(made: dict[type[Model], set[int]], on_progress: ProgressCallback) -> set[str]:
    """Render what is not as it would be rendered now: it was changed by an update, or by another version of this.

    What has just been ``made`` was rendered on the way, and what is in ``known_renderings`` at an earlier load.
    Returns the ``text_hash`` of all there is.
    """
    known, rendered = known_renderings(), set()
    for model in MODELS:
        for html in (html for html in model._meta.concrete_fields if isinstance(html, HtmlField)):
            rows = model._default_manager.exclude(**{html.source: ""}).only(html.source, html.attname)
            for done, row in enumerate(rows, start=1):
                on_progress("Rendering", done, len(rows))
                text, now = getattr(row, html.source), row.__dict__[html.attname]
                if row.pk not in made[model] and text_hash(text, now) not in known:
                    before, now = now, html.render(row)
                    if before != now:
                        model._default_manager.filter(pk=row.pk).update(**{html.attname: now})
                rendered.add(text_hash(text, now))
    return rendered


def store_baseline(plan: Plan) -> None:
    """Write down the files as they were loaded now, for the next load to compare with."""
    entries = plan.new_baseline()
    LoadedEntry.objects.bulk_create(
        (
            LoadedEntry(model=model._meta.label_lower, key=key_as_text(key), fields=fields)
            for (model, key), fields in entries.items()
            if plan.baseline.get((model, key)) != fields
        ),
        update_conflicts=True,
        unique_fields=["model", "key"],
        update_fields=["fields"],
        batch_size=500,
    )
    for model, key in plan.baseline.keys() - entries.keys():
        LoadedEntry.objects.filter(model=model._meta.label_lower, key=key_as_text(key)).delete()


def key_as_text(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False)
