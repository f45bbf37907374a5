"""Bringing a check-list, taking one along, and leaving: in a browser, with and without JavaScript."""

import pytest

from progress.models import TopicProgress
from tests.browser.test_pages import violations
from tests.conftest import User
from tests.progress.tracking.test_ticks import status_of

LIST = "# Mine\n- [x] Maps\n- [x] Weathr\n- [ ] Boots\n- [x] Knitting with a very long name and nothing else\n"


def bring(page, text=LIST):
    page.goto("/me/data/")
    page.get_by_label("Paste it").fill(text)
    page.get_by_role("button", name="See what it means here").click()
    page.get_by_role("heading", name="What your list means here").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_learner_brings_a_list_takes_it_along_and_leaves(open_browser, content, learner, javascript):
    page = open_browser(learner, java_script_enabled=javascript, viewport={"width": 390, "height": 844})
    bring(page)
    page.get_by_role("checkbox", name="Weather").check()
    page.get_by_role("button", name="Agree, and record it").click()
    page.get_by_text("2 topics recorded from your list.").wait_for()
    assert [status_of(learner, slug) for slug in ("maps", "weather", "boots")] == ["done", "done", "none"]

    page.get_by_role("link", name="Your data").click()
    page.get_by_role("heading", name="Your data", level=1).wait_for()
    answer = page.request.get(page.get_by_role("link", name="The whole roadmap").get_attribute("href"))
    assert 'filename="waymark-roadmap.md"' in answer.headers["content-disposition"]
    assert "- [x] [Weather]" in answer.text()

    page.get_by_role("link", name="delete your account").click()
    page.get_by_label("Your password").fill("walk-the-line-27")
    page.get_by_role("button", name="Delete my account for good").click()
    page.get_by_text("Your account is deleted").wait_for()
    assert not User.objects.exists()


def test_the_preview_is_accessible_and_fits_a_phone(open_browser, content, learner):
    for slug, status in (("boots", "done"), ("maps", "learning")):
        TopicProgress.objects.record(learner, content.topics[slug], status)
    page = open_browser(learner, viewport={"width": 320, "height": 700})
    bring(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for box in page.get_by_role("checkbox").all():
        assert box.bounding_box()["height"] >= 20
    bring_wrong = page.goto("/me/data/")
    assert bring_wrong.ok
    page.get_by_label("Paste it").fill("no box")
    page.get_by_role("button", name="See what it means here").click()
    page.get_by_text("There is no box in this text").wait_for()
    assert violations(page) == []


def test_the_groups_of_the_preview_are_named_by_their_lines(open_browser, content, learner):
    page = open_browser(learner)
    bring(page)
    assert page.get_by_role("group", name="Maps Mine").get_by_role("checkbox", name="Maps").is_checked()
    assert not page.get_by_role("group", name="Weathr Mine").get_by_role("checkbox", name="Weather").is_checked()


def test_lessons_are_dark_on_light_on_paper_whatever_the_theme(open_browser, content):
    content.topics["maps"].body = "See [it](https://example.org/it/)."
    content.topics["maps"].save()
    page = open_browser(color_scheme="dark")
    page.goto("/stages/first/print/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.locator(".site-header").is_visible()
    written = "getComputedStyle(document.querySelector('.prose a'), '::after').content"
    assert "https://example.org/it/" in page.evaluate(written)
