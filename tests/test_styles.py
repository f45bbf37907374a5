"""The style sheets mirror for scripts that run from right to left, and hold still for those who ask for it."""

import re

import pytest
from django.conf import settings

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
