"""dump_roadmap never leaves half a file, and never takes the place of what is no file of the roadmap."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from stages.fixture_io import snapshot, write
from stages.fixture_io.writer import UNUSUAL, Dumper, as_yaml
from stages.fixture_io.writer import dump as dump_yaml
from stages.models import Stage, Topic, Track
from tests.content import stage, topic, wipe, write_files
from tests.stages.fixture_io.test_round_trip import as_bytes


def dump(folder):
    call_command("dump_roadmap", folder, verbosity=0)
    return as_bytes(folder)


def refused(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(CommandError) as error:
        dump(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    return str(error.value)


def test_load_dump_load_dump_gives_the_same_bytes(roadmap, tmp_path):
    Topic.objects.filter(slug="querysets").update(title="Query: sets “#1” \xa0", summary="- é\ufeff\xa0 'x'")
    first = dump(tmp_path / "first")
    wipe()
    call_command("load_roadmap", tmp_path / "first", verbosity=0)
    assert dump(tmp_path / "second") == first


def test_a_dump_into_the_same_folder_touches_nothing(content, tmp_path):
    dump(tmp_path)
    before = {path: path.stat() for path in tmp_path.iterdir()}
    dump(tmp_path)
    assert {path: path.stat() for path in tmp_path.iterdir()} == before


def test_a_file_whose_content_is_gone_goes(content, tmp_path):
    assert "tracks.yaml" in dump(tmp_path)
    Track.objects.all().delete()
    assert "tracks.yaml" not in dump(tmp_path)


def test_files_that_are_no_yaml_stay(content, tmp_path):
    (tmp_path / "known_urls.txt").write_text("mine")
    dump(tmp_path)
    assert (tmp_path / "known_urls.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services: {}\n"),
        ("roadmap.yaml", "- model: stages.stage\n  fields: {slug: first}\n"),
        ("resources.yaml", "services: {}\n"),
        ("resources.yaml", "- model: auth.user\n  fields: {}\n"),
        ("stage-99-mine.yaml", "my: notes\n"),
        ("tracks.yaml", "<<<<<<< HEAD\n- model: stages.track\n"),
    ],
)
def test_what_is_no_file_of_the_roadmap_is_not_written_over(content, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    said = refused(tmp_path)
    assert name in said
    assert said.endswith("Nothing was written.")


def test_a_link_to_somewhere_else_is_not_followed(content, tmp_path):
    target = tmp_path / "target"
    target.write_text("[]")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "tracks.yaml").symlink_to(target)
    assert "is no plain file" in refused(tmp_path / "files")
    assert target.read_text() == "[]"


@pytest.mark.parametrize("moment", ["replace", "open"])
def test_a_dump_that_fails_leaves_whole_files_only(content, tmp_path, monkeypatch, moment):
    before = dump(tmp_path)
    Stage.objects.update(summary="Another.")
    after = dump(tmp_path / "after")
    done, real = [], getattr(Path, moment)

    def breaks(path, *args, **options):
        if path.suffix == ".new":
            done.append(path)
        if len(done) == 2:
            raise OSError(28, "No space left on device", str(path))
        return real(path, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, moment, breaks)
        with pytest.raises(CommandError, match="No space left on device"):
            dump(tmp_path)
    found = as_bytes(tmp_path)
    assert found.keys() == before.keys()
    assert all(text in (before[name], after[name]) for name, text in found.items())
    assert moment == "replace" or found == before
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_cannot_be_made_is_named(content, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        dump(tmp_path / "file" / "folder")


def test_what_is_written_has_the_rights_of_any_new_file(content, tmp_path):
    (tmp_path / "any").touch()
    write(snapshot(), tmp_path)
    assert (tmp_path / "tracks.yaml").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_what_the_repository_has_is_what_a_dump_takes_for_its_own(roadmap, tmp_path):
    for path in settings.FIXTURES.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert dump(tmp_path) == as_bytes(settings.FIXTURES)


def test_an_entry_in_a_file_of_ones_own_is_named(db, tmp_path):
    assert "roadmap.yaml: is none of the files" in refused(write_files(tmp_path, stage(), topic("maps")))


PIECES = ["word", "a longer word " * 9, "é", "“", "中", "🙂", "---", "null", "2026-01-01", "1.5", "\n", "\n\n", "  "]
PIECES += [*" #-'|>{],\\\"\t\r", ": ", "- ", "\x85", "\u2028", "\ufeff", "\xa0"]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@hypothesis_settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_it_is_the_same_text_whichever_dumper_writes_it(one, two):
    entries = [{"model": "stages.topic", "fields": {"slug": "a", "title": one, "replaces": [one, two], "of": [["b"]]}}]
    assert as_yaml(entries) == dump_yaml(entries, Dumper)


def test_the_fast_dumper_writes_the_roadmap():
    """Hardly one of its entries has a text so unusual that it has to be written slowly: emoji in headings are."""
    texts = [text for path in settings.FIXTURES.glob("*.yaml") for text in path.read_text().split("\n- model: ")]
    assert sum(bool(UNUSUAL.search(text)) for text in texts) <= 30


def test_an_unusual_text_does_not_change_how_its_neighbors_are_written():
    entries = [{"model": "stages.stage", "fields": {"title": title}} for title in ("Long " * 30, "🚀", "Plain")]
    assert as_yaml(entries) == "".join(as_yaml([entry]) for entry in entries) == dump_yaml(entries, Dumper)
