"""Runs the code of a lesson as a learner does, in a process of its own.

What needs a project gets a real one: what ``setup_steps`` tells the reader is carried out, with the settings that
``startproject`` writes, and nothing else. Blocks with a title are files of it. Python without a title runs afterward,
from top to bottom, in the namespace of ``manage.py shell``, and must be such that it can be pasted there. Files of
tests are run by ``manage.py test``, or by pytest where they are written for it.
"""

import ast
import asyncio
import codeop
import contextlib
import importlib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import traceback
import unittest
import warnings
from functools import partial
from importlib.metadata import distribution
from pathlib import Path

from stages.markdown.lesson_project import (
    SETTINGS,
    awaits,
    edited_settings,
    in_project,
    is_test_file,
    names_assigned,
    setup_steps,
)

# What a project imports when it is served, and what its lessons ask for most.
COMMON = [
    *("django.core.asgi", "django.core.wsgi", "django.test", "django.views.generic", "django.contrib.auth.views"),
    *("django.contrib.contenttypes.views", "django.contrib.auth.middleware", "django.contrib.messages.middleware"),
    *("django.contrib.sessions.middleware", "django.middleware.clickjacking", "django.middleware.csrf"),
    *("django.middleware.common", "django.middleware.security", "django.contrib.sessions.backends.db"),
]
DATABASE = "db.sqlite3"
THIS_PROJECT = Path(__file__).resolve().parents[2]


def run(folder, blocks):
    """Run the blocks of one lesson in ``folder``; return what went wrong as text, or "" if all is well.

    To be called in a process that has nothing else to do: it sets Django up, unless it is forked from one where
    prepare() has, and changes the working folder.
    """
    begin(folder)
    said = io.StringIO()
    blocks = [block for block in blocks if "norun" not in block.facts]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            os.chdir(folder)
            (Project if in_project(blocks) else Scripts)(folder, blocks).run()
    except BaseException as error:  # also SystemExit: the example may have called it
        return "".join(traceback.format_exception(error))[-3000:] + said.getvalue()[-1500:]
    return ""


def prepare(folder):
    """Start a project in ``folder``, make its tables and set Django up, for the processes of lessons to go on with."""
    begin(folder)
    Project(folder, []).carry_out("django-admin startproject config .")
    set_up()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    for name in COMMON:
        importlib.import_module(name)
    connections.close_all()  # SQLite allows none of them in another process
    (folder / DATABASE).rename(folder / f"{DATABASE}.migrated")


def spare_effort():
    """Make cheap what costs seconds and that no outcome depends on: slow hashes, and the smallest of files."""
    import brotli
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = 1_000
    brotli.compress = partial(brotli.compress, quality=1)


def begin(folder):
    for name in ("DJANGO_ALLOW_ASYNC_UNSAFE", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"):  # what tests may have set
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    spare_effort()
    sys.dont_write_bytecode = True  # each file is imported once
    # A learner's folder and the packages; not this project, whose apps have names that lessons use, too.
    sys.path[:] = [str(folder), *(path for path in sys.path if Path(path).resolve() not in (folder, THIS_PROJECT))]


def set_up():
    import django

    django.setup()
    from django.db.backends.signals import connection_created

    connection_created.connect(write_without_waiting)


def write_without_waiting(connection, **kwargs):
    """What a power cut would do to the database of a lesson matters to nobody."""
    if connection.vendor == "sqlite":
        with connection.connection:
            connection.connection.execute("PRAGMA synchronous=OFF")


class Scripts:
    """Files, and Python that runs in ``python`` beside them."""

    def __init__(self, folder, blocks):
        self.folder = folder
        self.blocks = blocks
        self.titles = list(dict.fromkeys(block.title for block in blocks if block.title))

    def run(self):
        self.write_files()
        self.import_modules()
        self.run_scripts({"__name__": "__main__"})
        self.run_tests()

    def write_files(self):
        for title in self.titles:
            self.write(title, "\n\n".join(block.text for block in self.blocks if block.title == title))
        importlib.invalidate_caches()

    def write(self, title, text):
        path = self.folder / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if path.suffix == ".py":
            for parent in path.relative_to(self.folder).parents[:-1]:
                (self.folder / parent / "__init__.py").touch()

    def import_modules(self):
        for title in self.titles:
            if title.endswith(".py") and "/migrations/" not in title and Path(title).name != "manage.py":
                importlib.import_module(module_of(title))

    def run_scripts(self, names):
        printed = None
        for block in self.blocks:
            if block.language == "python" and not block.title:
                self.check_place(block)
                printed = run_script(block, names)
            elif block.language == "output":
                if printed is None or printed.rstrip("\n") != block.text.rstrip("\n"):
                    raise AssertionError(f"line {block.line}: it printed\n{printed}\nand not\n{block.text}")
                printed = None

    def check_place(self, block):
        """Nothing to check: these lines may as well be a file."""

    def run_tests(self):
        for title in self.titles:
            if is_test_file(title):
                self.run_test_file(title)

    def run_test_file(self, title):
        suite = unittest.defaultTestLoader.loadTestsFromName(module_of(title))
        if not suite.countTestCases():
            self.run_pytest(title)
        elif not (result := unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(suite)).wasSuccessful():
            raise AssertionError(f"{title}: {[*result.failures, *result.errors][0][1]}")

    def run_pytest(self, title):
        """In a process of its own, which finds its settings as a learner's does."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
        }
        command = [Path(sys.executable).with_name("pytest"), "-q", "-p", "no:cacheprovider", title]
        found = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if found.returncode:
            raise AssertionError(
                f"{title}: pytest ended with {found.returncode}\n{found.stdout[-2000:]}{found.stderr}"
            )


class Project(Scripts):
    """A project: what the page says is carried out, step by step."""

    def __init__(self, folder, blocks):
        super().__init__(folder, blocks)
        self.edits = []
        self.rendered = set()

    def run(self):
        self.make_deprecations_errors()
        for step in setup_steps(self.blocks):
            if step.file:
                self.write(step.file, step.code)
            elif step.kind == "files":
                self.write_files()
            else:
                for command in step.commands:
                    self.carry_out(command)
        self.set_up()
        self.import_modules()
        self.call("check")
        self.note_templates()
        self.run_scripts(self.shell_names())
        self.run_tests()
        self.render_templates()

    # --- Carrying out ---

    def carry_out(self, command):
        name, *arguments = (
            command.removeprefix("python ").removeprefix("manage.py ").removeprefix("django-admin ").split()
        )
        if name == "-m":  # pip install
            for package in arguments[2:]:
                distribution(package.partition("[")[0])
        elif name == "startproject":
            if not (self.folder / "manage.py").exists():  # else prepare() has
                apart(self.call, name, arguments[0], str(self.folder))
        elif name == "startapp":
            apart(self.call, name, *arguments)
        elif name == "makemigrations":
            self.set_up()
            self.call(name)
        elif name == "migrate":
            self.set_up()
            self.migrate()
        elif name not in ("shell", "test", "pytest"):  # those are what runs then
            raise ValueError(f"the tests do not know how to carry out {command!r}")
        importlib.invalidate_caches()

    def call(self, name, *arguments):
        from django.core.management import call_command

        call_command(name, *arguments, verbosity=0)

    def migrate(self):
        """Make the tables, beginning with those that prepare() has made."""
        migrated = self.folder / f"{DATABASE}.migrated"
        if migrated.exists():
            shutil.copy(migrated, self.folder / DATABASE)
        self.call("migrate")

    def write(self, title, text):
        if title == SETTINGS:
            text = edited_settings((self.folder / SETTINGS).read_text(), edit := text)
            self.edits.append(edit)
        super().write(title, text)

    def set_up(self):
        """Set Django up, or go on from where prepare() has."""
        from django.apps import apps
        from django.conf import settings
        from django.core.signals import setting_changed

        if not apps.ready:
            set_up()
            self.edits.clear()  # they are in the file
        names = {"BASE_DIR": settings.BASE_DIR}
        for code in self.edits:
            exec(code, names)
        for name in names_assigned("\n".join(self.edits)):
            setattr(settings, name, names[name])
            if name == "INSTALLED_APPS":
                apps.set_installed_apps(names[name])
            setting_changed.send(sender=Project, setting=name, value=names[name], enter=True)
        self.edits.clear()

    def make_deprecations_errors(self):
        """Those of the lesson's own code and of Django."""
        from django.utils.deprecation import RemovedAfterNextVersionWarning, RemovedInNextVersionWarning

        folders = "|".join(sorted({re.escape(title.split("/")[0].removesuffix(".py")) for title in self.titles}))
        for category in (DeprecationWarning, PendingDeprecationWarning):
            warnings.filterwarnings("error", category=category, module=rf"(__main__|<string>|config|{folders})(\.|$)")
        for category in (RemovedInNextVersionWarning, RemovedAfterNextVersionWarning):
            warnings.simplefilter("error", category)

    def shell_names(self):
        from django.core.management.commands.shell import Command

        return Command().get_namespace(verbosity=0)

    def check_place(self, block):
        """It can be pasted into the shell, which takes line by line."""
        if awaits(block.text):
            raise AssertionError(f"line {block.line}: manage.py shell takes no await outside of a function.")
        typed = []
        for line in f"{block.text}\n".splitlines():
            typed.append(line)
            try:
                if codeop.compile_command("\n".join(typed)):
                    typed = []
            except SyntaxError as error:
                raise AssertionError(f"line {block.line}: pasted into manage.py shell, it ends at: {line}") from error

    # --- Tests and templates ---

    def run_test_file(self, title):
        from django.test.utils import _TestState, teardown_test_environment

        if hasattr(_TestState, "saved_data"):  # a test begins in a process of its own
            teardown_test_environment()
        if unittest.defaultTestLoader.loadTestsFromName(module_of(title)).countTestCases():
            self.call("test", module_of(title))
        else:
            self.run_pytest(title)

    def note_templates(self):
        from django.template import Template
        from django.test.signals import template_rendered

        render = Template._render

        def noted(template, context):
            self.rendered.add(template.name)
            return render(template, context)

        def signaled(template, **kwargs):
            self.rendered.add(template.name)

        Template._render = noted
        template_rendered.connect(signaled, weak=False)  # what setup_test_environment() puts in the place of that

    def render_templates(self):
        from django.contrib.auth.models import AnonymousUser
        from django.template import RequestContext, engines
        from django.test import RequestFactory

        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        engine = engines["django"].engine
        for block in self.blocks:
            if block.language == "html+django":
                name = block.title.partition("templates/")[2]
                if name not in self.rendered:
                    template = engine.get_template(name) if name else engine.from_string(block.text)
                    template.render(RequestContext(request))


def module_of(title):
    return title.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def run_script(block, names):
    code = compile(block.text, f"<line {block.line}>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    printed = io.StringIO()
    wanted = block.facts.get("raises")
    try:
        with contextlib.redirect_stdout(printed):
            result = eval(code, names)
            if inspect.iscoroutine(result):
                asyncio.run(result)
    except Exception as error:
        if type(error).__name__ != wanted:
            raise
    else:
        if wanted:
            raise AssertionError(f"line {block.line}: it did not raise {wanted}.")
    return printed.getvalue()


def apart(call, *arguments):
    """Call in a process of its own, for what would set Django up without the project's settings."""
    child = os.fork()
    if not child:
        try:
            call(*arguments)
        except BaseException as error:
            print(error, file=sys.__stderr__)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise AssertionError(f"{arguments} failed")
