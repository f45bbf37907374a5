"""A visitor becomes a learner, once with JavaScript and once without."""

import re

import pytest
from playwright.sync_api import expect

from progress.models import TopicProgress
from tests.conftest import client_of


def box(page, name):
    return page.get_by_role("checkbox", name=name, exact=True)


def state(page, name):
    return box(page, name).get_attribute("aria-checked")


def saved(page):
    """Wait until the answer to the latest tick is in its place."""
    page.locator("#live:not(:empty)").wait_for(state="attached")
    said = page.locator("#live").inner_text()
    page.evaluate("document.getElementById('live').textContent = ''")
    return said


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_ticks_signs_up_and_finds_the_ticks(open_browser, content, mailoutbox, javascript):
    page = open_browser(java_script_enabled=javascript, viewport={"width": 390, "height": 844})
    page.goto("/")
    for name in ("Boots", "Routes"):
        box(page, name).click()
        if javascript:
            saved(page)
        expect(box(page, name)).to_be_checked()
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("ada+trail@example.com")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill("walk-the-line-27")
    page.get_by_role("button", name="Sign Up").click()
    page.get_by_label("Code").wait_for()
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mailoutbox[-1].body, re.MULTILINE).group(1)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("2 topics from this visit added to your account.").wait_for()
    page.goto("/stages/first/")
    assert state(page, "Boots") == "true"
    assert state(page, "Maps") == "false"
    box(page, "Boots").click()
    if javascript:
        saved(page)
    expect(box(page, "Boots")).not_to_be_checked()
    page.reload()
    assert state(page, "Boots") == "false"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_learner_signs_in_and_out(open_browser, content, learner, javascript):
    """The one test that goes through the form for its own sake: open_browser(learner) brings a session along."""
    page = open_browser(java_script_enabled=javascript)
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, learner)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    page.goto("/me/")
    page.wait_for_url("**/accounts/login/?next=/me/")


def sign_in(page, user):
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("walk-the-line-27")
    page.get_by_role("button", name="Sign In", exact=True).click()


def test_a_tick_moves_the_bars_keeps_the_focus_and_is_announced(page):
    page.goto("/")
    box(page, "Maps").focus()
    page.keyboard.press("Space")
    assert saved(page) == "Maps: done. First steps: 1 of 2 done. You can undo this."
    assert page.locator("#bar-first").inner_text().startswith("1 of 2")
    assert page.locator("#bar-total").inner_text().startswith("1 of 4")
    assert page.evaluate("document.activeElement.id") == "first--maps-tick"
    page.keyboard.press("Enter")
    assert saved(page).startswith("Maps: not started.")
    assert state(page, "Maps") == "false"


def more(page, name):
    return page.get_by_role("button", name=f"More for {name}", exact=True)


def test_learning_and_skip_close_their_menu_and_keep_the_focus(page):
    page.goto("/stages/first/")
    for choice, status in (("learning", "learning"), ("skip", "skipped")):
        more(page, "Maps").press("Enter")
        page.locator(f"#first--maps-{choice}").press("Enter")
        assert saved(page).startswith(f"Maps: {status}.")
        assert page.locator(".row-menu").count() == 0
        assert page.evaluate("document.activeElement.id") == "first--maps-more"
    more(page, "Maps").press("Space")
    assert page.locator("#first--maps-skip").get_attribute("aria-pressed") == "true"
    assert page.locator("#first--maps-learning").get_attribute("aria-pressed") == "false"


def test_a_menu_closes_on_escape_elsewhere_and_when_another_opens(page):
    page.goto("/stages/first/")
    menus = page.locator(".row-menu:visible")
    more(page, "Maps").click()
    page.keyboard.press("Escape")
    assert menus.count() == 0
    assert page.evaluate("document.activeElement.id") == "first--maps-more"
    more(page, "Maps").click()
    more(page, "Boots").click()
    assert menus.count() == 1
    assert [more(page, name).get_attribute("aria-expanded") for name in ("Maps", "Boots")] == ["false", "true"]
    page.locator("h1").click()
    assert menus.count() == 0
    more(page, "Maps").click()
    more(page, "Maps").click()
    assert menus.count() == 0
    more(page, "Maps").click()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert menus.count() == 0
    assert more(page, "Maps").get_attribute("aria-expanded") == "false"


def test_the_one_menu_is_that_of_the_row_it_was_opened_in(open_browser, content, learner):
    TopicProgress.objects.record(learner, content.topics["boots"], "learning")
    page = open_browser(learner)
    page.goto("/")
    for name, status in (("Boots", "learning"), ("Maps", "none")):
        more(page, name).press("Enter")
        menu = page.get_by_role("group", name=name, exact=True)
        assert page.locator(f"#first--{name.lower()} .row-menu").count() == page.locator(".row-menu").count() == 1
        for choice, own in (("Learning", "learning"), ("Skip", "skipped")):
            button = menu.get_by_role("button", name=choice, pressed=status == own)
            assert button.get_attribute("value") == ("none" if status == own else own)
        assert page.evaluate("document.activeElement.id") == f"first--{name.lower()}-learning"
    page.keyboard.press("Space")
    assert saved(page).startswith("Maps: learning.")
    assert learner.topic_progress.get(topic=content.topics["maps"]).status == "learning"


def test_a_menu_says_what_was_pressed_before_it_is_answered(page):
    page.goto("/stages/first/")
    held = []
    page.route("**/progress/**", lambda route: held.append(route))
    for pressed in ("true", "false"):
        more(page, "Maps").click()
        page.locator("#first--maps-skip").click()
        more(page, "Maps").click()
        assert page.locator("#first--maps-skip").get_attribute("aria-pressed") == pressed
        page.keyboard.press("Escape")
    for _ in range(2):
        while not held:
            page.wait_for_timeout(20)
        held.pop().continue_()
    page.locator("#live", has_text="Maps: not started").wait_for(state="attached")


def test_a_menu_stays_open_over_a_row_that_is_replaced(page):
    """The answer to a tick may come when the reader has gone on to the menu of that row."""
    page.goto("/stages/first/")
    held = []
    page.route("**/progress/**", lambda route: held.append(route))
    box(page, "Maps").click()
    more(page, "Maps").press("Enter")
    page.keyboard.press("Tab")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    saved(page)
    assert page.locator("#first--maps").get_attribute("data-status") == "done"
    assert page.locator("#first--maps .row-menu:visible").count() == page.locator(".row-menu").count() == 1
    assert more(page, "Maps").get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.id") == "first--maps-skip"
    page.unroute("**/progress/**")
    page.keyboard.press("Enter")
    assert saved(page).startswith("Maps: skipped.")
    assert page.evaluate("document.activeElement.id") == "first--maps-more"


def test_a_key_that_is_held_down_opens_a_menu_and_chooses_nothing(page):
    page.goto("/stages/first/")
    for key in ("Enter", "Space"):
        more(page, "Maps").focus()
        for _ in range(3):
            page.keyboard.down(key)
        page.keyboard.up(key)
        assert page.locator(".row-menu:visible").count() == 1
        page.keyboard.press("Escape")
    assert page.locator("#first--maps").get_attribute("data-status") == "none"
    assert page.locator("#live").inner_text() == ""


def test_without_javascript_the_menu_is_a_link_to_the_topics_own_choices(open_browser, content):
    page = open_browser(java_script_enabled=False)
    page.goto("/tracks/other/?view=checklist")
    page.locator("#start--maps").get_by_role("link", name="More for Maps").click()
    page.wait_for_url("**/topics/maps/?track=other#status")
    page.locator("#status").get_by_role("button", name="Learning").click()
    page.get_by_role("button", name="Learning", pressed=True).wait_for()


def test_ticks_that_wait_are_sent_when_the_reader_leaves(page):
    """On a slow network a page is often left before its ticks are answered."""
    page.goto("/")
    box(page, "Boots").click()
    saved(page)
    held = []
    page.route("**/progress/**", lambda route: held.append(route) if not held else route.continue_())
    for name in ("Maps", "Routes", "Weather"):
        box(page, name).click()
    page.goto("/tracks/")
    for _ in range(40):  # nothing tells this page when they have arrived
        page.goto("/")
        found = [state(page, name) for name in ("Boots", "Maps", "Routes", "Weather")]
        if "false" not in found:
            break
        page.wait_for_timeout(200)
    assert found == ["true"] * 4


def test_one_tick_shows_in_every_section_that_has_the_topic(page):
    page.goto("/tracks/other/")
    page.locator("#finish--routes-tick").click()
    saved(page)
    assert page.locator("#start--routes-tick").get_attribute("aria-checked") == "true"
    assert page.locator("#bar-start").inner_text().startswith("1 of 2")


def test_quick_ticks_are_all_saved(page):
    """Five before the first is answered: a visitor's very first ones, which race for the session, too."""
    page.goto("/")
    names = ("Boots", "Maps", "Snacks", "Routes", "Weather")
    held = []
    page.route("**/progress/**", lambda route: held.append(route))
    for name in names:
        box(page, name).click()
    for _ in names:
        while not held:
            page.wait_for_timeout(20)
        assert len(held) == 1  # one after another
        held.pop().continue_()
    page.locator("#bar-total strong", has_text="4 of 4").wait_for()
    page.reload()
    assert [state(page, name) for name in names] == ["true"] * 5


def test_a_press_taken_back_before_the_answer_ends_as_the_reader_left_it(page):
    page.goto("/stages/first/")
    held = []
    page.route("**/progress/**", lambda route: held.append(route))
    box(page, "Maps").click()
    assert state(page, "Maps") == "true"
    box(page, "Maps").click()
    assert state(page, "Maps") == "false"
    for _ in range(2):  # the second is sent when the first is answered
        while not held:
            page.wait_for_timeout(20)
        held.pop().continue_()
    page.locator("#live", has_text="Maps: not started").wait_for(state="attached")
    page.reload()
    assert state(page, "Maps") == "false"


def test_a_tick_that_could_not_be_saved_is_put_back_and_said(page):
    page.goto("/")
    page.route("**/progress/**", lambda route: route.fulfill(status=500))
    box(page, "Maps").click()
    page.get_by_text("“Maps” was not saved").wait_for()
    assert state(page, "Maps") == "false"
    page.unroute("**/progress/**")
    box(page, "Maps").click()
    assert saved(page).startswith("Maps: done.")
    assert page.locator("#notice").is_hidden()
    page.complaints.clear()  # the console may complain about a failure that this test made


@pytest.mark.parametrize("failure", ["offline", 503])
def test_a_tick_while_the_site_is_away_is_kept_and_sent_when_it_is_back(open_browser, content, learner, failure):
    page = open_browser(learner)
    page.goto("/")
    page.route("**/progress/**", lambda route: route.abort() if failure == "offline" else route.fulfill(status=503))
    box(page, "Maps").click()
    page.get_by_text("“Maps” is not saved yet").wait_for()
    assert state(page, "Maps") == "true"
    assert not learner.topic_progress.exists()
    page.unroute("**/progress/**")
    page.goto("/topics/compass/")  # wherever the learner is by then
    page.get_by_text("The site is back").wait_for()
    assert learner.topic_progress.get().topic.slug == "maps"
    page.reload()
    assert page.locator("#notice").is_hidden()
    page.complaints.clear()


def test_an_expired_log_in_leads_to_the_log_in_and_keeps_the_tick(open_browser, content, learner):
    page = open_browser(learner)
    page.goto("/stages/first/")
    page.context.clear_cookies(name="sessionid")
    box(page, "Maps").click()
    page.wait_for_url("**/accounts/login/?next=/stages/first/")
    page.get_by_text("You have been signed out.").wait_for()
    sign_in(page, learner)
    page.get_by_role("heading", name="First steps", level=1).wait_for()
    assert state(page, "Maps") == "true"


def test_a_second_tab_that_unticked_meanwhile_is_no_error(open_browser, content, learner):
    page = open_browser(learner)
    page.goto("/stages/first/")
    box(page, "Maps").click()
    saved(page)
    client_of(learner).post("/topics/maps/progress/", {"status": "none"})
    box(page, "Maps").click()  # states "none" once more
    assert saved(page).startswith("Maps: not started.")
