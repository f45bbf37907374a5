"""The style sheets mirror for scripts that run from right to left, and hold still for those who ask for it.

They are written in many files and fetched in few.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from roadmap_site.inlined_imports import IMPORT, InliningFinder

SHEETS = sorted((settings.BASE_DIR / "static" / "css").rglob("*.css"))
SIDES = r"left|right|top|bottom"
PHYSICAL = re.compile(
    rf"(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?(?:{SIDES})(?:-(?:width|style|color))?"
    r"|border-(?:top|bottom)-(?:left|right)-radius|(?:min-|max-)?(?:width|height)"
)
FOUR_SIDED = re.compile(r"margin|padding|inset|border-(?:width|style|color)|scroll-(?:margin|padding)")


def declarations(css):
    """(property, value) of every declaration, custom properties and comments left out."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for name, value in re.findall(r"(?<=[{;])\s*([a-z-]+)\s*:\s*([^;{}]+?)\s*(?=[;}])", css):
        if not name.startswith("--"):
            yield name, value


def parts(value):
    """The parts of a value: ``a calc(b + c) d`` has three."""
    return re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", value)


def offences(css):
    for name, value in declarations(css):
        sides = parts(value)
        if (
            PHYSICAL.fullmatch(name)
            or (FOUR_SIDED.fullmatch(name) and len(sides) == 4 and sides[1] != sides[3])
            or re.search(r"\b(?:left|right)\b", value)
        ):
            yield f"{name}: {value}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_it_names_no_left_and_no_right(sheet):
    assert list(offences(sheet.read_text())) == []


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 1px; }",
        "a { left: 0 }",
        "a { color: red; border-top-left-radius: 2px; }",
        "a { padding: 1px 2px 1px 0; }",
        "a { & b { padding: 1px calc(2px + var(--c)) 1px 0; } }",
        "a { text-align: right; }",
        "a { width: 3rem; }",
        "@media (width < 3rem) { a { float: left; } }",
    ],
)
def test_the_check_sees_what_would_not_mirror(css):
    assert len(list(offences(css))) == 1


@pytest.mark.parametrize(
    "css", ["a { padding: 1px 2px 1px 2px; inset: 0 1px 2px; }", "@media (width < 3rem) { a { color: red; } }"]
)
def test_the_check_lets_be_what_mirrors(css):
    assert list(offences(css)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_themes_differ_in_nothing_but_colors(sheet):
    """light-dark() knows nothing else; so the tests in a browser look at most things in one theme only."""
    css = sheet.read_text()
    assert "prefers-color-scheme" not in css
    assert "data-theme" not in re.sub(r'\[data-theme="(light|dark)"\] \{ color-scheme: \1; \}', "", css)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_pictures_that_it_names_are_there(sheet):
    assert [
        name for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text()) if not (sheet.parent / name).is_file()
    ] == []


def imports_of(sheet):
    return [sheet.parent / name for name in IMPORT.findall(sheet.read_text())]


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if imports_of(sheet)], ids=lambda sheet: sheet.name)
def test_a_browser_is_sent_what_a_sheet_imports_in_one_file(sheet):
    name = sheet.relative_to(settings.BASE_DIR / "static").as_posix()
    served = Path(finders.find(name)).read_text()
    assert "@import" not in re.sub(r"/\*.*?\*/", "", served, flags=re.DOTALL)
    places = [served.index(imported.read_text().strip()) for imported in imports_of(sheet)]
    assert places == sorted(places)  # in the order of the lines


def test_what_is_collected_for_production_has_no_imports_either():
    collected = {path: storage for path, storage in InliningFinder().list([]) if path.endswith(".css")}
    assert len(collected) == len(SHEETS)
    for path, storage in collected.items():
        with storage.open(path) as sheet:
            assert not IMPORT.search(sheet.read().decode()), path


def test_a_sheet_that_was_changed_is_found_as_it_is_now(tmp_path, settings):
    settings.STATICFILES_DIRS = [tmp_path]
    (tmp_path / "all.css").write_text('@import "part.css";\na { color: red; }\n')
    finder = InliningFinder()
    for color in ("green", "blue"):
        (tmp_path / "part.css").write_text(f"b {{ color: {color}; }}\n")
        assert Path(finder.find("all.css")).read_text() == f"b {{ color: {color}; }}\na {{ color: red; }}\n"
    assert finder.find("part.css") == str(tmp_path / "part.css")


def test_every_sheet_is_loaded_by_something():
    """By every page, by the pages that need it, or by a page of the admin."""
    root = settings.BASE_DIR
    sources = [path for folder in ("templates", "stages/admin") for path in (root / folder).rglob("*.*")]
    asked = {
        name for path in sources if path.suffix != ".pyc" for name in re.findall(r"css/[\w/-]+\.css", path.read_text())
    }
    asked |= {imported.relative_to(root / "static").as_posix() for sheet in SHEETS for imported in imports_of(sheet)}
    assert asked == {sheet.relative_to(root / "static").as_posix() for sheet in SHEETS}
