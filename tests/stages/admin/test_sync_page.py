"""The admin says how database and files differ, and gives both to whoever may see all of the content."""

import io
import subprocess
import zipfile

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stages.admin import sync_page
from stages.models import Topic
from stages.sync.compare import as_zip, diff, read_texts
from tests.content import stage, topic, write_files

PAGE = "/admin/stages/files/"
PAGES = [PAGE, f"{PAGE}roadmap.zip", f"{PAGE}roadmap.diff"]


def test_it_says_that_nothing_differs(roadmap, as_maintainer):
    page = as_maintainer.get(PAGE).text
    assert "Database and files say the same" in page
    assert "roadmap.diff" not in page


def test_it_reads_neither_side_again_while_both_are_as_they_were_loaded(roadmap, as_maintainer, monkeypatch):
    expected = as_maintainer.get(PAGE).context["differences"], as_maintainer.get(PAGE).context["diffs"]
    read = []
    for name in ("read", "snapshot"):
        function = getattr(sync_page, name)
        monkeypatch.setattr(
            sync_page, name, lambda *given, function=function: read.append(function) or function(*given)
        )
    page = as_maintainer.get(PAGE)
    assert (page.context["differences"], page.context["diffs"]) == expected == ([], [])
    assert read == []
    Topic.objects.filter(slug="querysets").update(title="Query sets")
    assert "1 entry differs" in as_maintainer.get(PAGE).text
    assert len(read) == 2
    assert "1 entry differs" in as_maintainer.get(PAGE).text
    as_maintainer.get(f"{PAGE}roadmap.diff")
    assert len(read) == 2


def test_it_counts_what_differs_and_shows_it(roadmap, as_maintainer):
    Topic.objects.filter(slug="querysets").update(title="<b>Query sets</b>", position=77)
    Topic.objects.filter(slug="install-python").update(title="Python")
    page = as_maintainer.get(PAGE).text
    assert "2 entries differ" in page
    assert "changed in the database" in page
    assert "<del>-    title: QuerySets</del>" in page
    assert "<ins>+    title: &lt;b&gt;Query sets&lt;/b&gt;</ins>" in page


def test_it_says_what_a_release_has_left_unsettled(db, tmp_path, settings, as_maintainer):
    settings.FIXTURES = write_files(tmp_path, stage(), topic("maps"))
    call_command("load_roadmap", verbosity=0)
    Topic.objects.update(title="Charts")
    write_files(tmp_path, stage(), topic("maps", title="Plans"))
    call_command("load_roadmap", tmp_path, "--postpone-conflicts", verbosity=0)
    page = as_maintainer.get(PAGE).text
    assert "1 change is not settled: files and database changed the same." in page
    assert "both changed" in page


def test_it_says_why_files_cannot_be_loaded(db, tmp_path, settings, as_maintainer):
    settings.FIXTURES = write_files(tmp_path, stage(), topic("maps", "nowhere"))
    page = as_maintainer.get(PAGE).text
    assert "The files cannot be loaded" in page
    assert "topic maps: stage: there is no stage “nowhere”" in page


@pytest.mark.parametrize("index", ["/admin/", "/admin/stages/"])
def test_both_indexes_lead_there_whoever_may_see_it(content, as_maintainer, maintainer, index):
    assert PAGE in as_maintainer.get(index).text
    maintainer.user_permissions.remove(Permission.objects.get(codename="view_source"))
    assert PAGE not in as_maintainer.get(index).text


def test_it_makes_a_fixed_number_of_queries(content, as_maintainer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_maintainer.get(PAGE)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    Topic.objects.filter(slug="maps").update(title="Charts")  # so that nothing is known of it yet
    before = queries()
    Topic.objects.bulk_create(
        Topic(slug=f"t{number}", title="T", summary="S", stage=content.first) for number in range(50)
    )
    assert queries() == before


@pytest.mark.parametrize("path", PAGES)
def test_a_single_model_that_one_may_not_see_is_enough_to_be_refused(content, as_maintainer, maintainer, path):
    assert as_maintainer.get(path).status_code == 200
    assert as_maintainer.post(path).status_code == 405
    maintainer.user_permissions.remove(Permission.objects.get(codename="view_entry"))
    assert as_maintainer.get(path).status_code == 403


def test_staff_without_any_right_is_refused(content, as_outsider, outsider):
    outsider.is_staff = True
    outsider.save()
    assert {as_outsider.get(path).status_code for path in PAGES} == {403}


def test_the_zip_holds_what_a_dump_writes(roadmap, as_maintainer, tmp_path):
    Topic.objects.filter(slug="querysets").update(title="Query sets")
    answer = as_maintainer.get(f"{PAGE}roadmap.zip")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="roadmap.zip"'
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "unpacked")
    call_command("dump_roadmap", tmp_path / "dumped", verbosity=0)
    assert read_texts(tmp_path / "unpacked" / "fixtures") == read_texts(tmp_path / "dumped")


def test_the_same_content_is_the_same_zip(monkeypatch):
    first = as_zip({"b.yaml": "é\n", "a.yaml": "- x\n"})
    monkeypatch.setattr("time.time", lambda: 4_000_000_000)
    assert as_zip({"a.yaml": "- x\n", "b.yaml": "é\n"}) == first


def test_the_difference_can_be_applied(roadmap, as_maintainer, tmp_path):
    Topic.objects.filter(slug="querysets").update(title="Query sets", position=77)
    answer = as_maintainer.get(f"{PAGE}roadmap.diff")
    (tmp_path / "roadmap.diff").write_bytes(answer.content)
    call_command("dump_roadmap", tmp_path / "dumped", verbosity=0)
    (tmp_path / "fixtures").mkdir()
    for path in settings.FIXTURES.glob("*.yaml"):
        (tmp_path / "fixtures" / path.name).write_bytes(path.read_bytes())
    subprocess.run(["git", "apply", "roadmap.diff"], cwd=tmp_path, check=True)
    assert read_texts(tmp_path / "fixtures") == read_texts(tmp_path / "dumped")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a.yaml": "1\n2\n"}, {"a.yaml": "1\n3\n"}),
        ({"a.yaml": "1\n"}, {"b.yaml": "1\n"}),
        ({"a.yaml": "1"}, {"a.yaml": "2\n"}),
        ({"a.yaml": "1\n"}, {"a.yaml": "2"}),
        ({"a.yaml": "1\u2028x\r2\x0c3\n"}, {"a.yaml": "1\u2028y\r2\x0c3\n"}),
        ({"a.yaml": "same\n"}, {"a.yaml": "same\n"}),
    ],
)
def test_every_difference_can_be_applied(tmp_path, before, after):
    folder = tmp_path / "fixtures"
    folder.mkdir()
    for name, text in before.items():
        (folder / name).write_bytes(text.encode())
    patch = "".join(diff(before, after).values())
    if before != after:
        subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert patch or before == after
    assert read_texts(folder) == after


def test_a_file_that_cannot_be_read_is_named(content, as_maintainer, tmp_path, settings):
    (tmp_path / "broken.yaml").write_text("- model: [unclosed")
    settings.FIXTURES = tmp_path
    page = as_maintainer.get(PAGE)
    assert page.status_code == 200
    assert "broken.yaml, line 2: not valid YAML" in page.text
    assert as_maintainer.get(f"{PAGE}roadmap.zip").status_code == 200


def test_a_folder_that_is_not_there_is_named(content, as_maintainer, tmp_path, settings):
    settings.FIXTURES = tmp_path / "knots"
    assert "knots: there is no such folder" in as_maintainer.get(PAGE).text
    assert "+++ b/knots/tracks.yaml" in as_maintainer.get(f"{PAGE}roadmap.diff").text


def test_the_same_content_in_other_words_is_no_difference(roadmap, as_maintainer, tmp_path, settings):
    for path in settings.FIXTURES.glob("*.yaml"):
        (tmp_path / path.name).write_text("# By hand.\n" + path.read_text())
    settings.FIXTURES = tmp_path
    page = as_maintainer.get(PAGE).text
    assert "Database and files say the same" in page
    assert "-# By hand." in page
