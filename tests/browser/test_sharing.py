"""Sharing and certificates in a real browser."""

import pytest

from progress.models import Certificate, Share, Status, TopicProgress
from tests.browser.test_pages import too_wide, violations


@pytest.fixture
def shown(content, learner):
    """A learner who shares everything and has a certificate of a track that has grown since."""
    for slug in ("boots", "maps", "snacks"):
        TopicProgress.objects.record(learner, content.topics[slug], Status.DONE)
    Share.objects.create(user=learner, token="a-link", show_calendar=True)
    facts = {"name": "Wolfeschlegelsteinhausenbergerdorff " * 3, "track_title": "Another way"}
    topics = [["maps", "Maps"], ["gone", "A topic that is gone"]]
    Certificate.objects.create(user=learner, track=content.other, token="a-link", topics=topics, **facts)
    return learner


PUBLIC = ["/shared/a-link/", "/certificates/a-link/"]
OWN = [*PUBLIC, "/me/share/", "/certificate/"]


def test_axe_finds_nothing(open_browser, shown):
    found = {}
    for user, paths in ((None, PUBLIC), (shown, OWN)):
        page = open_browser(user)
        for path in paths:
            page.goto(path)
            found |= {f"{path} {user or 'visitor'}": problems} if (problems := violations(page)) else {}
    assert found == {}


def test_nothing_is_wider_than_the_screen(open_browser, shown):
    page = open_browser(shown)
    wide = {}
    for path in OWN:
        page.goto(path)
        wide |= {path: widths} if (widths := too_wide(page)) else {}
    assert wide == {}


def test_the_snippet_for_a_readme_is_copied(open_browser, shown, live_server):
    page = open_browser(shown, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/me/share/")
    page.locator("figure", has_text="Markdown").get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    url = f"{live_server.url}/shared/a-link/"
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == f"[![My way to the goal on Waymark]({url}badge.svg)]({url})"


def test_the_last_tick_brings_the_offer_without_another_page(open_browser, content, learner):
    TopicProgress.objects.record(learner, content.topics["maps"], Status.DONE)
    page = open_browser(learner)
    page.goto("/tracks/other/")
    offer = page.get_by_role("link", name="Your certificate")
    assert offer.count() == 0
    page.get_by_role("checkbox", name="Routes").first.click()
    offer.click()
    page.get_by_role("button", name="Issue my certificate").click()
    page.get_by_role("heading", name="Certificate of completion").wait_for()
    assert page.url.endswith(Certificate.objects.get().get_absolute_url())


def test_a_certificate_is_one_sheet_of_a4_and_a_list(open_browser, shown):
    """Also with a long name, and on white paper whatever the theme of the screen is."""
    page = open_browser()
    page.goto("/certificates/a-link/")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, media="null")
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 2
        assert b"/MediaBox [0 0 841.9" in pdf  # 297 mm
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        assert not page.locator(".site-header").is_visible()


def test_the_whole_journey_works_without_script(open_browser, content, learner):
    page = open_browser(learner, java_script_enabled=False)
    page.goto("/me/")
    page.get_by_role("link", name="Share it").click()
    page.get_by_label("My activity calendar").check()
    page.get_by_role("button", name="Turn my page on").click()
    page.get_by_role("link", name="See it as others do").click()
    page.get_by_role("heading", name="A year on the trail").wait_for()
    first = page.url
    page.get_by_role("link", name="Change what it shows").click()
    page.get_by_role("button", name="Make a new link").click()
    page.locator(".message").wait_for()
    page.get_by_role("link", name="See it as others do").click()
    page.get_by_role("heading", name="A year on the trail").wait_for()
    assert page.url != first
    page.get_by_role("link", name="Change what it shows").click()
    page.get_by_role("button", name="Turn my page off").click()
    page.get_by_text("Nobody sees anything.").wait_for()
    assert not Share.objects.exists()
