"""Runs the checks of an exercise on a learner's files: Django itself says what works.

The same code runs in CPython, for tests and on the command line, and in the learner's page, in a worker of their own
browser (Pyodide). So it needs Django and the standard library alone, and imports nothing of this project. It makes no
promise about safety: whoever calls it keeps it in a process that may be lost.

Each check gets a project of its own (`Project`): files in a new folder, a new database, and a Django that knows
nothing of the one before. `check` is what to call; `python -I checker.py` answers a job for each line of JSON.
"""

import importlib
import io
import json
import logging
import os
import re
import runpy
import shutil
import sys
import tempfile
import traceback
import types
import unittest
import unittest.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core import checks as system_checks
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connections
from django.dispatch import Signal

type Files = Mapping[str, str]  # {path: text}
type Result = dict[str, Any]  # see check()

MAX_OUTPUT = 20_000  # letters of what is printed
MAX_MESSAGE = 2_000
MAX_PAGE = 200_000
BASE_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
URLS = "config.urls"
NUMBERS = re.compile(r"^(False is not true|True is not false|-?\d+ != -?\d+) : (?=.)")
ROOT = Path(tempfile.mkdtemp(prefix="practice-"))
EMPTY_DATABASE = ROOT / "empty.sqlite3"  # with the tables of BASE_APPS
DATABASE: list[bytes] = []  # the same, for learners may delete the file


def check(job: Mapping[str, Any]) -> Result:
    """Run the ``checks`` of a job on its ``files``; both are ``{path: text}``.

    The answer is ``passed``; ``checks``, each with ``name``, ``sentence`` (what holds when it passes), ``passed``,
    ``message`` (what a learner reads when it fails) and ``traceback`` (their own lines); ``error``, why nothing could
    be checked, or ""; ``output``, what was printed; and ``page``, the last HTML that the site answered, or "".
    It never raises, whatever the files do.
    """
    boot()
    output, project = CappedText(), Project(job["files"], job["checks"])
    results: list[Result] = []
    error = ""
    PAGES.clear()
    with redirect_stdout(output), redirect_stderr(output):
        try:
            with project:
                results = run(load_tests(sorted(job["checks"])), project)
        except BaseException as raised:
            error = shorten(explain(raised, project))
    passed = not error and bool(results) and all(result["passed"] for result in results)
    page = PAGES[-1] if PAGES else ""
    printed = without_folder(output.getvalue())
    return {"passed": passed, "checks": results, "error": error, "output": printed, "page": page}


# --- The Django that all projects share ---------------------------------------------------------------

PAGES: list[str] = []  # the last page that the test client was answered


def boot() -> None:
    """Set Django up and make the database that every project begins with. Does nothing the second time."""
    if settings.configured:
        return
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # a browser's Python always has a loop
    sys.dont_write_bytecode = True
    settings.configure(
        SECRET_KEY="practice",  # noqa: S106 - of a site that nobody else can reach
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=URLS,
        USE_TZ=True,
        TIME_ZONE="UTC",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(EMPTY_DATABASE)}},
        INSTALLED_APPS=BASE_APPS,
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        # What others are made of is missing in a browser's Python, and this one is fast.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
        MAILERS={"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}},
    )
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.getLogger("django.request").addHandler(logging.NullHandler())  # a check says what went wrong
    unittest.TestCase.longMessage = False  # what a check says is what a learner reads, and nothing before it
    keep_pages()
    prepared = Path(__file__).with_name(EMPTY_DATABASE.name)  # comes along in a bundle, where making it takes long
    if prepared.exists():
        DATABASE.append(prepared.read_bytes())
    else:
        call_command("migrate", verbosity=0)
        connections["default"].close()
        DATABASE.append(EMPTY_DATABASE.read_bytes())


def keep_pages() -> None:
    """Remember the last page that a test client was answered."""
    from django.test.client import Client

    plain = Client.request

    def request(self: Client, **environ: Any) -> Any:
        response = plain(self, **environ)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            PAGES[:] = [response.content[:MAX_PAGE].decode(errors="replace")]
        return response

    Client.request = request  # type: ignore[method-assign]


# --- A project ----------------------------------------------------------------------------------------


class Project:
    """A Django project of some files, for a with block. What it has changed in Django is put back at its end.

    Raises whatever the files raise when they are imported, and ProjectError for what Django finds wrong with them. One
    may lie within another: then the outer one waits.
    """

    def __init__(self, files: Files, checks: Files) -> None:
        self.files, self.checks = dict(files), dict(checks)
        self.stack = ExitStack()

    def __enter__(self) -> "Project":
        with ExitStack() as stack:
            ROOT.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(dir=ROOT))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            stack.enter_context(modules_apart(self.folder))
            self.write_files()
            stack.enter_context(django_apart())
            stack.enter_context(new_database(self.folder / "db.sqlite3", empty=not self.has_own_user))
            stack.enter_context(self.settings())
            sys.modules["practice"] = helpers(self)
            self.migrate()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    @property
    def apps(self) -> list[str]:
        """The folders with Python in them, in the order of their names."""
        folders = {path.partition("/")[0] for path in self.files if path.endswith(".py") and "/" in path}
        return sorted(folders - {"config", "tests"})

    @property
    def has_own_user(self) -> bool:
        return "AUTH_USER_MODEL" in self.files.get("config/settings.py", "")

    def write_files(self) -> None:
        texts = {f"{name}/__init__.py": "" for name in [*self.apps, "config"]}
        texts |= {f"{name}/migrations/__init__.py": "" for name in self.apps}
        python = [Path(path) for path in self.files if path.endswith(".py")]
        texts |= {f"{folder}/__init__.py": "" for path in python for folder in path.parents if folder.name}
        texts |= {"config/urls.py": self.default_urls()}
        for path, text in {**texts, **self.files, **self.checks}.items():
            file = self.folder / path
            if not file.resolve().is_relative_to(self.folder.resolve()):
                raise ProjectError(f"{path}: is no path inside of the project.")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", errors="replace")

    def default_urls(self) -> str:
        """All that the apps have at the root of the site, and the admin where nothing says otherwise."""
        included = [f"path('', include('{name}.urls'))" for name in self.apps if f"{name}/urls.py" in self.files]
        lines = ["from django.contrib import admin", "from django.urls import include, path"]
        return "\n".join([*lines, f"urlpatterns = [{', '.join([*included, "path('admin/', admin.site.urls)"])}]", ""])

    @contextmanager
    def settings(self) -> Iterator[None]:
        from django.test.utils import override_settings

        own: dict[str, Any] = {}
        if "config/settings.py" in self.files:
            module = import_module("config.settings")
            own = {name: value for name, value in vars(module).items() if name.isupper()}
        added = [name for name in own.pop("INSTALLED_APPS", []) if name not in BASE_APPS]
        [engine] = settings.TEMPLATES
        installed = [*BASE_APPS, *added, *(name for name in self.apps if not is_named(name, added))]
        values = {
            "BASE_DIR": self.folder,
            "MEDIA_ROOT": str(self.folder / "media"),
            "TEMPLATES": [{**engine, "DIRS": [str(self.folder / "templates")]}],
            "STATICFILES_DIRS": [str(self.folder / "static")] if (self.folder / "static").is_dir() else [],
            "ROOT_URLCONF": URLS,
            **own,
        }
        # Django would import the apps before it knows the other settings, such as which model a user is.
        with override_settings(**values), installed_apps(installed):
            if self.has_own_user:  # which could not be found before it was installed
                setting_changed.send(type(self), setting="AUTH_USER_MODEL", value=settings.AUTH_USER_MODEL, enter=True)
            yield

    def migrate(self) -> None:
        """Find what Django's own checks say, and make the tables."""
        problems = [found for found in system_checks.run_checks() if found.is_serious() and not is_of_django(found)]
        if problems:
            raise ProjectError("\n".join(describe_problem(found) for found in problems[:5]))
        configs = [config for config in apps.get_app_configs() if config.name in self.apps]
        unmigrated = [config for config in configs if not self.has_migrations(config.name) and [*config.get_models()]]
        if unmigrated:
            call_command("makemigrations", *(config.label for config in unmigrated), interactive=False, verbosity=0)
            importlib.invalidate_caches()
        if unmigrated or self.has_own_user or any(self.has_migrations(config.name) for config in configs):
            call_command("migrate", verbosity=0)

    def has_migrations(self, name: str) -> bool:
        return any(path.startswith(f"{name}/migrations/0") for path in self.files)


@contextmanager
def installed_apps(names: Sequence[str]) -> Iterator[None]:
    from django.test.utils import override_settings

    override = override_settings(INSTALLED_APPS=names)
    try:
        override.enable()
    except Exception:
        raise  # Django has taken it back
    except BaseException:  # a module that ends the program
        apps.unset_installed_apps()
        raise
    try:
        yield
    finally:
        override.disable()


class ProjectError(Exception):
    """What Django itself finds wrong with a project, in words for a learner."""


def is_named(app: str, entries: Sequence[str]) -> bool:
    """Whether INSTALLED_APPS has an app already, by itself or by its configuration."""
    return any(entry == app or entry.startswith(f"{app}.apps.") for entry in entries)


def is_of_django(found: system_checks.CheckMessage) -> bool:
    """Whether it is about Django's own: the admin's log where users are others, or what the admin needs to be used."""
    model = getattr(found.obj, "model", found.obj)
    return getattr(model, "__module__", "").startswith("django.") or (found.id or "").startswith("admin.E4")


def describe_problem(found: system_checks.CheckMessage) -> str:
    of = found.obj._meta.label if hasattr(found.obj, "_meta") else str(found.obj or "")
    return f"The system check finds: {of}{': ' if of else ''}{found.msg} ({found.id})"


@contextmanager
def modules_apart(folder: Path) -> Iterator[None]:
    """Python finds the modules of ``folder`` first, and has forgotten those of every other project."""
    hidden = take_modules()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        take_modules()
        with suppress(ValueError):
            sys.path.remove(str(folder))
        for name in [name for name in sys.path_importer_cache if name.startswith(str(folder))]:
            del sys.path_importer_cache[name]
        sys.modules.update(hidden)


def take_modules() -> dict[str, types.ModuleType]:
    """Let Python forget the modules of a project, and return them."""
    own = {name: module for name, module in [*sys.modules.items()] if name == "practice" or is_of_project(module)}
    for name in own:
        del sys.modules[name]
    return own


def is_of_project(module: types.ModuleType) -> bool:
    paths = [getattr(module, "__file__", None) or "", *map(str, getattr(module, "__path__", ()))]
    return any(path.startswith(f"{ROOT}{os.sep}") for path in paths)


@contextmanager
def django_apart() -> Iterator[None]:
    """What one project leaves in Django is gone for the next: models, relations, receivers, registrations."""
    from django.contrib import admin
    from django.contrib.contenttypes.models import ContentType
    from django.core import mail
    from django.core.cache import caches
    from django.core.checks.registry import registry
    from django.urls import converters

    models = {label: apps.all_models[label] for label in [*apps.all_models]}
    base = [model for model in apps.get_models(include_auto_created=True) if not is_of_project_name(model.__module__)]
    attributes = [(model, dict(vars(model))) for model in base]
    receivers = [(signal, list(signal.receivers)) for signal in find_signals()]
    kept: list[tuple[Any, Any]] = [
        (registry.registered_checks, set(registry.registered_checks)),
        (registry.deployment_checks, set(registry.deployment_checks)),
        (converters.REGISTERED_CONVERTERS, dict(converters.REGISTERED_CONVERTERS)),
        (apps._pending_operations, {key: [*waiting] for key, waiting in apps._pending_operations.items()}),
    ]
    registered = dict(admin.site._registry)  # not among them: Django makes another dict of it as it looks for apps
    outbox = getattr(mail, "outbox", [])
    labels = {label for label in models if label not in {name.rpartition(".")[2] for name in BASE_APPS}}
    for label in labels:
        del apps.all_models[label]
    forget_caches(base)
    mail.outbox = []
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        for label in [label for label in apps.all_models if label not in models]:
            del apps.all_models[label]
        apps.all_models.update(models)
        for model, before in attributes:
            restore_attributes(model, before)
        for signal, connected in receivers:
            signal.receivers = connected
            signal.sender_receivers_cache.clear()
        admin.site._registry = registered
        for container, content in kept:
            container.clear()
            container.update(content)
        for cache in caches.all(initialized_only=True):
            cache.clear()
        converters.get_converters.cache_clear()  # type: ignore[attr-defined] # as lru_cache has it
        mail.outbox = outbox
        ContentType.objects.clear_cache()
        forget_caches(base)


def is_of_project_name(module: str) -> bool:
    return module in sys.modules and is_of_project(sys.modules[module])


def forget_caches(base: Sequence[Any]) -> None:
    apps.clear_cache()
    for model in base:
        model._meta._expire_cache()


def restore_attributes(model: type, before: Mapping[str, Any]) -> None:
    """The ways back that foreign keys of a project had put on a model of Django's own."""
    for name in [name for name in vars(model) if name not in before]:
        delattr(model, name)
    for name, value in before.items():
        if vars(model).get(name) is not value:
            setattr(model, name, value)


def find_signals() -> Iterator[Signal]:
    """The signals of Django that a learner may listen to."""
    for name in (
        "django.core.signals",
        "django.db.models.signals",
        "django.db.backends.signals",
        "django.contrib.auth.signals",
        "django.test.signals",
        "django.dispatch",
    ):
        yield from (value for value in vars(import_module(name)).values() if isinstance(value, Signal))


@contextmanager
def new_database(path: Path, *, empty: bool) -> Iterator[None]:
    """The default connection leads to a database of its own, with the tables of BASE_APPS unless without any."""
    if empty:
        path.write_bytes(DATABASE[0])
    outer, inner = connections["default"], connections.create_connection("default")
    inner.settings_dict = {**inner.settings_dict, "NAME": str(path)}
    connections["default"] = inner
    try:
        yield
    finally:
        with suppress(Exception):
            inner.close()
        connections["default"] = outer


# --- Tests --------------------------------------------------------------------------------------------


def load_tests(paths: Sequence[str]) -> list[unittest.TestCase]:
    """The tests of these files, in the order in which they are written."""
    tests: list[unittest.TestCase] = []
    for path in paths:
        module = import_module(path.removesuffix(".py").replace("/", "."))
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == module.__name__
        ]
        for case in classes:
            names = unittest.defaultTestLoader.getTestCaseNames(case)
            tests += map(case, sorted(names, key=lambda name: first_line(getattr(case, name))))
    return tests


def first_line(method: Callable[..., Any]) -> int:
    line: int = unwrap(method).__code__.co_firstlineno
    return line


class Failures(unittest.TestResult):
    """What was raised in each test, by its name; of a class that could not be set up, in each of its tests."""

    def __init__(self, tests: Sequence[unittest.TestCase]) -> None:
        super().__init__()
        self.tests = tests
        self.raised: dict[str, BaseException] = {}

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        named = [test] if isinstance(test, unittest.TestCase) else self.tests_of(test.description)
        for each in named:
            self.raised.setdefault(name_of(each), err[1])

    def tests_of(self, description: str) -> list[unittest.TestCase]:
        """Those of a class, from what unittest calls its failure: ``setUpClass (checks.OverdueTests)``."""
        found = [test for test in self.tests if f"({unittest.util.strclass(type(test))})" in description]
        return found or [*self.tests]

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self.addError(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        if err:
            self.addError(test, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        self.addError(test, (None, AssertionError(f"This was skipped: {reason}"), None))

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        self.addError(test, (None, AssertionError("This was expected to fail, and passes."), None))


def name_of(test: unittest.TestCase) -> str:
    return f"{type(test).__name__}.{test._testMethodName}"


def run(tests: Sequence[unittest.TestCase], project: Project) -> list[Result]:
    """Run tests, and say of each what check() says of a check."""
    failures = Failures(tests)
    unittest.TestSuite(tests).run(failures)
    return [describe(test, failures.raised.get(name_of(test)), project) for test in tests]


def describe(test: unittest.TestCase, raised: BaseException | None, project: Project) -> Result:
    sentence = (test._testMethodDoc or "").strip().split("\n")[0].strip()
    return {
        "name": name_of(test),
        "sentence": sentence or test._testMethodName.removeprefix("test_").replace("_", " ").capitalize(),
        "passed": raised is None,
        "message": "" if raised is None else shorten(message_of(raised, project)),
        "traceback": "" if raised is None else shorten(own_lines(raised, project)),
    }


# --- Words for learners -------------------------------------------------------------------------------


def message_of(raised: BaseException, project: Project) -> str:
    """What a check says: the words of an assertion, or what went wrong and where in the learner's files."""
    if isinstance(raised, AssertionError):
        # Django puts a comparison before the words of some assertions, and the whole page behind them.
        words = NUMBERS.sub("", str(raised), count=1).partition(" in the following response\n")[0]
        return words or "This does not hold yet."
    return explain(raised, project)


def explain(raised: BaseException, project: Project) -> str:
    """An exception in words: what, and in which line of the learner's files."""
    if isinstance(raised, ProjectError):
        return str(raised)
    if isinstance(raised, SyntaxError) and raised.filename:
        path = relative(raised.filename)
        return f"{path or raised.filename}, line {raised.lineno}: {type(raised).__name__}: {raised.msg}"
    words = f"{type(raised).__name__}: {raised}" if str(raised) else type(raised).__name__
    frames = own_frames(raised, project)
    return f"{frames[-1][0]}, line {frames[-1][1]}: {words}" if frames else words


def own_lines(raised: BaseException, project: Project) -> str:
    """The traceback without what is not the learner's."""
    lines = []
    for path, number, function in own_frames(raised, project):
        code = [*project.files[path].splitlines(), ""][number - 1 : number]
        lines += [f'File "{path}", line {number}, in {function}', *(f"    {line.strip()}" for line in code)]
    return "\n".join(lines)


def own_frames(raised: BaseException, project: Project) -> list[tuple[str, int, str]]:
    """(path, line, function) of the frames in the learner's files, the innermost last."""
    frames = [
        (relative(frame.f_code.co_filename), line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(raised.__traceback__)
    ]
    return [(path, line, function) for path, line, function in frames if path in project.files]


def relative(filename: str) -> str:
    """The path of a file in its project, or "" for one that is in none."""
    with suppress(ValueError):
        return "/".join(Path(filename).relative_to(ROOT).parts[1:])
    return ""


def shorten(text: str, limit: int = MAX_MESSAGE) -> str:
    text = without_folder(text)
    return text if len(text) <= limit else f"{text[:limit]}…"


def without_folder(text: str) -> str:
    """A text in which the paths of files are those that the learner knows."""
    return re.sub(rf"{re.escape(str(ROOT))}{re.escape(os.sep)}[^{re.escape(os.sep)}\s]+{re.escape(os.sep)}?", "", text)


class CappedText(io.StringIO):
    """What is printed, up to a limit: a program may print for ever."""

    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        if room > 0:
            super().write(text[:room])
            if len(text) > room:
                super().write("…\n")
        return len(text)


# --- What checks may ask ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a learner's own tests."""

    ran: int
    failed: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return self.ran > 0 and not self.failed


def helpers(project: Project) -> types.ModuleType:
    """The module ``practice``, which the checks of a project may import."""
    module = types.ModuleType("practice", "What checks may ask of the learner's files.")

    def read(path: str) -> str:
        """The text of a file."""
        return (project.folder / path).read_text(encoding="utf-8")

    def printed(path: str) -> str:
        """What a file prints when it is run as a program."""
        output = CappedText()
        with redirect_stdout(output):
            runpy.run_path(str(project.folder / path), run_name="__main__")
        return output.getvalue()

    def run_tests(replacing: Files | None = None) -> Outcome:
        """Run the learner's tests in a project like theirs, in which some files are others."""
        with Project({**project.files, **(replacing or {})}, {}) as other:
            results = run(load_tests(sorted(filter(is_test_file, other.files))), other)
        return Outcome(len(results), [result["name"] for result in results if not result["passed"]])

    for function in (read, printed, run_tests):
        setattr(module, function.__name__, function)
    return module


def is_test_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name == "tests.py" or name.startswith("test_"))


# --- A worker -----------------------------------------------------------------------------------------


def serve() -> None:
    """Answer a job for each line of JSON that comes in, one line each, until there are no more."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what is printed past Python goes where it does no harm
        for line in sys.stdin:
            answers.write(json.dumps(check(json.loads(line))) + "\n")
            answers.flush()


if __name__ == "__main__":
    serve()
