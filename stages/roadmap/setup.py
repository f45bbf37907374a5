"""What a reader does before the code of a lesson runs, as its page says it."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from stages.markdown.code_blocks import code_blocks
from stages.markdown.lesson_project import setup_steps
from stages.markdown.render import code_figure
from stages.outline import Outline, OutlineTopic

TEXTS = {
    "install": _("Install what it uses, in your virtual environment."),
    "start": _("Start a project in an empty folder. In one that you have, make the apps that are missing."),
    "settings": _("Change the settings. Here is the list as it is then, with what is new."),
    "urls": _("Let the addresses of the project lead to those of the app."),
    "pytest": _("Tell pytest whose settings to use."),
    "files": _("Write the files of this page, each under the name above it."),
    "tables": _("Make the tables."),
    "shell": _(
        "Start the shell, and type there what has its name above, from top to bottom. It also shows the value of a "
        "line that has one; under “Output” stands only what is printed."
    ),
    "tests": _("Run the tests."),
}
# The topics that explain the steps, on a roadmap that has them.
EXPLAINED = {
    "install": "package-management",
    "start": "create-django-project",
    "settings": "django-settings",
    "urls": "first-django-app",
    "pytest": "pytest",
    "tables": "migrations",
    "shell": "django-shell",
    "tests": "testing",
}


class SetupStep(NamedTuple):
    text: str | Promise
    figure: SafeString  # empty where there is nothing to type
    explained: OutlineTopic | None


def setup_of(body: str, outline: Outline) -> list[SetupStep]:
    return [
        SetupStep(
            TEXTS[step.kind],
            # Everything in it is escaped, and none of it is a reader's.
            mark_safe(code_figure(step.code, *look_of(step.file)) if step.code else ""),  # noqa: S308
            topic_of(EXPLAINED.get(step.kind, ""), outline),
        )
        for step in setup_steps(list(code_blocks(body)))
    ]


def look_of(file: str) -> tuple[str, str]:
    """The language of lines for a file or a terminal, and what stands above them."""
    if not file:
        return "console", "in a terminal"
    return "toml" if file.endswith(".toml") else "python", file


def topic_of(slug: str, outline: Outline) -> OutlineTopic | None:
    positions = outline.positions_by_slug.get(slug)
    return positions[0][1] if positions else None
