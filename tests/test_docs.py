"""What the pages of the project say stays true: the commands, paths, symbols and tests that they name, and numbers."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.conf import settings
from django.core.management import get_commands

BASE = settings.BASE_DIR
APPS = ("accounts", "stages", "progress", "roadmap_site")
FOLDERS = (*APPS, ".github", "fixtures", "tests")
PAGES = {
    str(path.relative_to(BASE)): path.read_text()
    for path in sorted([*BASE.glob("*.md"), *(page for folder in FOLDERS for page in (BASE / folder).rglob("*.md"))])
}
README = PAGES["README.md"]
DECISIONS = [name for name in PAGES if name.startswith(".github/decisions/") and not name.endswith("README.md")]

TEST = re.compile(r"(?<![\w/])(tests/[\w/]+\.py)::(\w+)")
# A path from the top of the project, and a name of Python's that begins with one of our packages.
PATH = re.compile(rf"(?<![\w/.~-])(?:{'|'.join([*APPS, 'static', 'templates', 'fixtures', 'tests'])})(?:/[\w.-]*)+")
HIDDEN_PATH = re.compile(r"`(\.[\w-]+(?:/[\w.-]*)*|\w+\.(?:toml|yaml)|requirements\.txt|Dockerfile|LICENSE)`")
SYMBOL = re.compile(rf"(?<![\w/.-])(?:{'|'.join(APPS)})(?:\.[A-Za-z_]\w*)+(?![\w:(-])")
INVARIANTS = "## What always holds\n"


def section(text: str, heading: str) -> str:
    """What stands below a heading of a page, up to the next one of its kind."""
    return text.split(f"{heading.rstrip()}\n", 1)[1].split("\n## ")[0]


def bullets(text: str) -> list[str]:
    return re.findall(r"^- .*(?:\n  .*)*", text, re.MULTILINE)


@cache
def functions_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def wrong(text: str) -> list[str]:
    """The tests, paths and symbols that a text names and that are not there."""
    found = [
        f"{path}::{name}"
        for path, name in TEST.findall(text)
        if not (BASE / path).is_file() or name not in functions_in(BASE / path)
    ]
    for path in [*PATH.findall(text), *HIDDEN_PATH.findall(text)]:
        if not (BASE / path.rstrip(".")).exists():
            found.append(path)
    for name in SYMBOL.findall(text):
        try:
            resolve_name(name)
        except (ImportError, AttributeError):
            found.append(name)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_exists(page):
    assert wrong(PAGES[page]) == []
    assert not re.search(r"`test_\w+`", PAGES[page])  # a test is named with its file, or nobody finds it


@pytest.mark.parametrize(
    "text",
    [
        "`tests/test_docs.py::test_that_nobody_wrote`",
        "`tests/test_nothing.py::test_what_a_page_names_exists`",
        "`progress/nowhere.py`",
        "`progress.measure.Nothing`",
        "`stages/nowhere/`",
        "`.ci/nothing`",
    ],
)
def test_it_finds_what_is_not_there(text):
    assert len(wrong(f"Some words, {text}, and others.")) >= 1


def anchors(text: str) -> set[str]:
    """The addresses that a forge gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        path, _, anchor = target.partition("#")
        there = (BASE / page).parent / path if path else BASE / page
        if "://" in path:
            continue
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.read_text()), target


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if INVARIANTS in text])
def test_every_invariant_names_its_test(page):
    stated = bullets(section(PAGES[page], INVARIANTS))
    assert stated
    assert [words for words in stated if not TEST.search(words)] == []


def test_each_app_has_a_page_that_says_what_holds():
    pages = ["accounts", "stages", "progress", "progress/cohorts", "roadmap_site", "fixtures", "tests"]
    assert [folder for folder in pages if INVARIANTS not in PAGES.get(f"{folder}/README.md", "")] == []


@pytest.mark.parametrize("page", DECISIONS)
def test_a_decision_is_one_page(page):
    """What it was about, what was chosen, what follows, what else there was, and what holds it."""
    headings = re.findall(r"^## (.+)$", PAGES[page], re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "What else was considered", "Held by"]
    assert len(PAGES[page].splitlines()) <= 60
    assert all(TEST.search(line) for line in bullets(section(PAGES[page], "## Held by")))


def test_the_index_lists_every_decision_once():
    listed = re.findall(r"\]\(([\w-]+\.md)\)", PAGES[".github/decisions/README.md"])
    assert sorted(listed) == sorted(Path(page).name for page in DECISIONS)


def test_every_command_that_a_page_names_exists():
    named = {page: set(re.findall(r"manage\.py (\w+)", text)) for page, text in PAGES.items()}
    assert set().union(*named.values()) <= set(get_commands())
    assert "quickstart" in named["README.md"]
    assert {"quickstart", "load_roadmap", "dump_roadmap", "benchmark"} <= set().union(*named.values())


def test_every_path_that_the_readme_names_exists():
    for path in re.findall(r"[`(](\.?[\w-]+(?:/[\w.-]*)+|Dockerfile|compose\.yaml|requirements\.txt)[`)]", README):
        assert (BASE / path).exists(), path


def test_the_readme_is_short():
    """One and a half screens; what is more is in the pages that it leads to."""
    assert len(README.splitlines()) <= 110


def test_the_readme_counts_stages_and_topics_rightly(roadmap):
    from stages.models import Stage, Topic

    assert f"{Stage.objects.count()} stages and {Topic.objects.count()} topics" in README


def test_the_change_log_has_this_version():
    version = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} - " in PAGES[".github/CHANGELOG.md"]


def linters(text: str) -> set[str]:
    """The tools that a file runs, but for those that do not lint."""
    found = re.findall(r"(?:\brun|--no-sync) (\w[\w.-]*(?: (?:check|format)\b)?)", text)
    others = {"manage.py", "python", "pytest", "coverage"}
    return {tool for tool in found if tool.split()[0] not in others} | ({"bash -n"} if "bash -n" in text else set())


def test_a_commit_is_linted_as_ci_lints():
    before, ci = (BASE / ".pre-commit-config.yaml").read_text(), (BASE / ".ci" / "run").read_text()
    hooks = "\n".join(line for line in before.splitlines() if line.lstrip().startswith("entry:"))
    assert linters(hooks) == linters(ci)
    assert {"ruff check", "ruff format", "djade", "hadolint", "bash -n"} <= linters(ci)


def test_both_lists_of_pins_agree():
    project = tomllib.loads((BASE / "pyproject.toml").read_text())
    pins = dict(pin.split("==") for pin in project["tool"]["uv"]["constraint-dependencies"])
    image = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (BASE / "requirements.txt").read_text(), re.MULTILINE))
    assert image.items() <= pins.items()
    assert "django-debug-toolbar" not in image
    assert (BASE / "requirements.txt").read_text().count("--hash=sha256:") > len(image)


def test_no_file_names_a_host_of_packages_or_a_third_partys_code():
    names = ("requirements.txt", "pyproject.toml", "Dockerfile", "compose.yaml")
    for name in (*names, ".pre-commit-config.yaml", ".github/workflows/ci.yml"):
        assert "://" not in (BASE / name).read_text().replace("postgres://", ""), name
    assert not list((BASE / "static").rglob("*.min.*"))
