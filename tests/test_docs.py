"""The README and the packaging files stay true."""

import re
import tomllib

from django.conf import settings
from django.core.management import get_commands

README = (settings.BASE_DIR / "README.md").read_text()


def test_the_table_of_variables_is_that_of_the_settings():
    source = (settings.BASE_DIR / "roadmap_site" / "settings.py").read_text()
    read = set(re.findall(r'(?:environ\.get|words)\("(\w+)"', source))
    table = README.split("Every variable:")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == read


def test_every_command_that_the_readme_names_exists():
    named = set(re.findall(r"manage\.py (\w+)", README))
    assert named <= set(get_commands())
    assert {"quickstart", "load_roadmap", "dump_roadmap", "benchmark"} <= named


def test_every_path_that_the_readme_names_exists():
    for path in re.findall(r"[`(](\.?[\w-]+(?:/[\w.-]*)+|Dockerfile|compose\.yaml|requirements\.txt)[`)]", README):
        assert (settings.BASE_DIR / path).exists(), path


def test_the_readme_counts_stages_and_topics_rightly(roadmap):
    from stages.models import Stage, Topic

    assert f"{Stage.objects.count()} stages and {Topic.objects.count()} topics" in README


def test_both_lists_of_pins_agree():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    pins = dict(pin.split("==") for pin in project["tool"]["uv"]["constraint-dependencies"])
    image = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", (settings.BASE_DIR / "requirements.txt").read_text(), re.MULTILINE)
    )
    assert image.items() <= pins.items()
    assert "django-debug-toolbar" not in image
    assert (settings.BASE_DIR / "requirements.txt").read_text().count("--hash=sha256:") > len(image)


def test_no_file_names_a_host_of_packages_or_a_third_partys_code():
    names = ("requirements.txt", "pyproject.toml", "Dockerfile", "compose.yaml")
    for name in (*names, ".pre-commit-config.yaml", ".github/workflows/ci.yml"):
        assert "://" not in (settings.BASE_DIR / name).read_text().replace("postgres://", ""), name
    assert not list((settings.BASE_DIR / "static").rglob("*.min.*"))


def linters(text: str) -> set[str]:
    """The tools that a file runs, but for those that do not lint."""
    found = re.findall(r"(?:\brun|--no-sync) (\w[\w.-]*(?: (?:check|format)\b)?)", text)
    others = {"manage.py", "python", "pytest", "coverage"}
    return {tool for tool in found if tool.split()[0] not in others} | ({"bash -n"} if "bash -n" in text else set())


def test_a_commit_is_linted_as_ci_lints():
    before = (settings.BASE_DIR / ".pre-commit-config.yaml").read_text()
    ci = (settings.BASE_DIR / ".ci" / "run").read_text()
    hooks = "\n".join(line for line in before.splitlines() if line.lstrip().startswith("entry:"))
    assert linters(hooks) == linters(ci)
    assert {"ruff check", "ruff format", "djade", "hadolint", "bash -n"} <= linters(ci)
