"""Static files of earlier releases, which pages of theirs still ask for."""

import os
import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

from stages.practice import bundle

DAY = 24 * 60 * 60


@pytest.fixture
def site(tmp_path):
    """Makes a release of these files, and lets it begin to serve. Gives a client of it."""

    def release(number, **files):
        source, root = tmp_path / f"source{number}", tmp_path / f"release{number}"
        source.mkdir()
        for name, text in files.items():
            (source / f"{name}.css").write_text(text * 200)
        storage = CompressedManifestStaticFilesStorage(location=root, base_url="/static/")
        changed = override_settings(
            STATICFILES_DIRS=[source], STATIC_ROOT=root, WHITENOISE_ROOT=tmp_path / "kept", DEBUG=False,
            STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
            STORAGES={"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
            STATIC_ARCHIVE=tmp_path / "kept", WHITENOISE_AUTOREFRESH=False,
        )  # fmt: skip
        with changed:
            call_command("collectstatic", "--noinput", "-v", "0")
            call_command("archive_static")
            client = Client()
            client.get("/livez")  # it looks for its files when it is first asked
        return client, storage.load_manifest()[0]

    return release


def test_the_files_of_a_release_are_served_after_the_next_one(site):
    _, first = site(1, site="a { color: red }", same="b { color: blue }")
    client, second = site(2, site="a { color: green }", same="b { color: blue }")
    assert first["site.css"] != second["site.css"]
    for names in (first, second):
        for name in names.values():
            answer = client.get(f"/static/{name}", headers={"Accept-Encoding": "br"})
            assert (answer.status_code, answer["Content-Encoding"]) == (200, "br")
            answer.close()


def test_they_go_so_many_days_after_the_release_that_has_them_no_more(site, tmp_path):
    _, first = site(1, site="a { color: red }")
    archive = tmp_path / "kept" / "static"
    old = archive / first["site.css"]
    age(archive, 100)  # it served for long, and was not started again
    site(2, site="a { color: green }")
    assert old.exists()
    age(archive, 29)
    site(3, site="a { color: gold }")
    assert old.exists()
    age(archive, 2)
    site(4, site="a { color: gold }")
    assert not old.exists()
    assert len(list(archive.glob("site.*.css"))) == 2
    assert list(archive.rglob(".*")) == []


def test_the_bundle_of_practice_is_kept_as_well(site, tmp_path):
    for number, version in ((1, "0123456789ab"), (2, "ba9876543210")):
        folder = tmp_path / f"release{number}" / "practice" / version
        folder.mkdir(parents=True)
        (folder / "django.bin").write_text(version)
        bundle.write(folder.parent, bundle.Bundle(version, {"django.bin": 12}, {"django.bin": 12}, compressed=False))
        client, _ = site(number, site="a { color: red }")
    for version in ("0123456789ab", "ba9876543210"):
        answer = client.get(f"/static/practice/{version}/django.bin")
        assert (answer.status_code, answer.getvalue()) == (200, version.encode())
        assert "immutable" in answer["Cache-Control"]


def test_it_wants_a_folder():
    with pytest.raises(CommandError, match="STATIC_ARCHIVE"):
        call_command("archive_static")


def age(folder, days):
    for file in folder.rglob("*"):
        if file.is_file():
            then = min(file.stat().st_mtime, time.time()) - days * DAY
            os.utime(file, (then, then))
