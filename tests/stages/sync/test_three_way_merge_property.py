"""Whatever is edited in files and rows, nothing is lost without a word, and what was planned is what happens."""

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.fixture_io import Record, content_fields, default_of, snapshot, write
from stages.fixture_io.records import Location, key_of
from stages.models import Resource, Stage, State, Topic, TopicResource
from stages.sync.load import Conflict, load
from stages.sync.three_way_merge import LATER, LEFT_FILES, OURS, THEIRS, ConflictPolicy, make_plan
from tests.content import wipe


def record(model, **fields):
    fields = {field.name: fields.get(field.name, default_of(field)) for field in content_fields(model)}
    return Record(model, key_of(model, fields), fields, Location("roadmap.yaml", 1, "entry 1", {}))


# What is the same everywhere, so that all else has something to stand on.
URLS = ["https://example.org/a", "https://example.org/b"]
GROUND = [record(Stage, slug="first", title="First", summary="S.")]
GROUND += [record(Topic, slug="ground", stage=["first"], title="Ground", summary="S.")]
GROUND += [record(Resource, url=url, title="A page", publisher="P") for url in URLS]

words = st.sampled_from(["one", "two", "three"])
topics = st.builds(
    lambda slug, title, summary, position, state: record(
        Topic, slug=slug, stage=["first"], title=title, summary=summary, position=position, state=state
    ),
    st.sampled_from(["maps", "boots", "hats"]),
    words,
    words,
    st.integers(0, 2),
    st.sampled_from([State.PUBLISHED.value, State.PUBLISHED.value, State.RETIRED.value]),
)
links = st.builds(
    lambda url, why: record(TopicResource, topic=["ground"], resource=[url], why=why), st.sampled_from(URLS), words
)


def by_identity(records):
    return {found.identity: found for found in [*GROUND, *records]}


contents = st.lists(st.one_of(topics, links), max_size=6).map(by_identity)


@st.composite
def edited(draw, content):
    """The same content after a few edits, so that the three sides have enough in common."""
    now = dict(content) | {found.identity: found for found in draw(st.lists(st.one_of(topics, links), max_size=3))}
    edits = [identity for identity in now if identity not in by_identity([])]
    for identity in draw(st.lists(st.sampled_from(edits), max_size=2, unique=True)) if edits else ():
        del now[identity]
    return now


@st.composite
def sides(draw):
    base = draw(contents)
    files, rows = draw(edited(base)), draw(edited(base))
    loaded = {identity: found.fields for identity, found in base.items()}
    for identity in [key for key in loaded if key[0] is Topic and key not in files]:
        if draw(st.booleans()):
            loaded[identity] = loaded[identity] | {LEFT_FILES: True, "state": State.RETIRED.value}
    return files, rows, loaded


many = settings(max_examples=300, deadline=None)


def fields_that_collide(files, rows, loaded):
    for identity in files.keys() & rows.keys():
        base = loaded.get(identity)
        for name, file in files[identity].fields.items():
            row = rows[identity].fields[name]
            if file != row and (base is None or (base[name] != file and base[name] != row)):
                yield identity, name


def entries_that_collide(files, rows, loaded):
    for identity, base in loaded.items():
        if identity in files and identity not in rows and files[identity].fields != base:
            yield identity
        if identity in rows and identity not in files and rows[identity].fields != base:
            settled = LEFT_FILES in base or rows[identity].fields.get("state") == State.RETIRED
            if not settled:
                yield identity


@many
@given(sides())
def test_it_asks_about_what_collides_and_about_nothing_else(found):
    files, rows, _ = found
    told = [text.rpartition("(")[2].removesuffix(").") for text in make_plan(*found).conflicts]
    fields = {f"{files[identity].name}.{name}" for identity, name in fields_that_collide(*found)}
    entries = {(files.get(identity) or rows[identity]).name for identity in entries_that_collide(*found)}
    assert sorted(told) == sorted(fields | entries)


@many
@given(sides(), st.sampled_from([None, OURS, THEIRS, LATER]))
def test_every_edit_is_in_the_outcome_unless_it_collides(found, wish):
    files, rows, loaded = found
    plan = make_plan(*found, ConflictPolicy(wish))
    collide = set(fields_that_collide(*found))
    for identity in files.keys() & rows.keys():
        for name, after in plan.result[identity].fields.items():
            file, row = files[identity].fields[name], rows[identity].fields[name]
            base = loaded.get(identity, {}).get(name, row)
            if (identity, name) in collide:
                assert after == (file if wish == THEIRS else row)
            else:
                assert after == (row if file in (base, row) else file)
    collide = set(entries_that_collide(*found))
    for identity in files.keys() - rows.keys():
        if identity not in collide:
            assert (identity in plan.result) == (identity not in loaded)
        else:
            assert (identity in plan.result) == (wish == THEIRS)
    for identity in rows.keys() - files.keys():
        stays = identity not in loaded or LEFT_FILES in loaded[identity] or (identity in collide and wish != THEIRS)
        expected = rows[identity].fields if stays else None
        if expected is None and identity[0] is Topic:
            expected = rows[identity].fields | {"state": State.RETIRED}
        assert (plan.result[identity].fields if identity in plan.result else None) == expected
    assert plan.result.keys() <= files.keys() | rows.keys()


@many
@given(sides(), st.sampled_from([OURS, THEIRS]))
def test_a_wish_settles_everything_and_the_next_load_has_nothing_to_do(found, wish):
    plan = make_plan(*found, ConflictPolicy(wish))
    assert plan.conflicts == []
    again = make_plan(plan.records, plan.result, plan.new_baseline())
    assert again.conflicts == []
    assert not again


@many
@given(sides())
def test_what_is_postponed_is_asked_again_and_nothing_else(found):
    asked = [text.rpartition("(")[2] for text in make_plan(*found).conflicts]
    plan = make_plan(*found, ConflictPolicy(LATER))
    assert plan.conflicts == []
    assert [text.rpartition("(")[2] for text in plan.postponed] == asked
    again = make_plan(plan.records, plan.result, plan.new_baseline())
    assert [text.rpartition("(")[2] for text in again.conflicts] == asked
    assert not again


@many
@given(sides(), st.data())
def test_a_wish_for_one_entry_settles_that_one_alone(found, data):
    plan = make_plan(*found)
    if not plan.conflicts:
        return
    names = [text.rpartition("(")[2].removesuffix(").") for text in plan.conflicts]
    name = data.draw(st.sampled_from(names))
    side = data.draw(st.sampled_from([OURS, THEIRS]))
    left = make_plan(*found, ConflictPolicy(None, {name: side})).conflicts
    assert [text.rpartition("(")[2].removesuffix(").") for text in left] == [other for other in names if other != name]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=contents, data=st.data(), wish=st.sampled_from([None, OURS, THEIRS]))
def test_the_database_is_afterwards_as_it_was_planned(db, tmp_path, base, data, wish):
    files, rows = data.draw(edited(base)), data.draw(edited(base))
    with transaction.atomic():
        wipe()
        for path in tmp_path.glob("*.yaml"):
            path.unlink()
        write(base, tmp_path)
        load(tmp_path)
        bring(rows)
        assert as_values(snapshot()) == as_values(rows)
        write(files, tmp_path)
        try:
            plan = load(tmp_path, prefer=wish)
        except Conflict:
            assert wish is None
            assert as_values(snapshot()) == as_values(rows)
        else:
            assert as_values(snapshot()) == as_values(plan.result)
            assert not load(tmp_path)
        transaction.set_rollback(True)


def as_values(records):
    return {identity: found.fields for identity, found in records.items()}


def bring(rows):
    """Make the rows of the database these, as a maintainer would: some changed, some added, some deleted."""
    for link in TopicResource.objects.select_related("topic", "resource"):
        if (TopicResource, link.natural_key()) not in rows:
            link.delete()
    for topic in Topic.objects.all():
        if (Topic, topic.natural_key()) not in rows:
            topic.delete()
    stage, ground = Stage.objects.get(), Topic.objects.get(slug="ground")
    for (model, key), found in rows.items():
        if model is Topic:
            values = {name: found.fields[name] for name in ("title", "summary", "position", "state")}
            Topic.objects.update_or_create(slug=key[0], defaults={"stage": stage, **values})
        if model is TopicResource:
            page = Resource.objects.get(url=key[1])
            TopicResource.objects.update_or_create(topic=ground, resource=page, defaults={"why": found.fields["why"]})
