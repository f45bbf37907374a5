"""Every page in a real browser: accessible, silent in the console, and never wider than the screen."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import Permission

from stages.markdown.render import render
from stages.models import Topic
from tests.browser.fonts import WIDTHS
from tests.stages.markdown.test_render import HOSTILE

PUBLIC = [
    *[
        "/",
        "/stages/first/",
        "/topics/maps/",
        "/tracks/",
        "/topics/maps/report/",
        "/tracks/other/",
        "/sources/",
        "/sources/leaflet/",
    ],
    *["/search/?q=maps", "/search/?q=zebra", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
    *["/stages/first/print/", "/tracks/other/print/", "/roadmap/print/", "/nowhere"],
]
OWN = ["/", "/topics/maps/", "/me/", "/accounts/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/"]
OWN += ["/accounts/logout/", "/accounts/delete/", "/me/data/"]
OWN += ["/topics/maps/note/", "/me/notes/", "/stages/first/reset/"]


COLORS = ["color-contrast", "link-in-text-block"]
FIND = """async (options) => {
    // Colors that are still on their way, as those of Django's admin are, would be found wanting.
    await Promise.allSettled(document.getAnimations().map(({finished}) => finished));
    const {violations} = await axe.run({resultTypes: ["violations"], ...options});
    return violations.map(
        ({id, help, nodes}) => `${id}: ${help} ${JSON.stringify(nodes.slice(0, 3).map(({target}) => target))}`);
}"""


def violations(page):
    """What axe finds in the light, and in the dark by the rules that look at colors.

    Nothing else differs between the two: a test in tests/test_styles.py says so.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.emulate_media(color_scheme="dark")
    found = [f"in the dark, {found}" for found in page.evaluate(FIND, {"runOnly": COLORS})]
    page.emulate_media(color_scheme="light")
    return found + page.evaluate(FIND, {})


def visit(page, path):
    """Open a page whose own status may be 404: the browser's note about that is no complaint."""
    page.goto(path)
    page.complaints[:] = [text for text in page.complaints if "404" not in text or path != "/nowhere"]


@pytest.mark.parametrize(("signed_in", "paths"), [(False, PUBLIC), (True, OWN)], ids=["visitor", "learner"])
def test_axe_finds_nothing(open_browser, walked, signed_in, paths):
    page = open_browser(walked if signed_in else None)
    found = {}
    for path in paths:
        visit(page, path)
        found |= {path: problems} if (problems := violations(page)) else {}
    assert found == {}


def test_an_open_menu_and_a_form_with_errors_are_accessible_too(open_browser, content):
    page = open_browser()
    page.goto("/stages/first/")
    page.get_by_label("More for Maps").click()
    page.locator(".row-menu").wait_for()
    assert violations(page) == []
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("123")
    page.get_by_role("button", name="Sign Up").click()
    page.get_by_text("too short").wait_for()
    assert violations(page) == []


def too_wide(page):
    """The widths of the screen that the page does not fit; 320 by 256 is a screen at 400 % zoom."""
    wide = []
    for width, height in ((1280, 800), (768, 800), (390, 800), (320, 800), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        wide += [(width, height)] if page.evaluate("document.documentElement.scrollWidth") > width else []
    return wide


@pytest.mark.parametrize(
    ("signed_in", "paths"),
    [(False, [*PUBLIC, "/shortcuts/", "/search/?q=waether"]), (True, OWN)],
    ids=["visitor", "learner"],
)
def test_nothing_is_wider_than_the_screen(open_browser, walked, wear, signed_in, paths):
    Topic.objects.filter(slug="maps").update(title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 2)
    page = open_browser(walked if signed_in else None)
    wide = {}
    for path in paths:
        visit(page, path)
        for letters in WIDTHS:
            wear(page, letters)
            wide |= {f"{path} in {letters} letters": widths} if (widths := too_wide(page)) else {}
    assert wide == {}


def test_the_console_is_silent_in_the_admin_and_in_allauth(open_browser, content, learner):
    """The strict policy stops nothing that these pages need. open_browser fails on any complaint."""
    learner.is_staff = True
    learner.save()
    learner.user_permissions.set(Permission.objects.filter(content_type__app_label="stages"))
    page = open_browser(learner)
    topic = content.topics["maps"].pk
    for path in (
        *["/admin/", "/admin/stages/topic/", "/admin/stages/topic/add/", f"/admin/stages/topic/{topic}/change/"],
        *[f"/admin/stages/topic/{topic}/history/", f"/admin/stages/topic/{topic}/delete/"],
        *[f"/admin/stages/track/{content.other.pk}/change/", "/admin/stages/resource/", "/admin/password_change/"],
        *["/accounts/", "/accounts/email/", "/accounts/2fa/", "/accounts/reauthenticate/"],
    ):
        page.goto(path)
    page.get_by_label("Password").fill("walk-the-line-27")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/me/")
    page.goto("/accounts/2fa/totp/activate/")
    assert page.locator("img").count() == 1


def test_the_skip_link_leads_to_the_content(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.locator("#main:focus").wait_for()


def test_a_finger_can_hit_every_box(open_browser, content):
    page = open_browser(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page.goto("/")
    for row in page.locator(".row .tick").all():
        row.scroll_into_view_if_needed()
        where = row.bounding_box()
        page.touchscreen.tap(where["x"] - 6, where["y"] + where["height"] / 2)
    page.locator("#bar-total strong", has_text="4 of 4").wait_for()
    page.wait_for_load_state("networkidle")


def test_the_first_visit_weighs_little(open_browser, live_server, roadmap):
    """Everything the browser asks for on a first visit to the real roadmap, before compression."""
    page = open_browser()
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # a body that is asked for in here may never come
    page.goto("/")
    page.wait_for_load_state("networkidle")
    foreign = [answer.url for answer in answers if not answer.url.startswith(live_server.url)]
    assert foreign == []
    assert sum(len(answer.body()) for answer in answers) < 500_000


def test_a_hostile_lesson_cannot_run_script(content, open_browser):
    """In a page of its own, where no policy of the site stops what the renderer lets through."""
    page = open_browser()
    page.set_content(render(HOSTILE))
    for link in page.query_selector_all("a"):
        link.click(no_wait_after=True)
    page.wait_for_timeout(200)
    assert page.title() == ""


def test_code_is_copied_without_its_prompt(content, open_browser):
    content.topics["maps"].body = "```console\n$ ls -l\ntotal 0\n$ pwd\n```\n\n```python\nprint(1)\n```"
    content.topics["maps"].save()
    page = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/topics/maps/")
    copied = []
    for button in page.get_by_role("button", name="Copy").all():
        button.click()
        page.get_by_role("button", name="Copied").wait_for()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
        page.get_by_role("button", name="Copied").wait_for(state="detached")
    assert copied == ["ls -l\npwd", "print(1)"]


def test_lessons_are_accessible_and_fit_a_phone(roadmap, open_browser):
    page = open_browser(viewport={"width": 320, "height": 700})
    for path in ["/topics/querysets/", "/topics/project-blog/", "/stages/orm-and-databases/", "/tracks/ship-an-mvp/"]:
        visit(page, path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_visitor_who_only_reads_has_no_cookie_and_ticks_all_the_same(page):
    for path in ("/", "/stages/first/", "/topics/maps/"):
        page.goto(path)
    assert page.context.cookies() == []
    page.locator("#first--maps-tick").click()
    page.locator("#first--maps[data-status=done]").wait_for()
    page.goto("/stages/first/")
    assert page.locator("#first--maps").get_attribute("data-status") == "done"
