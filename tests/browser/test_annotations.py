"""What stands beside a topic, in a real browser."""

import pytest
from playwright.sync_api import expect

from progress.models import Note, Report, Reset, Star, TopicProgress
from stages.markdown.render import render
from tests.browser.test_journey import box, saved, sign_in, state
from tests.browser.test_pages import violations
from tests.conftest import client_of


@pytest.fixture
def noted(content, learner):
    """A learner with something of everything beside the maps."""
    topic = content.topics["maps"]
    text = "North is **up**.\n\n```python\nfold(twice=True)\n```"
    Note.objects.create(user=learner, topic=topic, text=text, html=render(text))
    Star.objects.create(user=learner, topic=topic)
    for status in ("done", "none", "learning"):
        TopicProgress.objects.record(learner, topic, status)
    TopicProgress.objects.record(learner, content.topics["routes"], "done")
    Reset.objects.create_for(learner, "Further on", [content.topics["routes"]])
    return learner


def offer(page):
    return page.locator(".undo")


def test_a_tick_is_taken_back_by_keyboard(open_browser, content):
    page = open_browser()  # a clock cannot be taken out again
    page.goto("/")
    page.clock.install()
    box(page, "Maps").focus()
    page.keyboard.press("Space")
    assert saved(page).endswith("You can undo this.")
    for _ in range(3):  # past the link and the menu of the row
        page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text().startswith("Undo")
    page.clock.run_for(60_000)  # it waits for whoever is on it
    assert offer(page).is_visible()
    page.keyboard.press("Enter")
    assert saved(page).startswith("Maps: not started.")
    assert state(page, "Maps") == "false"
    assert offer(page).count() == 0
    assert page.evaluate("document.activeElement.id") == "first--maps-tick"
    page.reload()
    assert state(page, "Maps") == "false"


def test_the_offer_goes_after_ten_seconds_and_waits_for_a_pointer(open_browser, content):
    page = open_browser()  # a clock cannot be taken out again
    page.goto("/")
    page.clock.install()
    box(page, "Maps").click()
    offer(page).wait_for()
    page.clock.run_for(8_000)
    offer(page).hover()
    page.clock.run_for(30_000)
    assert offer(page).is_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(1_000)
    assert offer(page).is_visible()
    page.clock.run_for(2_000)
    assert offer(page).count() == 0
    assert state(page, "Maps") == "true"


def test_a_second_tick_replaces_the_offer(page):
    page.goto("/stages/first/")
    box(page, "Maps").click()
    saved(page)
    box(page, "Boots").click()
    saved(page)
    assert offer(page).count() == 1
    assert "Boots: done." in offer(page).inner_text()
    offer(page).get_by_role("button").click()
    saved(page)
    assert (state(page, "Maps"), state(page, "Boots")) == ("true", "false")


def test_an_undo_that_could_not_be_saved_is_put_back_and_said(page):
    page.goto("/")
    box(page, "Maps").click()
    saved(page)
    page.route("**/progress/**", lambda route: route.fulfill(status=500))
    offer(page).get_by_role("button").click()
    page.get_by_text("“Maps” was not saved").wait_for()
    assert state(page, "Maps") == "true"
    page.complaints.clear()


def test_an_old_offer_does_not_overrule_another_tab(open_browser, content, learner):
    page = open_browser(learner)
    page.goto("/stages/first/")
    box(page, "Maps").click()
    saved(page)
    client_of(learner).post("/topics/maps/progress/", {"status": "learning"})
    offer(page).get_by_role("button").click()
    page.get_by_text("“Maps” was changed elsewhere meanwhile.").wait_for()
    assert page.locator("#first--maps").get_attribute("data-status") == "learning"


def test_without_javascript_a_tick_is_taken_back_from_the_next_page(open_browser, content):
    page = open_browser(java_script_enabled=False, viewport={"width": 320, "height": 600})
    page.goto("/stages/first/")
    box(page, "Maps").click()
    assert "Maps: done." in offer(page).inner_text()
    offer(page).get_by_role("button", name="Undo: Maps").click()
    expect(box(page, "Maps")).not_to_be_checked()
    assert offer(page).count() == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_star_and_resource_are_stated_where_they_are(open_browser, content, learner, javascript):
    page = open_browser(learner, java_script_enabled=javascript)
    page.goto("/topics/maps/")
    star, read = page.get_by_role("button", name="Star: Maps"), page.get_by_role("checkbox", name="Been through:")
    for _ in range(2):
        star.press("Enter")
        page.locator("#star[aria-pressed=true]").wait_for()
        read.press("Space")
        page.locator(".resource-tick[aria-checked=true]").wait_for()
        if javascript:
            assert read.evaluate("box => box === document.activeElement")
        page.reload()
        star.press("Enter")
        page.locator("#star[aria-pressed=false]").wait_for()
        star.press("Enter")
        page.locator("#star[aria-pressed=true]").wait_for()
        page.reload()
        star.press("Enter")
        page.locator("#star[aria-pressed=false]").wait_for()
        read.press("Space")
        page.locator(".resource-tick[aria-checked=false]").wait_for()


def write(page, text):
    page.get_by_text("Write a note").click()
    page.get_by_label("Your note on Maps").fill(text)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_note_survives_an_expired_log_in(open_browser, content, learner, javascript):
    page = open_browser(learner, java_script_enabled=javascript)
    page.goto("/topics/maps/")
    write(page, "Not a *word* is lost.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save the note").click()
    page.get_by_text("You have been signed out.").wait_for()
    sign_in(page, learner)
    page.get_by_role("heading", name="Maps", level=1).wait_for()
    page.wait_for_load_state()
    assert page.locator(".prose.note em").inner_text() == "word"
    assert learner.notes.get().text == "Not a *word* is lost."
    assert page.locator("details.note-edit[open]").count() == 0  # nothing is left to restore


def test_what_was_not_saved_is_there_after_a_reload(open_browser, content, learner):
    page = open_browser(learner)
    page.goto("/topics/maps/")
    write(page, "Half a thou")
    page.reload()
    page.get_by_text("This is what you had written and not saved.").wait_for()
    assert page.get_by_label("Your note on Maps").input_value() == "Half a thou"
    client_of(learner).post("/topics/maps/note/", {"text": "From another tab.", "version": ""})
    page.reload()
    page.get_by_role("button", name="Save the note").click()
    page.get_by_text("Nothing was saved:").wait_for()
    page.complaints.clear()  # the browser's own note about the answer's status
    assert violations(page) == []
    page.get_by_role("button", name="Save the note").click()
    page.wait_for_url("**/topics/maps/#note")
    assert learner.notes.get().text == "Half a thou"
    page.reload()
    assert page.locator(".draft:visible").count() == 0


# The page itself clips what is too wide, so its parts are asked; code and tables scroll by themselves.
WIDE = """[...document.querySelectorAll("main *:not(.visually-hidden, .honeypot *, pre *, svg *)")]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => part.outerHTML.slice(0, 80))"""
PATHS = ["/topics/maps/", "/topics/maps/note/", "/topics/maps/report/", "/me/", "/me/notes/", "/stages/first/reset/"]


def test_axe_finds_nothing_and_all_fits_a_phone(open_browser, noted):
    page = open_browser(noted, viewport={"width": 320, "height": 700})
    for path in [*PATHS, "/tracks/other/reset/", "/search/?q=north"]:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(page) == [], path
        assert page.evaluate(WIDE) == [], path
    page.goto("/stages/first/")
    box(page, "Boots").click()
    offer(page).wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_reset_is_taken_back_from_the_next_page(open_browser, noted):
    page = open_browser(noted)
    page.goto("/stages/first/")
    page.get_by_role("link", name="Start this stage over").click()
    page.get_by_role("button", name="Reset 1 topic").click()
    page.get_by_text("1 topic is not started again.").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Undo: First steps").click()
    page.get_by_text("1 topic is as it was.").wait_for()
    assert page.locator("#first--maps").get_attribute("data-status") == "learning"


def test_a_visitor_reports_a_link(open_browser, content):
    page = open_browser(viewport={"width": 320, "height": 700})
    page.goto("/topics/maps/")
    page.get_by_role("link", name="Report: Reading maps").click()
    page.get_by_role("button", name="Send the report").click()
    page.get_by_text("Thank you.").wait_for()
    assert Report.objects.get().resource == content.resource
