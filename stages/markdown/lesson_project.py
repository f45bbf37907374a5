"""What a reader has to do before the code of a lesson runs, from the code itself.

``setup_steps`` is the one answer: a page shows these steps, and the tests carry out the very same ones. ``place_of``
says where a block belongs. Blocks in, values out.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from stages.markdown.code_blocks import Block

SETTINGS, URLS = "config/settings.py", "config/urls.py"
SHELL = "python manage.py shell"
# What makes a folder of files an app; any other is a plain package.
APP_FILES = {
    "models.py",
    "apps.py",
    "views.py",
    "admin.py",
    "forms.py",
    "urls.py",
    "tasks.py",
    "signals.py",
    "tests.py",
}
NO_APPS = {"config", "templates", "static", "tests"}
# What startproject writes.
INSTALLED_APPS = (
    *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("django.contrib.messages", "django.contrib.staticfiles"),
)
TEMPLATES = """\
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],  # new
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
"""
PYTEST = '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "config.settings"\n'


class Package(NamedTuple):
    distribution: str  # what pip installs
    app: str = ""  # what belongs into INSTALLED_APPS
    project: bool = True  # whether its code runs in a project only


PACKAGES = {
    "allauth": Package("django-allauth[mfa]"),
    "bs4": Package("beautifulsoup4", project=False),
    "celery": Package("celery"),
    "channels": Package("channels"),
    "corsheaders": Package("django-cors-headers"),
    "crispy_bootstrap5": Package("crispy-bootstrap5"),
    "crispy_forms": Package("django-crispy-forms"),
    "debug_toolbar": Package("django-debug-toolbar"),
    "dj_database_url": Package("dj-database-url"),
    "django_filters": Package("django-filter", "django_filters"),
    "django_q": Package("django-q2", "django_q"),
    "django_tasks_db": Package("django-tasks-db"),
    "drf_spectacular": Package("drf-spectacular", "drf_spectacular"),
    "environ": Package("django-environ"),
    "factory": Package("factory-boy"),
    "guardian": Package("django-guardian"),
    "kombu": Package("kombu", project=False),
    "nh3": Package("nh3", project=False),
    "pytest": Package("pytest", project=False),
    "redis": Package("redis", project=False),
    "requests": Package("requests", project=False),
    "rest_framework": Package("djangorestframework", "rest_framework"),
    "sentry_sdk": Package("sentry-sdk", project=False),
    "storages": Package("django-storages"),
    "strawberry": Package("strawberry-graphql", project=False),
    "strawberry_django": Package("strawberry-graphql-django"),
    "structlog": Package("structlog", project=False),
    "time_machine": Package("time-machine", project=False),
    "whitenoise": Package("whitenoise"),
}
USES_TABLES = re.compile(
    r"\.objects\b|get_user_model|force_login|\.login\(|\.session\b|contrib\.(auth|sessions)|ModelFactory|connection\.cursor"
)


class Step(NamedTuple):
    """Something to do: commands to type (``file`` is empty), or lines to write into a file.

    ``kind`` is ``install``, ``start``, ``settings``, ``urls``, ``pytest``, ``files``, ``tables``, ``shell`` or
    ``tests``.
    """

    kind: str
    code: str = ""
    file: str = ""

    @property
    def commands(self) -> list[str]:
        return [line.removeprefix("$ ") for line in self.code.splitlines() if line.startswith("$ ")]


def setup_steps(blocks: Sequence[Block]) -> list[Step]:
    """What to do for these blocks to run, in order; nothing where they need no project."""
    blocks = [block for block in blocks if "norun" not in block.facts]
    if not in_project(blocks):
        return []
    return list(steps_of(blocks))


def steps_of(blocks: Sequence[Block]) -> Iterator[Step]:
    titles = list(dict.fromkeys(block.title for block in blocks if block.title))
    apps, packages = apps_of(titles), packages_of(blocks)
    by_django, by_pytest = files_of_tests(blocks)
    if by_pytest:
        packages.append(Package("pytest-django"))
    assigned = names_assigned("\n".join(block.text for block in blocks if block.title == SETTINGS))
    if packages:
        yield Step("install", f"$ python -m pip install {' '.join(package.distribution for package in packages)}\n")
    start = ["django-admin startproject config .", *(f"python manage.py startapp {app}" for app in apps)]
    yield Step("start", "".join(f"$ {command}\n" for command in start))
    added = [*(package.app for package in packages if package.app), *apps]
    if added and "INSTALLED_APPS" not in assigned:
        yield Step("settings", installed_apps(added), SETTINGS)
    if any(title.startswith("templates/") for title in titles) and "TEMPLATES" not in assigned:
        yield Step("settings", TEMPLATES, SETTINGS)
    with_urls = [app for app in apps if f"{app}/urls.py" in titles]
    if with_urls and URLS not in titles:
        yield Step("urls", urls_including(with_urls), URLS)
    if by_pytest and not {"pyproject.toml", "pytest.ini"} & {*titles}:
        yield Step("pytest", PYTEST, "pyproject.toml")
    if titles:
        yield Step("files")
    if tables := list(commands_for_tables(blocks, titles)):
        yield Step("tables", "".join(f"$ python manage.py {command}\n" for command in tables))
    if any(block.language == "python" and not block.title for block in blocks):
        yield Step("shell", f"$ {SHELL}\n")
    commands = ["python manage.py test"] if by_django else []
    if by_pytest:
        commands.append(f"pytest {' '.join(by_pytest)}")
    if commands:
        yield Step("tests", "".join(f"$ {command}\n" for command in commands))


def files_of_tests(blocks: Iterable[Block]) -> tuple[list[str], list[str]]:
    """The files of tests for ``manage.py test``, and those for pytest."""
    by_django = {block.title: "TestCase" in block.text for block in blocks if is_test_file(block.title)}
    return [title for title, django in by_django.items() if django], [
        title for title, django in by_django.items() if not django
    ]


def is_test_file(title: str) -> bool:
    name = title.rpartition("/")[2]
    return name.startswith("test") and name.endswith(".py") and name != "testing.py"


def commands_for_tables(blocks: Iterable[Block], titles: Iterable[str]) -> Iterator[str]:
    models = {title.partition("/")[0] for title in titles if title.endswith("/models.py")}
    migrated = {title.partition("/")[0] for title in titles if "/migrations/" in title}
    if models - migrated:
        yield "makemigrations"
    uses_tables = any(USES_TABLES.search(block.text) for block in blocks if block.language == "python")
    if models or migrated or uses_tables:
        yield "migrate"


def in_project(blocks: Iterable[Block]) -> bool:
    """Whether the code belongs to a project, and so what stands without a file into its shell."""
    blocks = list(blocks)
    titles = [block.title for block in blocks]
    modules = {module for block in blocks if block.language == "python" for module in modules_imported(block.text)}
    return (
        any(title.startswith("config/") for title in titles)
        or any(block.language == "html+django" for block in blocks)
        or "django" in modules
        or any(module in PACKAGES and PACKAGES[module].project for module in modules)
    )


def apps_of(titles: Iterable[str]) -> list[str]:
    """The apps that files lie in, in the order in which they are first met."""
    found = {}
    for folder, _, rest in (title.partition("/") for title in titles):
        if folder not in NO_APPS and (rest in APP_FILES or rest.startswith(("templatetags/", "management/"))):
            found[folder] = True
    return list(found)


def packages_of(blocks: Iterable[Block]) -> list[Package]:
    """What is imported, or named in the settings, and not part of the framework."""
    python = [block for block in blocks if block.language == "python"]
    modules = {module: True for block in python for module in modules_imported(block.text)}
    named = "\n".join(block.text for block in python if block.title == SETTINGS)
    modules |= {module: True for module in PACKAGES if re.search(rf'"{module}[."]', named)}
    return [PACKAGES[module] for module in modules if module in PACKAGES]


def installed_apps(added: Iterable[str]) -> str:
    lines = [*(f'    "{app}",\n' for app in INSTALLED_APPS), *(f'    "{app}",  # new\n' for app in added)]
    return f"INSTALLED_APPS = [\n{''.join(lines)}]\n"


def urls_including(apps: Iterable[str]) -> str:
    new = "".join(f'    path("", include("{app}.urls")),  # new\n' for app in apps)
    return (
        "from django.contrib import admin\nfrom django.urls import include, path  # include is new\n\n"
        f'urlpatterns = [\n    path("admin/", admin.site.urls),\n{new}]\n'
    )


# --- Where a block belongs ---

PLACES = {
    "output": "Output",
    "console": "in a terminal",
    "bash": "in a terminal",
    "html+django": "a template",
    "html": "HTML",
    "css": "CSS",
    "javascript": "JavaScript",
    "sql": "SQL",
    "http": "HTTP",
    "text": "to read",
}


def places_of(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    """For each block its file or where it is typed, and what to know of that; empty where there is nothing to say."""
    project = in_project(blocks)
    seen: set[str] = set()
    for block in blocks:
        if not block.title:
            python = block.language == "python"
            yield place_of_python(block.text, project) if python else PLACES.get(block.language, ""), ""
        elif block.title in seen:
            yield block.title, "goes on"
        else:
            seen.add(block.title)
            yield block.title, "new settings" if block.title == SETTINGS else ""


def titles_of(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """The same of blocks that are no lesson's, without reading their code."""
    for block in blocks:
        yield block.title or (PLACES["output"] if block.language == "output" else ""), ""


def place_of_python(text: str, project: bool) -> str:
    return f"in {SHELL}" if project else "in python -m asyncio" if awaits(text) else "in python, or as a file"


# --- Python, read and not run ---


@lru_cache(maxsize=256)
def tree_of(text: str) -> ast.Module:
    """What Python makes of a text; nothing where that is no Python."""
    try:
        tree: ast.Module = compile(text, "lesson", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
    return tree


def awaits(text: str) -> bool:
    """Whether there is an ``await`` outside of every function."""
    nodes: list[ast.AST] = [*tree_of(text).body]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def modules_imported(text: str) -> Iterator[str]:
    """The top packages that a text imports."""
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def names_assigned(text: str) -> set[str]:
    """The names that are given a value at the top of a text."""
    return {name for node in tree_of(text).body for name in names_of(node)}


def names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def edited_settings(settings: str, block: str) -> str:
    """The text of a settings file in which a block has taken the place of what it gives other values."""
    replaced = names_assigned(block)
    lines = settings.splitlines(keepends=True)
    for node in reversed(tree_of(settings).body):
        if isinstance(node, ast.Assign) and set(names_of(node)) & replaced:
            del lines[node.lineno - 1 : node.end_lineno]
    return f"{''.join(lines).rstrip()}\n\n\n{block}"
