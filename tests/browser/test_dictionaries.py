"""The roadmap is sent again as what has changed, and is the same page."""

import re

import pytest
from django.core.signals import request_started

from tests.browser.test_journey import saved

TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")\w+')
# As it was sent, and as the page is; how it comes to a script, which the dictionary is not for.
SIZES = "(entry => [entry.encodedBodySize, entry.decodedBodySize])(performance.getEntriesByType('navigation')[0])"
PLAIN = "async () => (await fetch(location, {cache: 'no-store'})).text()"


@pytest.fixture
def dictionaries():
    """The addresses of dictionaries that the browser has asked for."""
    asked = []

    def note(environ, **kwargs):
        if environ["PATH_INFO"] == "/dictionary":
            asked.append(environ["QUERY_STRING"])

    request_started.connect(note)
    yield asked
    request_started.disconnect(note)


def test_after_a_tick_the_roadmap_is_less_than_a_kilobyte(open_browser, roadmap, learner, dictionaries):
    page = open_browser(learner)
    page.set_default_timeout(30_000)  # the first view of all is worked out for it
    page.goto("/")
    first, whole = page.evaluate(SIZES)
    assert first > 10_000
    page.locator(".tick").first.click()
    saved(page)
    for _ in range(60):  # the browser fetches and keeps a dictionary when it has time
        again = page.goto("/")
        if "dcz" in again.headers["content-encoding"]:
            break
        page.wait_for_timeout(500)
    packed, unpacked = page.evaluate(SIZES)
    assert again.headers["content-encoding"] == "dcz"
    assert packed <= 1000
    assert unpacked > 0.9 * whole
    assert TOKEN.sub(r"\1", again.text()) == TOKEN.sub(r"\1", page.evaluate(PLAIN))
    assert page.locator(".row[data-status=done]").count() == 1
    page.reload()
    assert page.evaluate(SIZES)[0] <= 1000
    assert len(dictionaries) == 1
