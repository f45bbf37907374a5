"""The cast and the stage of the tests.

Four people, always the same: a learner, an instructor, a maintainer and an outsider; a client without any of
them is a visitor. ``roadmap`` is the real content, ``content`` a small roadmap that a test can see through.
"""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from progress import pieces
from progress.models import TopicProgress
from progress.standings import Standings
from stages.loading import load
from stages.models import Topic
from tests.content import make_content, wipe


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run on a real PostgreSQL, started for this run")
    parser.addoption("--require-browser", action="store_true", help="fail where browser tests would be skipped")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The real roadmap is loaded once; a test sees it unless it asks for ``content``."""
    with django_db_blocker.unblock():
        load(settings.FIXTURES)


@pytest.fixture(autouse=True)
def fresh_caches():
    """Rate limits and kept rows must not leak from one test into the next."""
    cache.clear()
    pieces.kept_in.cache_clear()
    pieces.kept_row.cache_clear()


@pytest.fixture
def roadmap(db):
    """The real content; a test that runs after one with transactions has to load it again."""
    if not Topic.objects.exists():
        load(settings.FIXTURES)


@pytest.fixture
def blank(db):
    """A site without any content."""
    wipe()


@pytest.fixture
def content(blank):
    """Two stages with three and two topics, and two tracks. See tests/content.py."""
    return make_content()


@pytest.fixture
def groups(db):
    """The groups that migrations make; a test that runs after one with transactions has to make them again."""
    if Group.objects.count() < 3:
        import_module("progress.migrations.0006_roles").make_groups(apps, None)
        import_module("progress.cohorts.migrations.0002_instructors").make_group(apps, None)


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
    """A learner with every kind of standing all over the roadmap."""
    for number, topic in enumerate(Topic.objects.order_by("pk")):
        status = ["done", "none", "learning", "done", "skipped", "done", "done"][number % 7]
        if status != "none":
            TopicProgress.objects.create(user=learner, topic=topic, status=status)
    return Standings.of_learner(learner)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_learner(learner):
    return client_of(learner)


@pytest.fixture
def as_maintainer(maintainer):
    return client_of(maintainer)


@pytest.fixture
def as_outsider(outsider):
    return client_of(outsider)
