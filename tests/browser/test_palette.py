"""The palette, the shortcuts and the theme, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import violations


def focused(page):
    return page.evaluate("document.activeElement.id")


def open_palette(page, key="/"):
    page.keyboard.press(key)
    page.locator("#palette[open] [role=option][aria-selected=true]").wait_for()


def type_slowly(page, text, wait_for):
    page.keyboard.type(text)
    page.locator("#palette-said", has_text=wait_for).wait_for()


def chosen(page):
    return page.locator("#palette-lines [aria-selected=true]")


# --- The palette ---


def test_the_palette_finds_a_topic_and_enter_opens_it(page):
    page.goto("/shortcuts/")
    open_palette(page)
    assert focused(page) == "palette-field"
    type_slowly(page, "weath", "1 result")
    assert chosen(page).inner_text().startswith("Weather")
    assert page.locator("#palette-field").get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/weather/")


def test_arrows_choose_and_the_field_keeps_the_focus(page):
    page.goto("/tracks/")
    open_palette(page, "Control+k")
    page.keyboard.type("map")
    page.locator("#palette-said", has_text="2 results").wait_for()
    page.keyboard.press("ArrowUp")  # round to the end
    assert chosen(page).inner_text() == "Search all for “map”"
    page.keyboard.press("ArrowDown")
    assert chosen(page).inner_text().startswith("Maps")
    page.keyboard.press("ArrowDown")
    assert chosen(page).inner_text().startswith("Reading maps")
    assert chosen(page).count() == 1
    assert focused(page) == "palette-field"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=map")


@pytest.mark.parametrize("close", ["Escape", "button"])
def test_the_focus_returns_when_it_closes(page, close):
    page.goto("/stages/first/")
    page.locator("#first--maps-tick").focus()
    open_palette(page)
    if close == "button":
        page.locator("#palette .palette-close").click()
    else:
        page.keyboard.press("Escape")
    page.locator("#palette").wait_for(state="hidden")
    assert focused(page) == "first--maps-tick"


def test_a_slip_is_forgiven_and_said(page):
    page.goto("/tracks/")
    open_palette(page)
    type_slowly(page, "waether", "Nothing here has “waether”. Showing results for “weather”. 1 result")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/weather/")


def test_enter_before_the_answer_opens_the_page_of_results(page):
    page.goto("/tracks/")
    open_palette(page)
    page.route("**/search/palette/**", lambda route: None)
    page.keyboard.type("maps")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=maps")


def test_without_an_answer_nothing_old_is_left_to_choose(page):
    page.goto("/tracks/")
    open_palette(page)
    page.route("**/search/palette/**", lambda route: route.abort())
    page.keyboard.type("maps")
    page.locator("#palette-lines:empty").wait_for(state="attached")
    page.complaints.clear()  # the console may complain about a failure that this test made


def test_without_javascript_search_is_a_plain_page(open_browser, content):
    page = open_browser(java_script_enabled=False)
    page.goto("/")
    assert page.locator("#palette").is_hidden()
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Search the whole site").fill("waether")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Weather", exact=True)).to_have_count(1)


# --- Keys ---


def test_rows_are_walked_ticked_and_opened_by_key(page):
    page.goto("/stages/first/")
    page.keyboard.press("j")
    assert focused(page) == "first--boots-tick"
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "first--snacks-tick"
    page.keyboard.press("ArrowDown")  # the last stays the last
    page.keyboard.press("k")
    assert focused(page) == "first--maps-tick"
    page.keyboard.press("x")
    page.locator("#live", has_text="Maps: done.").wait_for(state="attached")
    assert focused(page) == "first--maps-tick"
    page.keyboard.press("o")
    page.wait_for_url("**/topics/maps/")


def test_on_the_page_of_a_topic_they_lead_to_its_neighbors(page):
    page.goto("/topics/maps/")
    page.keyboard.press("x")
    page.locator("#live", has_text="Maps: done.").wait_for(state="attached")
    page.keyboard.press("j")
    page.wait_for_url("**/topics/snacks/")
    page.keyboard.press("k")
    page.wait_for_url("**/topics/maps/")


@pytest.mark.parametrize(("keys", "path"), [("gt", "/tracks/"), ("gm", "/me/"), ("gr", "/")])
def test_g_and_a_letter_go_to_a_page(open_browser, content, learner, keys, path):
    page = open_browser(learner)
    page.goto("/shortcuts/")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_url(f"**{path}")


def test_no_key_acts_while_someone_types(page):
    page.goto("/search/")
    page.get_by_label("Search the whole site").focus()
    page.keyboard.type("gt/?jxk")
    assert page.url.endswith("/search/")
    assert page.locator("dialog[open]").count() == 0
    assert page.get_by_label("Search the whole site").input_value() == "gt/?jxk"


def test_the_list_of_keys_opens_over_the_page_and_turns_single_keys_off(page):
    page.goto("/stages/first/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.wait_for()
    assert page.title() == "First steps · Waymark"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Turn single keys off").click()
    page.locator("[data-single-keys=off]").wait_for(state="attached")
    assert page.url.endswith("/stages/first/")
    for key in ("j", "x", "?", "/", "g", "t"):
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0
    assert page.locator("[aria-checked=true]").count() == 0
    assert page.url.endswith("/stages/first/")
    open_palette(page, "Control+k")


def test_keys_of_the_browser_are_left_alone(page):
    page.goto("/stages/first/")
    for key in ("Control+j", "Alt+x", "Control+Shift+K", "Meta+/"):
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0
    assert focused(page) == ""


# --- The theme ---


@pytest.mark.parametrize("javascript", [True, False])
def test_a_theme_is_chosen_and_stays(open_browser, content, javascript):
    page = open_browser(java_script_enabled=javascript, color_scheme="light", viewport={"width": 390, "height": 700})
    page.goto("/tracks/")
    paper = background(page) if javascript else None
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/tracks/#theme")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.get_by_role("button", name="Dark").is_visible()
    page.goto("/sources/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    if javascript:
        assert background(page) != paper
        page.emulate_media(color_scheme="dark")
        dark = background(page)
        page.get_by_role("button", name="Light").click()
        page.wait_for_url("**/sources/#theme")
        page.locator("[data-theme=light]").wait_for()
        assert background(page) == paper != dark


def background(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


# --- Everyone ---


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_them(open_browser, content, theme):
    page = open_browser(color_scheme="dark" if theme == "light" else "light")
    page.goto("/tracks/")
    page.get_by_role("button", name=theme.title()).click()
    page.wait_for_url("**/tracks/#theme")
    page.goto("/shortcuts/")
    assert violations(page) == []
    page.goto("/search/?q=waether")
    assert violations(page) == []
    open_palette(page)
    assert violations(page) == []
    type_slowly(page, "map", "2 results")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.goto("/stages/first/")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert violations(page) == []
