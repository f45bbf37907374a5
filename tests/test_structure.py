"""What must hold for all templates, and for the top level. Who may import whom is in test_walls.py."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings


def test_no_page_carries_a_style_or_a_handler():
    """The policy forbids them, so a template that has one is broken."""
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert " onclick=" not in text, path
        assert "<style" not in text, path


def test_dates_are_written_as_the_language_of_the_reader_has_them():
    """By the name of a format, and not by its letters; machines have theirs, and a month alone has one way."""
    found = []
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        found += re.findall(r"""\|date:["'](?!\w+_FORMAT["']|c["']|Y-m-d["']|[FM]["'])[^"']*""", path.read_text())
    assert found == []


def test_every_drawing_has_a_size_of_its_own():
    """Without CSS a drawing that has none fills the page."""
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        for tag in re.findall(r"<svg [^>]*>", path.read_text()):
            assert "width=" in tag, path
            assert "height=" in tag, path


def test_the_top_level_has_nothing_that_it_does_not_need():
    """What Git ignores may lie there, such as the database of a laptop."""
    tracked = subprocess.run(
        ["git", "ls-files"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if not tracked:
        pytest.skip("not a clone")
    top = {path.split("/")[0] for path in tracked}
    assert {name for name in top if not name.startswith(".")} == {
        *("accounts", "fixtures", "progress", "roadmap_site", "stages", "static", "templates", "tests"),
        *("Dockerfile", "LICENSE", "README.md", "compose.yaml", "manage.py", "pyproject.toml", "requirements.txt"),
    }
