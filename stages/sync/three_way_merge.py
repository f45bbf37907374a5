"""What a load would do, worked out from three sets of values and without asking a database.

For every field there are the file as it was last loaded, the file now, and the row now. Where only the file changed,
the row follows. Where only the row changed, it stays. Where both changed, and differently, that is a conflict, unless
the caller says whose value wins, or that it stays a conflict: then the row stays, and what was last loaded as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from django.db.models import ForeignKey, ManyToManyField, Model

from stages.cycles import find_cycle
from stages.editing.text_warnings import record_text_warnings
from stages.editing.validators import (
    duplicate_url_problems,
    empty_stage_warnings,
    exercise_problems,
    live_replaced_warnings,
    slug_twin_problems,
)
from stages.fixture_io import (
    MODELS,
    Fields,
    FixtureError,
    Identity,
    Key,
    Location,
    Record,
    Records,
    content_fields,
    default_of,
    shorten,
    target_of,
)
from stages.models import Entry, Exercise, Stage, State, Topic, Track

type Side = Literal["ours", "theirs", "later"]
OURS: Side = "ours"  # the row's value wins
THEIRS: Side = "theirs"  # the file's value wins
LATER: Side = "later"  # the row's value stays until somebody says which one wins

type Changes = dict[str, tuple[Any, Any]]  # {field: (row now, new value)}
type Baseline = Mapping[Identity, Fields]  # the files as they were last loaded

# Beside the fields of an entry as it was last loaded: it has left the files, and what becomes of its row is not
# their business any more.
LEFT_FILES = "left the files"

# What only one track may have, and what the others have instead.
UNIQUE_DEFAULTS = {"follows_stages": False, "source": None}


@dataclass(frozen=True)
class ConflictPolicy:
    """Whose value wins: for all that is not named, and for single entries and fields.

    A name is ``stages.topic:maps`` or ``stages.topic:maps.title``; the closest one counts.
    """

    default: Side | None = None
    named: dict[str, Side] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it settles anything."""
        return bool(self.named) or self.default in (OURS, THEIRS)

    def side_for(self, record: Record, name: str | None = None) -> Side | None:
        return self.named.get(f"{record.name}.{name}") or self.named.get(record.name) or self.default

    def unknown_names(self, records: Iterable[Record]) -> list[str]:
        """The names that are none of these records' and none of their fields'."""
        known = {record.name for record in records}
        known |= {f"{record.name}.{name}" for record in records for name in record.fields} if self.named else set()
        return sorted(self.named.keys() - known)


@dataclass
class Plan:
    """What a load would do."""

    NOTHING: ClassVar[str] = "nothing to change"

    records: Records  # the files now
    rows: Records  # the database now
    baseline: Baseline
    policy: ConflictPolicy
    added: list[Record] = field(default_factory=list)
    changed: list[tuple[Record, Changes]] = field(default_factory=list)
    retired: list[Record] = field(default_factory=list)
    removed: list[Record] = field(default_factory=list)
    detached: set[Identity] = field(default_factory=set)  # those that left the files, and whose rows stay
    stay_deleted: set[Identity] = field(default_factory=set)  # in the files, deleted in the database, and staying so
    local_changes: list[str] = field(default_factory=list)  # lines: what the database has of its own, and keeps
    notes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)  # lines: the conflicts that stay ones
    postponed_base: dict[Identity, Fields | None] = field(default_factory=dict)  # what was last loaded, and stays so
    result: Records = field(default_factory=dict)  # the database as it will be

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.retired or self.removed)

    def new_baseline(self) -> dict[Identity, Fields]:
        """The files as they will have been loaded, for the next load to compare with."""
        entries = {identity: record.fields for identity, record in self.records.items()}
        for identity in self.detached:
            base = self.baseline[identity] | {LEFT_FILES: True, "state": State.RETIRED.value}
            # What a track has given up is not there to be compared with when it comes back.
            entries[identity] = base | {
                name: self.result[identity].fields[name] for name in base.keys() & UNIQUE_DEFAULTS.keys()
            }
        for identity, kept in self.postponed_base.items():
            if kept is None:
                entries.pop(identity, None)
            else:
                entries[identity] = entries.get(identity, {}) | kept
        return entries

    def add_conflict(self, message: str, side: Side | None, identity: Identity, base: Fields | None) -> None:
        """Note what both changed; ``base`` is what was last loaded of it, and None of what never was."""
        if side != LATER:
            self.conflicts.append(message)
            return
        self.postponed.append(message)
        known = self.postponed_base.get(identity, {})
        self.postponed_base[identity] = None if base is None or known is None else known | base

    def lines(self) -> Iterator[str]:
        """The plan for people, one line for each thing that would change, and then for each that stays apart."""
        for record in self.added:
            yield f"+ {record}"
        for record, changes in self.changed:
            for name, (before, after) in changes.items():
                yield f"~ {record}: {name}: {shorten(before)} → {shorten(after)}"
        yield from self.losses()
        yield from self.local_changes

    def losses(self) -> Iterator[str]:
        for record in self.retired:
            yield f"- {record}: retired, for it has left the files"
        for record in self.removed:
            yield f"- {record}: removed, for it has left the files"

    def summary(self) -> str:
        counts = [
            (len(self.added), "added"),
            (len(self.changed), "changed"),
            (len(self.retired), "retired"),
            (len(self.removed), "removed"),
        ]
        return ", ".join(f"{number} {word}" for number, word in counts if number) or self.NOTHING


def make_plan(
    records: Records,
    rows: Records,
    baseline: Baseline,
    policy: ConflictPolicy | None = None,
    taken: Collection[Identity] = (),
) -> Plan:
    """The Plan for these records, rows and entries as last loaded; ``taken`` are keys of rows that are not content.

    Raises FixtureError for names that nothing has, and for what would contradict itself when it is loaded.
    """
    plan = Plan(records, rows, baseline, ConflictPolicy() if policy is None else policy)
    if unknown := plan.policy.unknown_names([*records.values(), *rows.values()]):
        raise FixtureError([f"There is no entry and no field “{shorten(name)}” to settle." for name in unknown])
    for identity, record in records.items():
        row, base = rows.get(identity), baseline.get(identity)
        base = base and with_defaults(record.model, base)
        if identity in taken:
            plan.conflicts.append(f"{record.location}: somebody's own {record.model._meta.verbose_name} has this key.")
        elif row is None:
            plan_added(record, base, plan)
        elif changes := merge(record, row.fields, base, plan):
            plan.changed.append((record, changes))
    for identity in sorted(baseline.keys() - records.keys(), key=model_order_key):
        if row := rows.get(identity):
            plan_removed(row, baseline[identity], plan)
    plan_dependents(plan)
    project_result(plan)
    release_unique_claims(plan)
    check(plan)
    return plan


def model_order_key(identity: Identity) -> tuple[int, Key]:
    model, key = identity
    return MODELS.index(model), key


def with_defaults(model: type[Model], base: Fields) -> Fields:
    """An entry as it was last loaded, with the defaults of fields that there were not yet."""
    fields = {field.name: base.get(field.name, default_of(field)) for field in content_fields(model)}
    return fields | {name: base[name] for name in [LEFT_FILES] if name in base}


def plan_added(record: Record, base: Fields | None, plan: Plan) -> None:
    """Plan what becomes of an entry without a row: it is new, or a maintainer deleted the row or changed its key."""
    side = plan.policy.side_for(record)
    if base is None or (record.fields != base and side == THEIRS):
        plan.added.append(record)
        return
    plan.stay_deleted.add(record.identity)
    if record.fields == base or side == OURS:
        plan.local_changes.append(f"= {record}: stays deleted, as in the database")
    else:
        message = (
            f"{record.location}: changed in the file, but its row was deleted; "
            f"--theirs brings it back, --ours does not ({record.name})."
        )
        plan.add_conflict(message, side, record.identity, base)


def merge(record: Record, row: Fields, base: Fields | None, plan: Plan) -> Changes:
    """The changes to a row in the fields that are to follow the file."""
    changes: Changes = {}
    for name, new in record.fields.items():
        now = row[name]
        if new == now:
            continue
        file_changed = base is None or base[name] != new
        row_changed = base is None or base[name] != now
        side = plan.policy.side_for(record, name)
        if file_changed and row_changed and side in (None, LATER):
            message = (
                f"{record.location_of(name)}: {name} changed both in the file ({shorten(new)}) and in the database "
                f"({shorten(now)}); --theirs takes the file's, --ours keeps the database's ({record.name}.{name})."
            )
            plan.add_conflict(message, side, record.identity, base and {name: base[name]})
        elif file_changed and not (row_changed and side == OURS):
            changes[name] = (now, new)
        else:
            plan.local_changes.append(f"= {record}: {name}: stays {shorten(now)}, as in the database")
    return changes


def plan_removed(row: Record, base: Fields, plan: Plan) -> None:
    """Plan what becomes of a row whose entry left the files: retire a thing, remove a mere link."""
    if LEFT_FILES in base:  # it left before
        plan.detached.add(row.identity)
        return
    side = plan.policy.side_for(row)
    if row.fields.get("state") == State.RETIRED:
        plan.detached.add(row.identity)
    elif row.fields == with_defaults(row.model, base) or side == THEIRS:
        if "state" in row.fields:
            plan.retired.append(row)
            plan.detached.add(row.identity)
        else:
            plan.removed.append(row)
    elif side != OURS:
        message = (
            f"{row}: has left the files, but was changed in the database; "
            f"--theirs takes it away, --ours keeps it ({row.name})."
        )
        plan.add_conflict(message, side, row.identity, base)


def plan_dependents(plan: Plan) -> None:
    """Plan what becomes of rows of the database's own that point at what is to be removed."""
    leaving = {record.identity: record for record in plan.removed}
    changes = {record.identity: changed for record, changed in plan.changed}
    for identity, record in list(leaving.items()):  # what points at another comes after it, so once is enough
        for pointer, name in dangling_references(record, plan, leaving.keys(), changes):
            side = plan.policy.side_for(record)
            if side == OURS:
                leaving.pop(identity, None)
            elif side != THEIRS:
                message = (
                    f"{record}: has left the files, but in the database {pointer} hangs on it; "
                    f"--theirs takes both away, --ours keeps them ({record.name})."
                )
                plan.add_conflict(message, side, record.identity, plan.baseline[identity])
                if side == LATER:
                    leaving.pop(identity, None)
            elif pointer.identity in plan.records:  # its own entry says where it belongs
                file = plan.records[pointer.identity]
                if pointer.identity not in changes:
                    changes[pointer.identity] = {}
                    plan.changed.append((file, changes[pointer.identity]))
                changes[pointer.identity][name] = (pointer.fields[name], file.fields[name])
            elif not pointer.model._meta.get_field(name).null:
                leaving[pointer.identity] = pointer
    plan.removed = sorted(leaving.values(), key=lambda record: model_order_key(record.identity))


def dangling_references(
    record: Record, plan: Plan, leaving: Collection[Identity], changes: Mapping[Identity, Changes]
) -> Iterator[tuple[Record, str]]:
    """(row, field) of the rows that stay and will point at ``record`` although no file says so."""
    for identity, row in plan.rows.items():
        if identity in leaving:
            continue
        for relation in content_fields(row.model):
            if (
                not isinstance(relation, ForeignKey)
                or target_of(relation) is not record.model
                or not row.fields[relation.name]
            ):
                continue
            by_file = (
                identity in plan.records and plan.records[identity].fields[relation.name] == row.fields[relation.name]
            )
            moved = relation.name in changes.get(identity, {})
            if tuple(row.fields[relation.name]) == record.key and not by_file and not moved:
                yield row, relation.name


def project_result(plan: Plan) -> None:
    """Work out the database as it will be."""
    after = dict(plan.rows)
    for record in plan.added:
        after[record.identity] = record
    for record, changes in plan.changed:
        set_fields(after, record.identity, {name: new for name, (_, new) in changes.items()})
    for record in plan.retired:
        set_fields(after, record.identity, {"state": State.RETIRED.value})
    removed = {record.identity for record in plan.removed}
    for identity in removed:
        del after[identity]
    for identity, record in after.items():
        for relation in content_fields(record.model):
            value = record.fields[relation.name]
            if (
                isinstance(relation, ForeignKey)
                and relation.null
                and value
                and (target_of(relation), tuple(value)) in removed
            ):
                set_fields(after, identity, {relation.name: None})
    plan.result = after


def set_fields(after: Records, identity: Identity, values: Fields) -> None:
    after[identity] = replace(after[identity], fields=after[identity].fields | values)


def release_unique_claims(plan: Plan) -> None:
    """Let a retired track that the files do not have give up what another track claims."""
    tracks = [record for record in plan.result.values() if record.model is Track]
    for name, nothing in UNIQUE_DEFAULTS.items():
        holders = [track for track in tracks if track.fields[name] != nothing]
        for track in holders:
            rivals = [other for other in holders if other is not track and other.fields[name] == track.fields[name]]
            if rivals and track.fields["state"] == State.RETIRED and track.identity not in plan.records:
                plan.changed.append((track, {name: (track.fields[name], nothing)}))
                set_fields(plan.result, track.identity, {name: nothing})


# --- Checking -----------------------------------------------------------------------------------------


def check(plan: Plan) -> None:
    """Raise FixtureError for entries that point nowhere, or that contradict each other when they are loaded."""
    present = {identity: record for identity, record in plan.records.items() if identity not in plan.stay_deleted}
    problems = [*check_references(plan), *check_tracks(plan), *check_minutes(plan), *check_words(plan)]
    problems += check_exercises(plan)
    problems += duplicate_url_problems(present)
    problems += slug_twin_problems(plan.result, plan.added)
    if not problems:
        topics = [record for record in plan.result.values() if record.model is Topic]
        # What is retired may stay as it is: a merge is taken back by letting the old topic replace the new one.
        offered = [topic for topic in topics if topic.fields["state"] != State.RETIRED]
        for what, leads_to in [
            ("need", {topic.key[0]: [key[0] for key in topic.fields["prerequisites"]] for topic in topics}),
            ("replace", {topic.key[0]: topic.fields["replaces"] for topic in offered}),
        ]:
            if cycle := find_cycle(leads_to):
                location = locate(plan, (Topic, (cycle[0],)))
                problems.append(f"{location}: these topics {what} each other in a circle: {' → '.join(cycle)}.")
    if problems:
        raise FixtureError(problems)
    plan.notes += empty_stage_warnings(present)
    plan.notes += hidden_warnings(plan)
    plan.notes += live_replaced_warnings(present, plan.result)
    plan.notes += record_text_warnings(present, plan.result)
    plan.notes += [
        f"{record.location}: replaces “{slug}”, which this database has never had."
        for record in present.values()
        if record.model is Topic
        for slug in record.fields["replaces"]
        if (Topic, (slug,)) not in plan.rows
    ]


def hidden_warnings(plan: Plan) -> Iterator[str]:
    """What is to be said of stages and topics that leave the files while something of theirs stays, unseen by then."""
    for above in plan.retired:
        model, name = {Stage: (Topic, "stage"), Topic: (Exercise, "topic")}.get(above.model, (None, ""))
        number = sum(
            record.model is model and record.fields[name] == [*above.key] and record.fields["state"] == State.PUBLISHED
            for record in plan.result.values()
        )
        if model and number:
            noun = model._meta.verbose_name
            stay = f"1 {noun} stays" if number == 1 else f"{number} {noun}s stay"
            yield f"{above} has left the files, and {stay} in it: learners see none of them any more."


def locate(plan: Plan, identity: Identity) -> Location | str:
    return plan.records[identity].location if identity in plan.records else f"database: {plan.result[identity]}"


def check_references(plan: Plan) -> Iterator[str]:
    """Problems with what the entries of the files will point at."""
    for identity, record in plan.records.items():
        if identity not in plan.result:
            continue
        for relation in content_fields(record.model):
            if not isinstance(relation, (ForeignKey, ManyToManyField)):
                continue
            value = plan.result[identity].fields[relation.name]
            for key in value if relation.many_to_many else [value] if value else []:
                if (target_of(relation), tuple(key)) not in plan.result:
                    name = target_of(relation)._meta.verbose_name
                    shown = " / ".join(map(shorten, key))
                    yield f"{record.location_of(relation.name)}: {relation.name}: there is no {name} “{shown}”."


def check_tracks(plan: Plan) -> Iterator[str]:
    """Problems with tracks that claim the same: to follow the stages, or to be a source's own."""
    claimed: dict[str, Record] = {}
    # Those of the database first, so that the complaint is about one that can be found in a file.
    tracks = [record for record in plan.result.values() if record.model is Track]
    for track in sorted(tracks, key=lambda track: track.identity in plan.records):
        claims = ["the stages"] if track.fields["follows_stages"] else []
        claims += [f"source {track.fields['source'][0]}"] if track.fields["source"] else []
        for claim in claims:
            if claim in claimed:
                yield f"{locate(plan, track.identity)}: {claim} already belongs to {claimed[claim]}."
            claimed[claim] = track


def check_minutes(plan: Plan) -> Iterator[str]:
    for identity, record in plan.result.items():
        if record.model is Topic and record.fields["minutes_min"] > record.fields["minutes_max"]:
            least, most = record.fields["minutes_min"], record.fields["minutes_max"]
            yield f"{locate(plan, identity)}: minutes_min {least} would be more than minutes_max {most}."


def check_words(plan: Plan) -> Iterator[str]:
    for identity, record in plan.result.items():
        if record.model is Entry and not (record.fields["label"] or record.fields["paraphrase"]):
            yield f"{locate(plan, identity)}: would have neither a label nor a paraphrase."


def check_exercises(plan: Plan) -> Iterator[str]:
    for identity, record in plan.result.items():
        for name, problem in exercise_problems(record.fields) if record.model is Exercise else ():
            entry = plan.records.get(identity)
            location = entry.location_of(name) if entry else locate(plan, identity)
            yield f"{location}: {name}: {problem}"
