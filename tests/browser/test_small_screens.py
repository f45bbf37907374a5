"""400 % zoom is a screen of 320 by 256, and some people ask for stillness or read from right to left."""

import pytest

from tests.browser.fonts import WIDTHS
from tests.browser.test_pages import OWN, PUBLIC, visit

ZOOMED = {"width": 320, "height": 256}


def too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("keys", ["/", "?"])
def test_dialogs_fit_at_400_percent(open_browser, content, wear, keys, width):
    page = open_browser(viewport=ZOOMED)
    page.goto("/tracks/")
    wear(page, width)
    page.keyboard.press(keys)
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    dialog.locator("[role=option], .shortcuts").first.wait_for()  # what it shows is fetched
    where = dialog.bounding_box()
    assert where["x"] >= 0
    assert where["y"] >= 0
    assert where["x"] + where["width"] <= 320
    assert where["y"] + where["height"] <= 256
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    if keys == "/":
        page.keyboard.press("ArrowUp")
        last = page.locator("#palette [aria-selected=true]").bounding_box()
        assert last["y"] + last["height"] <= 256


def test_the_focus_is_never_hidden_at_400_percent(open_browser, content):
    """WCAG 2.4.11: nothing that stays in its place may cover what has the focus."""
    page = open_browser(viewport=ZOOMED, reduced_motion="reduce")
    page.goto("/stages/first/")
    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
                const focused = document.activeElement;
                const box = focused.getBoundingClientRect();
                const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                const seen = there && (focused.contains(there) || there.contains(focused));
                return focused === document.body || seen ? [] : [focused.outerHTML];
            }"""
        )
    assert hidden == []


STILL = """() => [...document.querySelectorAll("*")].flatMap((element) =>
    [null, "::before", "::after"].filter((part) => {
        const style = getComputedStyle(element, part);
        const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
        return lasts(style.transitionDuration) || lasts(style.animationDuration) || style.scrollBehavior === "smooth";
    }).map((part) => `${element.tagName}.${element.className} ${part ?? ""}`))"""


def test_nothing_moves_for_those_who_ask_for_stillness(open_browser, walked):
    page = open_browser(walked, reduced_motion="reduce")
    for path in [*PUBLIC, *OWN]:
        visit(page, path)
        assert page.evaluate(STILL) == [], path
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(STILL) != []  # the page scrolls smoothly otherwise


def test_a_page_mirrors_for_a_language_that_runs_from_right_to_left(open_browser, walked, settings):
    settings.LANGUAGE_CODE = "ar"
    page = open_browser(viewport={"width": 320, "height": 640})
    for path in ["/", "/stages/first/", "/topics/maps/", "/tracks/", "/search/?q=maps", "/shortcuts/"]:
        page.goto(path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert not too_wide(page), path
        assert page.evaluate("document.documentElement.scrollLeft") == 0
    page.goto("/stages/first/")
    tick, name = (page.locator(f"#first--maps-{part}").bounding_box() for part in ("tick", "name"))
    assert tick["x"] > name["x"]
    brand = page.locator(".brand").bounding_box()
    assert brand["x"] > 160
