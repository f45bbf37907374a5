"""Who may import whom. Imports run from an app to those below it, and from a feature to the ground floor of its app.

``accounts`` and ``stages`` stand side by side, ``progress`` joins them, ``progress.cohorts`` watches, and
``roadmap_site`` ties everything together. Inside an app, what several features need is its ground floor: all that lies
in no folder of a feature. Everything else is an exception that is written down here, with its reason.
"""

import ast
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings

# {app: the apps below it}; the longest name that fits says in which app a module is.
APPS = {
    "accounts": [],
    "stages": [],
    "progress": ["accounts", "stages"],
    "progress.cohorts": ["accounts", "stages", "progress"],
    "roadmap_site": ["accounts", "stages", "progress", "progress.cohorts"],
}
# {feature: (the other features of its app that it may import, why)}. The ground floor is everybody's.
FEATURES = {
    "stages.markdown": ([], "text in, HTML out"),
    "stages.fixture_io": ([], "files as records of rows; who loads them is no matter of theirs"),
    "stages.links": ([], "asking for a link knows nothing of the pages that show it"),
    "stages.map": ([], "a drawing of an outline"),
    "stages.search": ([], "it leads to the other features by their addresses"),
    "stages.editing": (
        ["stages.fixture_io", "stages.markdown", "stages.practice"],
        "the rules speak of records, and so hold for files and forms alike; some are about texts, some about files",
    ),
    "stages.revisions": (["stages.fixture_io"], "a version of a row is the row as the files have it"),
    "stages.sync": (
        ["stages.fixture_io", "stages.editing", "stages.revisions"],
        "a load reads files, keeps to the rules, and is recorded",
    ),
    "stages.roadmap": (
        ["stages.map", "stages.links", "stages.markdown"],
        "the map is one of four layouts; a dead link has alternatives; a page says what the code of its lesson needs",
    ),
    "stages.practice": (["stages.markdown"], "a task is a text; the checker knows Django alone"),
    "stages.admin": (["stages.*"], "the admin is a form over all of it"),
    "progress.rendering": ([], "pieces of pages, for every feature"),
    "progress.tracking": (["progress.rendering"], "a tick answers with the pieces it changed"),
    "progress.annotations": (["progress.rendering"], "what stands beside a topic; a press answers with its box"),
    "progress.dashboard": ([], "the learner's own page"),
    "progress.practice": ([], "what a learner does in exercises"),
    "progress.sharing": ([], "what a learner shows to others"),
    "progress.transfer": ([], "lists and files, in and out"),
    "progress.maintenance": ([], "what maintainers need to know of learners"),
    "progress.impact": ([], "it measures as everyone does, by the ground floor"),
    "progress.cohorts.members": ([], "who is in it"),
    "progress.cohorts.assignments": ([], "what is to be learned, and by when"),
    "progress.cohorts.custom_tracks": ([], "tracks that instructors compose"),
    "progress.cohorts.invitations": ([], "who is asked in"),
    "progress.cohorts.reports": ([], "what instructors see"),
    "progress.cohorts.notifications": (["progress.cohorts.reports"], "a mail says what the page says"),
    "progress.cohorts.integration": ([], "what cohorts answer to the layers below"),
}
# {module of a ground floor: (the features that it may import all the same, why)}
EXCEPTIONS = {
    "stages.apps": (["stages.editing"], "it registers why content stays"),
    "stages.fields": (["stages.markdown"], "a field keeps its text rendered"),
    "stages.models": (
        ["stages.links", "stages.revisions", "stages.practice"],
        "rows keep what came of a link, say how they differ, and know what a file is",
    ),
    "progress.apps": (["progress.*"], "it registers what features answer"),
    "progress.hooks": (["progress.impact", "progress.transfer"], "for the types of what is registered"),
    "progress.admin": (["progress.maintenance"], "the queue of reports checks links"),
    "progress.templatetags": (["progress.annotations", "progress.rendering"], "templates show pieces and annotations"),
    "progress.cohorts.apps": (["progress.cohorts.*"], "it registers what features answer"),
    "progress.cohorts.urls": (["progress.cohorts.members"], "the list of cohorts is where the addresses begin"),
    "progress.cohorts.templatetags": (
        ["progress.cohorts.invitations", "progress.cohorts.reports"],
        "pages outside of cohorts show invitations, and cells of the table",
    ),
}
MODULES = {
    ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__"): path
    for app in ("accounts", "stages", "progress", "roadmap_site")
    for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if "migrations" not in path.parts
}


def longest(module: str, names: Iterable[str]) -> str | None:
    """The longest of the names that a module is, or lies in."""
    return max((name for name in names if f"{module}.".startswith(f"{name}.")), key=len, default=None)


def may_import(module: str, other: str) -> bool:
    app, others_app = longest(module, APPS), longest(other, APPS)
    if others_app is None or app == "roadmap_site":
        return True  # a library; and what stands above all
    if app != others_app:
        return others_app in APPS[app]
    feature, others_feature = longest(module, FEATURES), longest(other, FEATURES)
    if others_feature in (None, feature):
        return True
    exception = longest(module, EXCEPTIONS)
    allowed = FEATURES[feature][0] if feature else EXCEPTIONS[exception][0] if exception else []
    return any(fnmatch(others_feature, pattern) for pattern in allowed)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside of functions and for types alone."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports by dots"
            yield from (
                name if (name := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            )


def offences(module: str, imports) -> list[str]:
    return [f"{module} imports {other}" for other in imports if not may_import(module, other)]


@pytest.mark.parametrize("module", MODULES)
def test_imports_keep_to_the_walls(module):
    assert [other for other in imports_of(MODULES[module]) if not may_import(module, other)] == []


@pytest.mark.parametrize(
    ("module", "other", "may"),
    [
        ("progress.measure", "progress.cohorts.formatting", False),
        ("progress.measure", "progress.dashboard.views", False),
        ("stages.outline", "progress.measure", False),
        ("stages.outline", "accounts.models", False),
        ("accounts.models", "stages.models", False),
        ("progress.dashboard.views", "progress.sharing.views", False),
        ("progress.dashboard.views", "progress.cohorts.models", False),
        ("progress.cohorts.reports.roster", "progress.cohorts.notifications.email", False),
        ("progress.cohorts.reports.roster", "roadmap_site.settings", False),
        ("progress.cohorts.notifications.messages", "progress.cohorts.reports.roster", True),
        ("progress.cohorts.reports.roster", "progress.cohorts.models", True),
        ("progress.cohorts.reports.roster", "progress.activity", True),
        ("progress.cohorts.reports.roster", "progress.cohorts.reports.gradebook", True),
        ("progress.dashboard.views", "stages.map.layout", True),
        ("roadmap_site.settings", "progress.cohorts.models", True),
        ("stages.outline", "django.db", True),
    ],
)
def test_the_walls_stand_where_they_should(module, other, may):
    assert may_import(module, other) is may


def test_every_feature_has_a_wall():
    for name in (*APPS, *FEATURES, *EXCEPTIONS):
        assert any(longest(module, [name]) for module in MODULES), f"there is no {name}"
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"} - set(APPS)
    ground = {"models", "templatetags", "roadmap_site"}
    assert [name for name in packages if not longest(name, FEATURES) and ground.isdisjoint(name.split("."))] == []


@pytest.mark.parametrize("name", FEATURES | EXCEPTIONS)
def test_every_exception_is_in_use(name):
    """What nobody needs any more is no exception, but a hole."""
    imported = {
        longest(other, FEATURES) or ""
        for module, path in MODULES.items()
        if longest(module, [name])
        for other in imports_of(path)
    }
    for pattern in (FEATURES | EXCEPTIONS)[name][0]:
        assert any(fnmatch(other, pattern) for other in imported), f"{name} does not import {pattern}"
