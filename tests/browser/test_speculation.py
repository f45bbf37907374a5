"""The next topic is there before it is asked for, and it is never an old one."""

import time
from itertools import zip_longest

import pytest
from django.conf import settings
from django.core.signals import request_started

from tests.browser.conftest import QUIET
from tests.browser.tab import Tab
from tests.browser.test_journey import saved
from tests.conftest import client_of


@pytest.fixture
def fetched():
    """The addresses that a browser has asked for on its own, each with its purpose."""
    asked = []

    def note(environ, **kwargs):
        if "HTTP_SEC_PURPOSE" in environ:
            query = environ["QUERY_STRING"] and f"?{environ['QUERY_STRING']}"
            asked.append((environ["PATH_INFO"] + query, environ["HTTP_SEC_PURPOSE"]))

    request_started.connect(note)
    yield asked
    request_started.disconnect(note)


def come_near(page, link, fetched, path):
    """Hover over a link until the browser has asked for ``path``."""
    before = len(fetched)
    for _ in range(20):
        page.mouse.move(1, 1)
        link.hover()
        page.wait_for_timeout(300)
        if path in [path for path, _ in fetched[before:]]:
            return page.wait_for_timeout(700)  # for its style sheets
    raise AssertionError(fetched)


@pytest.fixture
def tab(chromium_path, tmp_path):
    tab = Tab(chromium_path, tmp_path, *QUIET)
    yield tab
    tab.close()


def test_the_next_topic_is_prerendered_and_records_nothing(tab, live_server, content, learner, fetched):
    session = client_of(learner).cookies[settings.SESSION_COOKIE_NAME].value
    tab.sign_in(settings.SESSION_COOKIE_NAME, session, live_server.url)
    tab.open(f"{live_server.url}/topics/boots/")
    tab.wait(lambda: tab.point(".pager [rel=next]") and fetched)
    time.sleep(1)  # it is fetched; what it asks for is on its way
    assert fetched[0] == ("/topics/maps/", "prefetch;prerender")
    assert not learner.progress_events.exists()
    tab.press(".pager [rel=next]")
    tab.wait(lambda: tab.run("location.pathname") == "/topics/maps/")
    assert tab.run("performance.getEntriesByType('navigation')[0].activationStart") > 0
    assert [path for path, _ in fetched if path == "/topics/maps/"] == ["/topics/maps/"]
    tab.press(".tick")  # its scripts are at work, too
    tab.wait(lambda: learner.topic_progress.filter(topic=content.topics["maps"], status="done").exists())


def test_a_tick_makes_what_was_fetched_before_it_forgotten(open_browser, content, learner, fetched):
    page = open_browser(learner)
    page.goto("/topics/boots/")
    link = page.locator(".pager [rel=next]")
    come_near(page, link, fetched, "/topics/maps/")
    page.locator(".tick").click()
    assert saved(page).startswith("Boots: done.")
    link.click()
    page.get_by_role("heading", name="Maps", level=1).wait_for()
    assert page.locator("#bar-first").inner_text().startswith("1 of 2")


def test_only_pages_to_read_are_fetched(open_browser, content, learner, fetched):
    page = open_browser(learner, reduced_motion="reduce")
    page.goto("/?view=checklist")
    come_near(page, page.get_by_role("link", name="Maps", exact=True), fetched, "/topics/maps/")
    assert fetched == [("/topics/maps/", "prefetch")]
    pages = [page, *(page.context.new_page() for _ in range(3))]
    for each, path in zip(pages, ("/?view=checklist", "/topics/maps/", "/stages/first/", "/me/"), strict=True):
        each.goto(path)
    fetched.clear()
    links = [each.locator("main a:not(.row-name), .site-header a, .site-header button").all() for each in pages]
    for at_once in zip_longest(*links):  # one link of each page, so that the four share a wait
        for link in filter(None, at_once):
            if link.is_visible():
                link.hover(force=True)
        page.wait_for_timeout(250)
    assert {address.split("?")[0].split("/")[1] for address, _ in fetched} <= {
        "",
        "stages",
        "topics",
        "tracks",
        "sources",
    }
    assert not [address for address, _ in fetched if "view=" in address or address.count("/") > 3], fetched
