"""The cast and the stage of the tests.

Four people, always the same: a learner, an instructor, a maintainer and an outsider; a client without any of
them is a visitor. ``roadmap`` is the real content, ``content`` a small roadmap that a test can see through.
"""

import gc
import os
from contextlib import contextmanager
from functools import lru_cache

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import Permission
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, RequestFactory, TransactionTestCase

from accounts.models import User
from accounts.sessions import note_use
from progress.models import TopicProgress
from progress.reader_progress import ReaderProgress
from progress.rendering import fragments
from stages import fields
from stages.fixture_io import reader, writer
from stages.models import Topic
from tests.content import read_content
from tests.databases import TEMPLATES, Databases, PostgreSQL, SQLite
from tests.remembered import remembered_parse, remembered_yaml

DATABASES = pytest.StashKey[Databases]()


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run on a real PostgreSQL, started for this run")
    parser.addoption("--all-lessons", action="store_true", help="run code of lessons that ran before, too")
    parser.addoption("--database-only", action="store_true", help="leave out what asks no database")
    parser.addoption("--require-browser", action="store_true", help="fail where browser tests would be skipped")
    parser.addoption(
        "--require-nginx", action="store_true", help="fail where tests of a shared cache would be skipped"
    )
    parser.addoption(
        "--require-machines", action="store_true", help="fail where tests of several machines would be skipped"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Point the connection at the database that holds what this test asks for."""
    if asks_a_database(item):
        databases_of(item.config).use(contents_for(item))


def pytest_collection_modifyitems(config, items):
    """Keep tests of one database together, so that a worker seldom changes from one to another."""
    items.sort(key=contents_for)
    if config.getoption("--database-only"):
        others = [item for item in items if not asks_a_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if asks_a_database(item)]


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: the garbage collector need not go through it again and again."""
    gc.freeze()


def asks_a_database(item):
    fixtures = {"db", "transactional_db", "live_server"}
    return not fixtures.isdisjoint(item.fixturenames) or item.get_closest_marker("django_db") is not None


def contents_for(item):
    """Which template of tests/databases.py a test runs on."""
    wanted = [name for name in TEMPLATES if name in item.fixturenames]
    assert len(wanted) < 2, f"{item.nodeid} wants {' and '.join(wanted)}, and there is one database at a time"
    return wanted[0] if wanted else "empty"


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker):
    """Nothing is set up before a test says what it wants. What was made for this run goes at its end."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field  # what Django asks only once is in no test's count of queries
    yield
    databases_of(request.config).remove()


def databases_of(config):
    if DATABASES not in config.stash:
        folder = config.cache.mkdir("databases")
        uri = os.environ.get("WAYMARK_TEST_DATABASE")
        config.stash[DATABASES] = Databases(PostgreSQL(uri) if uri else SQLite(folder), folder / "lock")
    return config.stash[DATABASES]


@pytest.fixture(scope="session", autouse=True)
def no_flush(request):
    """What a test has really committed is not deleted table by table: the next test gets a new copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: databases_of(request.config).spoil())
        yield


@pytest.fixture(scope="session", autouse=True)
def worked_out_once():
    """The real fixtures are read, rendered and written by many tests; see remembered.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "render", lru_cache(maxsize=None)(fields.render))
        patch.setattr(writer, "as_yaml", remembered_yaml(writer.as_yaml))
        parse = remembered_parse(reader.parse)
        for module in (reader, writer):
            patch.setattr(module, "parse", parse)
        yield


@pytest.fixture(autouse=True)
def fresh_caches():
    """Rate limits and kept rows must not leak from one test into the next."""
    cache.clear()
    fragments._cached_for_language.cache_clear()


@pytest.fixture
def roadmap(db):
    """The real content."""


@pytest.fixture
def loaddata(db):
    """The real content, as Django's own loaddata loads the files."""


@pytest.fixture
def content(db):
    """Two stages with three and two topics, and two tracks. See tests/content.py."""
    return read_content()


def make_user(name, **fields):
    email = f"{name.lower().split()[0]}@example.com"
    user = User.objects.create_user(email, "walk-the-line-27", name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def learner(db):
    return make_user("Lena Learner")


@pytest.fixture
def instructor(db):
    return make_user("Ines Instructor")


@pytest.fixture
def maintainer(db):
    user = make_user("Mats Maintainer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="stages"))
    return user


@pytest.fixture
def outsider(db):
    return make_user("Otto Outsider")


@pytest.fixture
def walked(roadmap, learner):
    """A learner with every status all over the roadmap."""
    for number, topic in enumerate(Topic.objects.order_by("pk")):
        status = ["done", "none", "learning", "done", "skipped", "done", "done"][number % 7]
        if status != "none":
            TopicProgress.objects.create(user=learner, topic=topic, status=status)
    return ReaderProgress.for_user(learner)


def client_of(user):
    """A client that is logged in and listed. ``force_login`` would begin a session, and change it for another."""
    client, request = Client(), RequestFactory().get("/")
    request.session, request.user = SessionStore(), user
    login(request, user)
    request.session.save()
    note_use(request)
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


@contextmanager
def rolled_back():
    """What is done inside is undone at its end, so that many cases of one test share what it has set up."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def as_learner(learner):
    return client_of(learner)


@pytest.fixture
def as_maintainer(maintainer):
    return client_of(maintainer)


@pytest.fixture
def as_outsider(outsider):
    return client_of(outsider)
