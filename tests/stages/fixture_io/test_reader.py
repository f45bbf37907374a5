"""Reading the files: every mistake is named with its file and entry, and the database stays as it was."""

import math

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
        *(
            ([stage(), topic("maps", **{name: value})], [f"entry 2, topic maps: {name} “{value}”: is not {kind}"])
            for name, value, kind in [
                *[("body", value, "text") for value in (False, ["a"], {"a": "b"}, b"a", None, 7, 1.5)],
                *[("minutes_min", value, "a whole number") for value in (10.9, "10", True, math.inf, None)],
                *[("required", value, "true or false") for value in ("f", 0, None, [])],
                *[("outcomes", value, "a list of lines") for value in ("a", {"a": "b"}, None)],
            ]
        ),
        ([stage(), topic("maps", title=" ")], ["topic maps: title: This field cannot be blank"]),
        ([stage(), topic("maps", replaces=["maps"])], ["topic maps: these topics replace each other", "maps → maps"]),
        (
            [stage(), topic("maps", replaces=["plans"]), topic("plans", replaces=["maps"])],
            ["these topics replace each other in a circle: maps → plans → maps"],
        ),
        ([stage(), topic("maps"), topic("Maps")], ["topic Maps: its slug is “maps” but for upper and lower case"]),
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
        (b"", "roadmap.yaml, line 1: is empty; a fixture file is a list of entries"),
        (b"# Nothing yet.\n", "roadmap.yaml, line 1: is empty"),
        (b"\xff\xfe\x00\x01", "roadmap.yaml, line 1: byte 0 is not UTF-8"),
        (b"- a\n- b\0\n", "roadmap.yaml, line 2: not valid YAML: the character U+0000 is not allowed"),
        *(
            (b"- a: 1\n- b: " + b"[" * depth + b"]" * depth, "line 2: not valid YAML: lists and mappings lie in each")
            for depth in (30, 300, 5_000)
        ),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("minutes_min", value) for value in ("010", "1:30", "0x10", "9" * 5_000, "!!int x", ".inf", ".nan")],
        *[("body", value) for value in ("!!binary aGVsbG8=", "!!bool x", "!!float x", "2026-02-30", "no")],
        *[("publish_at", f"{time}") for time in ("0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00")],
        *[("publish_at", f"{time}") for time in ("2026-13-04T08:00:00Z", "'9999-12-31T23:59:59-10:00'", "2026-05-04")],
    ],
)
def test_it_names_a_value_that_yaml_reads_otherwise_than_it_looks(db, tmp_path, name, value):
    write_files(tmp_path, stage(), name="first.yaml")
    lines = ["- model: stages.topic", "  fields:", "    slug: maps", "    stage: [first]", "    title: Maps"]
    lines += ["    summary: S", f"    {name}: {value}"]
    (tmp_path / "roadmap.yaml").write_text("\n".join(lines))
    assert f"roadmap.yaml, line 7: entry 1, topic maps: {name} “" in complaint(tmp_path)


@pytest.mark.parametrize("name", ["more.yml", "more.YAML"])
def test_a_file_with_another_ending_is_not_passed_over(db, tmp_path, name):
    write_files(tmp_path, stage(), topic("maps"))
    write_files(tmp_path, topic("boots"), name=name)
    assert f"{name}: is not read, for the name of a fixture file ends with “.yaml”" in complaint(tmp_path)


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
