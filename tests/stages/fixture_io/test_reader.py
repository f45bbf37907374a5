"""Reading the files: every mistake is named with its file and entry, and the database stays as it was."""

import pytest
from django.core.management import CommandError, call_command

from stages.cycles import find_cycle
from stages.fixture_io import FixtureError, read
from stages.models import Stage, Topic
from stages.sync.load import load
from tests.content import stage, topic, track, write_files


def complaint(folder):
    """What load_roadmap says about ``folder``, after making sure that it loaded nothing."""
    before = list(Topic.objects.values()), list(Stage.objects.values())
    with pytest.raises(CommandError) as error:
        call_command("load_roadmap", folder)
    assert (list(Topic.objects.values()), list(Stage.objects.values())) == before
    assert str(error.value).endswith("Nothing was loaded.")
    return str(error.value)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([topic("maps", "nowhere")], ["entry 1, topic maps", "stage", "there is no stage “nowhere”"]),
        ([stage(), topic("maps"), topic("maps")], ["entry 3, topic maps", "is there twice", "entry 2"]),
        (
            [stage(), topic("maps", prerequisites=[["ghost"]])],
            ["topic maps: prerequisites: there is no topic “ghost”"],
        ),
        (
            [stage(), *(topic(slug, prerequisites=[[needed]]) for slug, needed in ("ab", "bc", "ca"))],
            ["topic a: these topics need each other in a circle", "a → b → c → a"],
        ),
        ([stage(), topic("a", prerequisites=[["a"]])], ["a → a"]),
        (
            [{"model": "stages.resource", "fields": {"url": "not a link", "title": "X", "publisher": "Y"}}],
            ["valid URL"],
        ),
        (
            [{"model": "stages.resource", "fields": {"url": "javascript:alert(1)", "title": "X", "publisher": "Y"}}],
            ["url “javascript:alert(1)”", "valid URL"],
        ),
        ([stage(title="x" * 10_000_000)], ["larger than"]),
        ([stage(title="x" * 5000)], ["entry 1, stage first: title “xxx", "(5,000 characters)", "at most 120"]),
        ([stage(), topic("maps", level="wizard")], ["topic maps: level “wizard”", "not a valid choice"]),
        ([stage(), topic("maps", replaces=["old maps"])], ["topic maps: replaces", "“old maps” is no slug"]),
        ([stage(), topic("maps", titel="Maps")], ["there is no field “titel”"]),
        ([stage(), topic("maps", title="")], ["topic maps: title", "blank"]),
        ([stage(), topic("maps", title=7)], ["title “7”: is not text"]),
        ([stage(), topic("maps", position="first")], ["position “first”"]),
        ([stage(), topic("maps", prerequisites="boots")], ["prerequisites is a list of keys"]),
        (
            [
                stage(),
                {"model": "stages.topic", "fields": {"slug": "a", "title": "A", "summary": "S", "stage": "first"}},
            ],
            ["stage is missing; it is a key"],
        ),
        ([stage(), topic("maps", replaces="boots")], ["replaces", "list of lines"]),
        ([stage(slug="Not a slug!")], ["slug “Not a slug!”"]),
        ([{"model": "auth.user", "fields": {}}], ["entry 1: there is no model “auth.user”"]),
        ([{"model": "stages.stage"}], ["exactly “model” and “fields”"]),
        (["just text"], ["entry 1: an entry has exactly"]),
        ([{"model": "stages.topic", "pk": 1, "fields": {}}], ["exactly “model” and “fields”"]),
        ([stage(), topic("maps", prerequisites=[[1], ["x"]])], ["prerequisites is a list of keys"]),
        ([stage(title="a\0b")], ["title “a\0b”: This has to be one line"]),
        ([stage(), topic("maps", body="a\0b")], ["body: has a NUL character"]),
        ([stage(position=99999)], ["position “99999”", "32767"]),
        ([track("one"), track("two")], ["entry 2, track two: the stages already belongs to track one"]),
        ([{"model": "stages.topic", "fields": {}}], ["topic without a key", "slug"]),
    ],
)
def test_it_names_file_and_entry(db, tmp_path, entries, says):
    said = complaint(write_files(tmp_path, *entries))
    assert "roadmap.yaml" in said
    for words in says:
        assert words in said
    assert len(said) < 2000  # however long the mistake


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"- model: [unclosed", "roadmap.yaml, line 2: not valid YAML"),
        (b"- a: 1\n  a: 2\n", "roadmap.yaml, line 1: not valid YAML: “a” stands twice"),
        (b"\xff\xfe\x00\x01", "roadmap.yaml: byte 0 is not UTF-8"),
        (b"title: \xe9t\xe9", "is not UTF-8"),
        (b"model: stages.stage", "a fixture file is a list of entries"),
        (b"- !!python/object/apply:os.system ['true']", "not valid YAML"),
        (b"&a [*a]", "line 1: not valid YAML: what an alias (*name) stands for has to be written out"),
        (b"[" * 20_000, "not valid YAML"),
    ],
)
def test_it_names_a_broken_file(db, tmp_path, data, says):
    (tmp_path / "roadmap.yaml").write_bytes(data)
    assert says in complaint(tmp_path)


def test_it_says_when_there_are_no_files(db, tmp_path):
    assert "there are no fixture files" in complaint(tmp_path)
    assert "missing: there is no such folder" in complaint(tmp_path / "missing")


def test_it_reports_every_mistake_at_once(tmp_path):
    write_files(tmp_path, stage(), topic("a", level="x"), topic("b", kind="y"))
    write_files(tmp_path, "text", name="second.yaml")
    with pytest.raises(FixtureError) as error:
        read(tmp_path)
    assert len(error.value.problems) == 3


def test_a_mistake_in_one_file_keeps_all_others_out(db, tmp_path):
    write_files(tmp_path, stage(), topic("maps"), name="good.yaml")
    write_files(tmp_path, topic("boots", "nowhere"), name="bad.yaml")
    complaint(tmp_path)
    assert not Stage.objects.exists()


def test_a_failure_half_way_leaves_everything_as_it_was(db, tmp_path, monkeypatch):
    load(write_files(tmp_path, stage(), topic("maps")))
    write_files(tmp_path, stage(title="New"), topic("maps"), topic("boots"))

    def breaks(*_):
        raise RuntimeError("the power went")

    monkeypatch.setattr("stages.sync.load.store_baseline", breaks)
    with pytest.raises(RuntimeError):
        load(tmp_path)
    assert Stage.objects.get().title == "First"
    assert not Topic.objects.filter(slug="boots").exists()


def test_find_cycle_finds_none_in_a_diamond():
    assert find_cycle({"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}) is None


def test_find_cycle_walks_a_long_chain():
    chain = {str(number): [str(number + 1)] for number in range(20_000)}
    assert find_cycle(chain) is None
    assert len(find_cycle(chain | {"20000": ["0"]})) == 20_002
