"""The instructor's pages in a real browser."""

import pytest

from progress.cohorts.models import Assignment, Cohort
from progress.models import TopicProgress
from tests.browser.test_pages import violations
from tests.conftest import make_user


@pytest.fixture
def leader(content, learner):
    """Ines leads a cohort of two, with every mark on its page."""
    leader = make_user("Ines Instructor")
    cohort = Cohort.objects.create(pk=1, name="Autumn hikers")
    cohort.instructors.add(leader)
    other = make_user("Donaudampfschifffahrtsgesellschaftskapitän")
    for person in (learner, other):
        cohort.join(person)
    for track in (content.merged, content.other):
        Assignment.objects.create(cohort=cohort, track=track, due="2026-01-01")
    for slug, status in {"boots": "done", "maps": "learning", "snacks": "skipped", "routes": "done"}.items():
        TopicProgress.objects.record(learner, content.topics[slug], status)
    cohort.paths = [
        "/cohorts/1/",
        "/cohorts/1/?stage=first",
        "/cohorts/1/?show=done",
        "/cohorts/1/over-time/",
        f"/cohorts/1/learners/{learner.pk}/",
    ]
    leader.cohort = cohort
    return leader


def test_axe_finds_nothing_and_a_small_screen_is_enough(open_browser, leader):
    page = open_browser(leader, viewport={"width": 320, "height": 640})
    for path in leader.cohort.paths:
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_a_name_in_arabic_is_beside_its_box(open_browser, leader):
    leader.led_cohorts.get().join(make_user("ليلى"))
    page = open_browser(leader)
    page.goto("/cohorts/1/write/")
    row = page.locator("label", has_text="ليلى")
    box, name = row.locator("input").bounding_box(), row.locator("bdi").bounding_box()
    assert name["x"] + name["width"] < box["x"] + 100


def test_heads_and_names_stay_in_sight(open_browser, leader):
    page = open_browser(leader, viewport={"width": 390, "height": 500})
    page.goto("/cohorts/1/")
    region, name = page.get_by_role("region", name="Table of standings"), page.locator("tbody th").first
    region.scroll_into_view_if_needed()
    before = name.bounding_box()["x"]
    region.evaluate("box => box.scrollTo(10000, 0)")
    assert region.evaluate("box => box.scrollLeft") > 100
    assert name.bounding_box()["x"] == before


def test_the_keyboard_goes_through_the_cells_and_into_one(open_browser, leader):
    page = open_browser(leader)
    page.goto("/cohorts/1/")
    page.locator("tbody th a", has_text="Lena").focus()
    for _cell in range(2):
        page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "1 of 2"
    page.keyboard.press("Enter")
    page.wait_for_url("**/learners/*/#first")
    assert page.get_by_role("heading", name="Lena Learner", level=1).is_visible()


def place(page):
    """(row, column) of the cell that has the focus."""
    return page.evaluate(
        "[document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td, th').cellIndex]"
    )


def test_arrows_go_through_the_cells(open_browser, leader):
    page = open_browser(leader)
    for keys, ends in (
        ("ArrowRight", [1, 1]),
        ("ArrowRight ArrowRight", [1, 4]),  # the day and the number of the overdue lead nowhere
        ("ArrowRight ArrowDown ArrowDown ArrowDown", [2, 1]),
        ("ArrowUp ArrowRight ArrowLeft", [0, 0]),
        ("End", [1, 5]),
        ("End Home ArrowLeft", [1, 0]),
        ("Control+End", [2, 5]),
        ("Control+End Control+Home", [0, 0]),
        ("ArrowDown Tab", [2, 1]),
    ):
        page.goto("/cohorts/1/")
        page.locator("tbody th a").first.focus()
        for key in keys.split():
            page.keyboard.press(key)
        assert place(page) == ends, keys


def test_no_cell_with_the_focus_is_hidden(open_browser, leader):
    """The heads and the names that stay in sight lie over what is scrolled."""
    page = open_browser(leader, viewport={"width": 390, "height": 600})
    page.goto("/cohorts/1/")
    page.locator("tbody th a").first.focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        cell, name = page.locator(":focus").bounding_box(), page.locator("tbody th").first.bounding_box()
        assert cell["x"] >= name["x"] + name["width"] - 1, key


def test_on_paper_nothing_is_cut(open_browser, leader):
    page = open_browser(leader, viewport={"width": 1000, "height": 700})
    page.goto("/cohorts/1/")
    page.get_by_role("heading", name="Autumn hikers", level=1).wait_for()
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('.gradebook').getBoundingClientRect().right") <= 1000
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.gradebook thead')).display") == "table-header-group"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.gradebook-scroll')).overflow") == "visible"


def test_a_group_is_printed_no_larger_than_its_learner_and_no_heading_alone(open_browser, leader):
    cohort = leader.led_cohorts.get()
    cohort.groups.create(name="Morning").members.set(cohort.enrolments.all())
    page = open_browser(leader)
    page.goto("/cohorts/1/")
    page.emulate_media(media="print")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    name, group = page.locator("tbody th > a").first, page.locator("tbody .group-names").first
    assert group.evaluate(size) < name.evaluate(size)
    assert page.locator("#stuck").evaluate("element => getComputedStyle(element).breakAfter") == "avoid"


def test_names_behind_a_stuck_topic_open_in_one_press(open_browser, leader):
    page = open_browser(leader)
    page.goto("/cohorts/1/")
    page.get_by_text("1 learner is on it").press("Enter")
    assert page.locator("details[open]").get_by_role("link", name="Lena Learner").is_visible()
