"""A real Chromium, of Debian's packages or the user's own, against a real server."""

import os
import shutil
import threading
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.signals import request_finished
from django.db import connection, connections

from progress.models import TopicProgress
from stages.models import Topic
from tests.conftest import client_of

# Playwright runs an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The shell of Chromium that has no window opens a page for a third of what the whole browser takes.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.django_db(transaction=True))
            # Now and then Chromium does not answer at all, not even when it is told to close a page. That is tried
            # once more; whatever fails, fails at once.
            item.add_marker(pytest.mark.timeout(120))
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["from pytest-timeout"]))


@pytest.fixture(scope="session")
def chromium_path(request):
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        why = f"no Chromium on this machine: none of {', '.join(NAMES)} is on PATH, and CHROMIUM is not set"
        (pytest.fail if request.config.getoption("--require-browser") else pytest.skip)(why)
    return path


@pytest.fixture(scope="session")
def chromium(chromium_path, django_db_setup, django_db_blocker):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=QUIET)
        # While Playwright's loop runs, this thread has connections of its own; see asgiref.local. What Django asks of
        # a new one only once is asked now, so that no test counts it among its queries.
        with django_db_blocker.unblock():
            assert connection.features.supports_json_field
        yield browser
        browser.close()
        # Whatever test came last may have left one open, and then PostgreSQL keeps the database.
        connections.close_all()


@pytest.fixture
def walked(content, learner):
    """A learner with every kind of standing, so that every mark is on the page."""
    for topic, status in zip(Topic.objects.order_by("pk"), ["done", "learning", "skipped", "done"], strict=False):
        TopicProgress.objects.record(learner, topic, status)
    return learner


@pytest.fixture(autouse=True)
def no_connection_outlives_its_answer(live_server):
    """A thread of the server lives as long as the browser keeps its connection, and so longer than the database."""
    tests = threading.get_ident()

    def close(**kwargs):
        if threading.get_ident() != tests:
            connections.close_all()

    request_finished.connect(close)
    yield
    request_finished.disconnect(close)


@pytest.fixture
def open_browser(chromium, live_server):
    """Opens an empty page of a new visitor, or of somebody who is signed in.

    Whatever the console complains about fails the test at its end.
    """
    from playwright.sync_api import Error

    complaints, contexts = [], []

    def opener(user=None, **options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(describe(message)) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints
        if user:
            session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    yield opener
    for context in contexts:
        for page in context.pages:
            with suppress(Error):  # a page that is still on its way somewhere is hard to close
                page.goto("about:blank")
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_browser, content):
    return open_browser()


def describe(message):
    return f"{message.text} ({message.location['url']})"


@pytest.fixture(scope="session")
def missing_fonts(chromium):
    from tests.browser.fonts import missing

    with chromium.new_context() as context:
        return missing(context.new_page())


@pytest.fixture
def wear(request, missing_fonts):
    """Gives a page narrow or wide letters; see tests/browser/fonts.py."""
    from tests.browser import fonts

    if missing_fonts:
        why = f"not on this machine: {', '.join(missing_fonts)}, which Debian has in {fonts.PACKAGE}"
        (pytest.fail if request.config.getoption("--require-browser") else pytest.skip)(why)
    return fonts.wear
