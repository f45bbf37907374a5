"""A load that has nothing to do ends at once, and only then."""

from io import StringIO

import pytest
from django.conf import settings
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from progress.models import TopicProgress
from stages import fields, triggers
from stages.fixture_io import snapshot
from stages.models import ContentVersion, LoadedEntry, Stage, SyncResult, Topic, Track
from stages.sync import load as loading
from stages.sync import results
from stages.sync.load import load
from tests.conftest import rolled_back
from tests.content import stage, topic, write_files

ENTRIES = stage(), topic("maps", body="Draw *one*."), topic("boots", position=2)


def say(folder, *options):
    """What load_roadmap says, its error included."""
    out = StringIO()
    try:
        call_command("load_roadmap", folder, *options, stdout=out)
    except CommandError as error:
        out.write(f"\n{error}, {error.returncode}")
    return out.getvalue()


@pytest.fixture
def folder(db, tmp_path):
    folder = write_files(tmp_path / "files", *ENTRIES)
    say(folder)
    return folder


@pytest.fixture
def loads(monkeypatch):
    """The folders that were loaded in full, one after the other."""
    folders = []

    def load_and_tell(folder, *arguments):
        folders.append(folder)
        return load(folder, *arguments)

    monkeypatch.setattr(loading, "load", load_and_tell)
    return folders


def test_what_was_loaded_is_not_loaded_again(folder, loads, tmp_path):
    before = SyncResult.objects.values().get(), ContentVersion.objects.get().number
    assert say(folder) == "Roadmap: nothing to change.\n"
    assert say(folder, "--dry-run") == "Would be: nothing to change.\n"
    # The same files are the same wherever they lie.
    assert say(write_files(tmp_path / "others", *ENTRIES)) == "Roadmap: nothing to change.\n"
    assert loads == []
    assert (SyncResult.objects.values().get(), ContentVersion.objects.get().number) == before


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--check",), ("-v2",), ("-v0",)])
@pytest.mark.parametrize(
    "entries", [ENTRIES, (*ENTRIES, stage("empty")), (*ENTRIES, topic("hats", replaces=["caps"]))]
)
def test_it_says_what_it_would_say_without_a_memory(folder, entries, options):
    """With edits of the database's own, which stay, and with notes; before and after there is a result."""
    write_files(folder, *entries)
    Topic.objects.filter(slug="maps").update(title="Charts")
    Topic.objects.filter(slug="boots").delete()
    say(folder)
    with rolled_back():
        SyncResult.objects.all().delete()
        expected = say(folder, *options)
    assert SyncResult.objects.exists()
    assert say(folder, *options) == expected


def test_a_check_of_the_same_in_other_words_says_so_without_reading(folder, monkeypatch):
    expected = (
        "Note: roadmap.yaml says the same in other words than dump_roadmap would write.\n"
        "Note: stage-01-first.yaml says the same in other words than dump_roadmap would write.\n"
        "Files and database say the same.\n"
    )
    monkeypatch.setattr("roadmap_site.management.commands.load_roadmap.read", None)
    assert say(folder, "--check") == expected
    assert say(folder, "--check", "-v0") == ""
    monkeypatch.undo()
    SyncResult.objects.all().delete()
    assert say(folder, "--check") == expected


@pytest.mark.parametrize("name", sorted(path.name for path in settings.FIXTURES.glob("*.yaml")))
def test_one_byte_of_a_file_is_enough(roadmap, tmp_path, name):
    contents = {path.name: path.read_bytes() for path in settings.FIXTURES.glob("*.yaml")}
    before = results.files_hash(contents)
    assert SyncResult.objects.get().files == before
    data = contents[name]
    for changed in (data[:-1], data + b"\n", data[:100] + bytes([data[100] ^ 1]) + data[101:]):
        assert results.files_hash(contents | {name: changed}) != before
    assert results.files_hash(contents | {f"a-{name}": data}) != before
    del contents[name]
    assert results.files_hash(contents) != before
    assert results.files_hash(contents | {f"a-{name}": data}) != before


def delete_boots():
    Topic.objects.get(slug="boots").delete()


def write_sql():
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Topic._meta.db_table} SET title = 'Charts' WHERE slug = 'maps'")


def edit_html():
    Topic.objects.filter(slug="maps").update(body_html="<p>Draw two.</p>")


WRITES = {
    "update": lambda: Topic.objects.filter(slug="maps").update(title="Charts"),
    "delete": delete_boots,
    "SQL by hand": write_sql,
    "HTML by hand": edit_html,
    "a private track": lambda: Track.objects.create(slug="own", title="Own", summary="S.", private=True),
    "what was loaded": lambda: LoadedEntry.objects.filter(key='["maps"]').delete(),
    "what was loaded, changed": lambda: LoadedEntry.objects.update(fields={}),
    "a date that has come": lambda: Topic.objects.filter(slug="maps").update(publish_at=timezone.now()),
    "no version": lambda: ContentVersion.objects.all().delete(),
    "no result": lambda: SyncResult.objects.all().delete(),
    "another code": lambda: SyncResult.objects.update(code="another"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_takes_the_full_way(folder, loads, write):
    write()
    say(folder)
    assert loads == [folder]


def test_a_date_that_comes_by_itself_takes_the_full_way(folder, loads):
    Topic.objects.filter(slug="maps").update(publish_at=timezone.now() + timezone.timedelta(hours=1))
    say(folder)
    say(folder)
    assert len(loads) == 1
    number = ContentVersion.objects.get().number
    Topic.objects.filter(slug="maps").update(publish_at=timezone.now() - timezone.timedelta(hours=1))
    ContentVersion.objects.update(number=number)  # as time passes, nothing is written
    say(folder)
    assert len(loads) == 2


def test_an_edit_in_the_admin_takes_the_full_way_and_stays(folder, loads, as_maintainer):
    maps = Topic.objects.get(slug="maps")
    url = f"/admin/stages/topic/{maps.pk}/change/"
    form = as_maintainer.get(url).context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items()}
    values |= {"title": "Charts", "replaces": "", "prerequisites": []}
    for prefix in [inline.formset.prefix for inline in as_maintainer.get(url).context["inline_admin_formsets"]]:
        values |= {f"{prefix}-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    assert as_maintainer.post(url, values).status_code == 302
    assert "title: stays Charts" in say(folder, "-v2")
    assert loads == [folder]


def test_named_sides_take_the_full_way(folder, loads):
    assert "There is no entry and no field “typo”" in say(folder, "--ours", "typo")
    say(folder, "--theirs")
    assert len(loads) == 2


def test_what_was_rolled_back_is_not_remembered(folder, loads, monkeypatch):
    write_files(folder, *ENTRIES, topic("hats"))

    def fail(*_):
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr("roadmap_site.management.commands.load_roadmap.CarryOver.objects.apply_pending", fail)
        with pytest.raises(RuntimeError):
            say(folder)
    assert say(folder) == "Roadmap: 1 added.\n"
    assert len(loads) == 2
    with transaction.atomic():
        Topic.objects.filter(slug="hats").update(title="Caps")
        transaction.set_rollback(True)
    assert say(folder) == "Roadmap: nothing to change.\n"
    assert len(loads) == 2  # and a version that never was is no change


def test_a_file_that_changes_while_it_is_read_is_loaded_again(folder, loads, monkeypatch):
    """What is remembered are the bytes that were read, and not those that lie there afterward."""
    old = (folder / "roadmap.yaml").read_bytes()
    write_files(folder, *ENTRIES, topic("hats"))
    make_plan = loading.make_plan

    def change_back(*arguments):
        (folder / "roadmap.yaml").write_bytes(old)
        return make_plan(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loading, "make_plan", change_back)
        assert say(folder) == "Roadmap: 1 added.\n"
    assert "hats: retired" in say(folder)
    assert len(loads) == 2


def test_a_fixture_of_another_database_brings_no_result_along(folder, loads):
    """``loaddata`` of a dump with everything in it leaves what the dump does not know."""
    everything = [*ContentVersion.objects.all(), *SyncResult.objects.all()]
    dumped = serializers.serialize("json", everything)
    Topic.objects.filter(slug="maps").update(title="Charts")
    for loaded in serializers.deserialize("json", dumped):
        loaded.save()
    assert "stays Charts" in say(folder, "-v2")
    assert loads == [folder]


def test_migrations_end_a_version(folder, loads):
    """They may write while there are no triggers, as SQLite makes a table anew to alter it."""
    triggers.install("default", plan=[])
    say(folder)
    assert loads == []
    triggers.install("default", plan=[("a migration", False)])
    say(folder)
    assert loads == [folder]


def test_standings_are_carried_over_all_the_same(folder, learner):
    say(write_files(folder, stage(), topic("maps"), topic("shoes", replaces=["boots"])))
    TopicProgress.objects.record(learner, Topic.objects.get(slug="boots"), "done")
    assert SyncResult.objects.exists()
    assert "1 standings carried over" in say(folder)


def test_only_what_changed_is_rendered(folder, monkeypatch):
    rendered = []
    render = fields.render
    monkeypatch.setattr(fields, "render", lambda text: rendered.append(text) or render(text))
    write_files(folder, stage(), topic("maps", body="Draw *two*."), topic("boots", position=2, body="Walk."))
    say(folder)
    assert sorted(rendered) == ["Draw *two*.", "Walk."]
    assert "<em>two</em>" in Topic.objects.get(slug="maps").body_html
    # HTML that is not what this code renders is mended, whoever wrote it.
    rendered.clear()
    edit_html()
    say(folder)
    assert rendered == ["Draw *two*."]
    assert "<em>two</em>" in Topic.objects.get(slug="maps").body_html
    # Another renderer renders everything.
    rendered.clear()
    SyncResult.objects.update(code="another")
    say(folder)
    assert sorted(rendered) == ["Draw *two*.", "Walk."]


def test_the_result_is_of_the_database_as_it_is(roadmap):
    """What the template of the tests was loaded with is what a full load finds."""
    rows, known = snapshot(), SyncResult.objects.values().get()
    assert not load(settings.FIXTURES)
    assert snapshot() == rows
    assert SyncResult.objects.values().get() == known
    assert not known["differs"]
    assert known["reworded"] == []
    assert Stage.objects.count() == 21
