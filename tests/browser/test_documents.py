"""The pages of the real documents: each drawing is accessible, fits, and a check-list fills as it is ticked."""

from stages.models import Source
from tests.browser.test_pages import too_wide, violations

KEYS = ["stage-graph", "table-and-tree", "fifteen-sections", "nineteen-sections", "check-list"]


def test_every_document_is_accessible_and_fits(open_browser, roadmap):
    page = open_browser()
    assert list(Source.objects.values_list("key", flat=True)) == KEYS
    found = {}
    for key in KEYS:
        page.goto(f"/sources/{key}/")
        found |= {key: problems} if (problems := violations(page) + too_wide(page)) else {}
    assert found == {}


def test_a_box_is_full_when_all_beside_it_is_ticked(open_browser, roadmap):
    page = open_browser()
    page.goto("/sources/check-list/")
    line = page.locator(".box-line").first
    mark = "(line) => getComputedStyle(line.querySelector('.box'), '::before').content"
    ticks = line.get_by_role("checkbox")
    assert line.evaluate(mark) == "none"
    for number in range(ticks.count()):
        ticks.nth(number).click()
        page.locator(".box-line").first.locator("[data-status=done]").nth(number).wait_for()
    assert line.evaluate(mark) != "none"
    page.reload()
    assert line.evaluate(mark) != "none"


def test_a_citation_and_what_cites_it_lead_to_each_other(open_browser, roadmap):
    page = open_browser()
    page.goto("/sources/nineteen-sections/")
    page.locator(".line:has([id='d3.s1b.5']) .marks a").first.click()
    page.wait_for_url("**#d3.ref.2")
    page.locator("[id='d3.ref.2']").get_by_role("link", name="MDN Web Docs").click()
    page.wait_for_url("**#d3.s1b.5")
