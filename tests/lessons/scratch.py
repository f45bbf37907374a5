"""Runs the code of a lesson in a Django project made for it, in a process of its own.

Blocks with a title are files of the project; a folder with a models.py is an app, and a ``config/settings.py``
goes on where the settings of startproject end. Python without a title runs afterwards, from top to bottom in one
namespace, as in ``manage.py shell``: models are made, their tables are there, and ``await`` works.
"""

import ast
import asyncio
import contextlib
import importlib
import inspect
import io
import os
import sys
import traceback
import unittest
from functools import partial
from pathlib import Path

SETTINGS = """
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "for-this-example-only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *{apps},
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {{
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        }},
    }},
]
WSGI_APPLICATION = "config.wsgi.application"
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        "OPTIONS": {{"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"}},
    }},
}}
MAILERS = {{"default": {{"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}}}
AUTH_PASSWORD_VALIDATORS = [
    {{"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"}},
    {{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}},
    {{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}},
    {{"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"}},
]
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
MEDIA_URL = "media/"
MEDIA_ROOT = BASE_DIR / "media"
"""
URLS = """
from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), *(path("", include(name)) for name in {urls})]
"""
WSGI = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
ASGI = "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n"
# What a project imports when it is served, and what its lessons ask for most.
COMMON = [
    *("django.core.asgi", "django.core.wsgi", "django.test", "django.views.generic", "django.contrib.auth.views"),
    *("django.contrib.contenttypes.views", "django.contrib.auth.middleware", "django.contrib.messages.middleware"),
    *("django.contrib.sessions.middleware", "django.middleware.clickjacking", "django.middleware.csrf"),
    *("django.middleware.common", "django.middleware.security", "django.contrib.sessions.backends.db"),
]
# What makes a folder of Python files an app; any other is a plain package.
APP_FILES = {"models.py", "apps.py", "views.py", "admin.py", "forms.py", "urls.py", "tasks.py", "signals.py"}


def run(folder, blocks):
    """Run the blocks of one lesson in ``folder``; return what went wrong as text, or "" if all is well.

    To be called in a process that has nothing else to do: it sets Django up, unless it is forked from one where
    prepare() has, and changes the working folder.
    """
    begin(folder)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            os.chdir(folder)
            Project(folder, blocks).run()
    except BaseException as error:  # also SystemExit: the example may have called it
        return "".join(traceback.format_exception(error))[-3000:] + said.getvalue()[-1500:]
    return ""


def prepare(folder):
    """Make a project without any app in ``folder`` and set Django up, for the processes of lessons to go on with."""
    begin(folder)
    project = Project(folder, [])
    project.write()
    project.set_up()
    for name in COMMON:
        importlib.import_module(name)
    from django.db import connections

    connections.close_all()  # SQLite allows none of them in another process


def spare_effort():
    """Make cheap what costs seconds and that no outcome depends on: slow hashes, and the smallest of files."""
    import brotli
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = 1_000
    brotli.compress = partial(brotli.compress, quality=1)


def begin(folder):
    for name in ("DJANGO_ALLOW_ASYNC_UNSAFE", "DATABASE_URL"):  # what the tests around it may have set
        os.environ.pop(name, None)
    spare_effort()
    sys.dont_write_bytecode = True  # each file is imported once
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


class Project:
    def __init__(self, folder, blocks):
        self.folder = folder
        self.blocks = [block for block in blocks if "norun" not in block.facts]
        self.rendered = set()

    def run(self):
        self.write()
        self.start()
        self.import_modules()
        self.run_scripts()
        self.run_tests()
        self.render_templates()

    # --- Making the project ---

    def write(self):
        texts = {}
        for block in self.blocks:
            if block.title:
                texts[block.title] = f"{texts[block.title]}\n\n{block.text}" if block.title in texts else block.text
        folders = {Path(title).parts[0] for title in texts if len(Path(title).parts) > 1}
        self.apps = sorted(
            name
            for name in folders - {"config", "templates", "static", "tests"}
            if any(f"{name}/{file}" in texts for file in APP_FILES)
            or any(title.startswith((f"{name}/templatetags/", f"{name}/management/")) for title in texts)
        )
        urls = [f"{name}.urls" for name in self.apps if f"{name}/urls.py" in texts]
        settings = SETTINGS.format(apps=self.apps) + texts.pop("config/settings.py", "")
        texts = {
            "config/settings.py": settings,
            "config/urls.py": URLS.format(urls=urls),
            "config/wsgi.py": WSGI,
            "config/asgi.py": ASGI,
            **texts,
        }
        for title, text in texts.items():
            path = self.folder / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if path.suffix == ".py":
                for parent in path.relative_to(self.folder).parents[:-1]:
                    (self.folder / parent / "__init__.py").touch()
        importlib.invalidate_caches()
        self.titles = list(texts)

    def start(self):
        from django.apps import apps
        from django.conf import settings
        from django.test.signals import template_rendered
        from django.test.utils import setup_test_environment

        if not apps.ready:
            self.set_up()
        elif self.apps:
            self.add_apps()
        setup_test_environment(debug=settings.DEBUG)
        template_rendered.connect(self.note_rendered, weak=False)

    def set_up(self):
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django
        from django.conf import settings

        settings.MIGRATION_MODULES = {
            app.split(".")[-1]: None
            for app in settings.INSTALLED_APPS
            if not (self.folder / app / "migrations").is_dir()
        }
        django.setup()
        self.migrate()

    def add_apps(self):
        """Go on from a set-up without them."""
        from django.apps import apps
        from django.conf import settings
        from django.core.signals import setting_changed

        settings.INSTALLED_APPS += self.apps  # the list of config.settings, too
        apps.set_installed_apps(settings.INSTALLED_APPS)
        setting_changed.send(sender=Project, setting="INSTALLED_APPS", value=settings.INSTALLED_APPS, enter=True)
        self.migrate()

    def migrate(self):
        from django.apps import apps
        from django.conf import settings
        from django.core.management import call_command

        for config in apps.get_app_configs():
            if not (self.folder / config.name / "migrations").is_dir():
                settings.MIGRATION_MODULES[config.label] = None
        call_command("migrate", run_syncdb=True, verbosity=0)

    def note_rendered(self, template, **kwargs):
        self.rendered.add(template.name)

    def import_modules(self):
        for title in self.titles:
            if title.endswith(".py") and "/migrations/" not in title and Path(title).name != "manage.py":
                importlib.import_module(title.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))

    # --- Running it ---

    def run_scripts(self):
        from django.apps import apps

        names = {"__name__": "__main__"}
        if self.apps:
            names |= {model.__name__: model for model in apps.get_models()}
        printed = None
        for block in self.blocks:
            if block.language == "python" and not block.title:
                printed = self.run_script(block, names)
            elif block.language == "output":
                if printed is None or printed.strip() != block.text.strip():
                    raise AssertionError(f"line {block.line}: it printed\n{printed}\nand not\n{block.text}")
                printed = None

    def run_script(self, block, names):
        place = f"<line {block.line}>"
        code = compile(block.text, place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
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

    def run_tests(self):
        modules = [title for title in self.titles if Path(title).name.startswith("test") and title.endswith(".py")]
        modules = [title for title in modules if Path(title).name != "testing.py"]
        for title in modules:
            module = importlib.import_module(title.removesuffix(".py").replace("/", "."))
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
            if suite.countTestCases():
                result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(suite)
                if not result.wasSuccessful():
                    raise AssertionError(f"{title}: {[*result.failures, *result.errors][0][1]}")
            else:
                self.run_pytest(title)

    def run_pytest(self, title):
        import pytest
        from django.test.utils import teardown_test_environment

        teardown_test_environment()  # pytest-django sets up its own
        ini = self.folder / "pytest.ini"
        if not ini.exists():
            ini.write_text("[pytest]\n")
        arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(self.folder), "-c", str(ini)]
        if code := pytest.main([*arguments, title]):
            raise AssertionError(f"{title}: pytest ended with {code!r}")

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
