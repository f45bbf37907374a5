"""The files and the database say the same, in both directions."""

from django.conf import settings
from django.core.management import call_command

from stages.fixture_io import files, read, snapshot
from stages.models import Stage, Topic


def as_bytes(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.yaml")}


def test_dump_gives_the_same_bytes(roadmap, tmp_path):
    call_command("dump_roadmap", tmp_path, verbosity=0)
    assert as_bytes(tmp_path) == as_bytes(settings.FIXTURES)


def test_djangos_own_loaddata_takes_the_files(loaddata, tmp_path):
    call_command("dump_roadmap", tmp_path, verbosity=0)
    assert as_bytes(tmp_path) == as_bytes(settings.FIXTURES)
    call_command("load_roadmap", verbosity=0)  # and it is no conflict


def test_an_edit_is_the_only_difference_in_the_dump(roadmap):
    before = files(snapshot())
    Topic.objects.filter(slug="querysets").update(title="Query sets")
    after = files(snapshot())
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["stage-06-orm-and-databases.yaml"]
    assert after[changed[0]] == before[changed[0]].replace("title: QuerySets\n", "title: Query sets\n")


def test_reading_what_was_written_gives_the_same_records():
    records = read(settings.FIXTURES)
    assert {name: text.encode() for name, text in files(records).items()} == as_bytes(settings.FIXTURES)


def test_a_dump_after_a_reordering_can_be_loaded(roadmap, tmp_path):
    call_command("dump_roadmap", tmp_path, verbosity=0)
    number = len(list(tmp_path.glob("stage-*.yaml")))
    Stage.objects.filter(slug="views-and-templates").update(position=99)
    call_command("dump_roadmap", tmp_path, verbosity=0)
    assert (tmp_path / "stage-21-views-and-templates.yaml").exists()
    assert (tmp_path / "stage-exercises-21-views-and-templates.yaml").exists()
    assert len(list(tmp_path.glob("stage-*.yaml"))) == number
    assert len(read(tmp_path)) == len(read(settings.FIXTURES))
