"""The learner's page with a history on it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from progress.models import ProgressEvent, TopicProgress
from stages.models import Topic
from tests.browser.test_pages import violations


@pytest.fixture
def historied(content, learner):
    """A learner with a year of history, a pace, and something begun."""
    made = Topic.objects.bulk_create(
        Topic(slug=f"step-{number}", title=f"Step {number}", summary="S.", stage=content.first, position=number + 9)
        for number in range(60)
    )
    now = datetime.now(UTC)
    ProgressEvent.objects.bulk_create(
        ProgressEvent(user=learner, topic=topic, status="done", at=now - timedelta(days=120 - 3 * number))
        for number, topic in enumerate(made[:40])
    )
    TopicProgress.objects.bulk_create(TopicProgress(user=learner, topic=topic, status="done") for topic in made[:40])
    TopicProgress.objects.record(learner, content.topics["maps"], "learning")
    learner.rest_days = [6]
    learner.save()
    return learner


def test_a_year_is_accessible_and_fits_a_phone(open_browser, historied):
    page = open_browser(historied, viewport={"width": 320, "height": 800})
    page.goto("/me/")
    assert page.locator(".burn-up-chart .band").count() == 1
    assert page.locator(".month").count() == 12
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_marks_of_a_month_stay_inside_it(open_browser, historied):
    page = open_browser(historied, viewport={"width": 390, "height": 800})
    page.goto("/me/")
    outside = page.evaluate(
        """[...document.querySelectorAll(".month")].filter((month) => {
          const room = month.getBoundingClientRect();
          return [...month.querySelectorAll("rect")].some((mark) => {
            const box = mark.getBoundingClientRect();
            return box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 1;
          });
        }).length"""
    )
    assert outside == 0


def test_time_runs_from_right_to_left_where_the_text_does(open_browser, historied):
    page = open_browser(historied)
    page.goto("/me/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    where = page.evaluate(
        """(() => {
          const middle = (box) => box.left + box.width / 2;
          const chart = document.querySelector(".burn-up-chart").getBoundingClientRect();
          const now = document.querySelector(".burn-up-chart circle").getBoundingClientRect();
          const [start, end] = [...document.querySelectorAll(".burn-up figcaption span")]
            .map((label) => middle(label.getBoundingClientRect()));
          return {start, end, chart: middle(chart), now: middle(now), past: chart.right - middle(now)};
        })()"""
    )
    assert where["end"] < where["chart"] < where["start"]
    share = float(page.locator(".burn-up-chart circle").get_attribute("cx").rstrip("%")) / 100
    width = page.locator(".burn-up-chart").bounding_box()["width"]
    assert where["past"] == pytest.approx(share * width, abs=8)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Midway"])
def test_days_are_those_of_the_browser_until_a_zone_is_chosen(open_browser, historied, zone):
    page = open_browser(historied, timezone_id=zone)
    page.goto("/")  # on its first page the browser says where it is
    page.goto("/me/")
    assert page.get_by_text(f"Days are those of {zone}.").is_visible()
    assert page.locator("[data-today]").first.evaluate(
        "mark => mark.closest('svg').querySelectorAll('rect').length"
    ) == (datetime.now(ZoneInfo(zone)).day)
    page.get_by_role("link", name="Time zone, rest days and streak").click()
    page.get_by_label("Time zone").select_option("Europe/Lisbon")
    page.get_by_label("Monday").check()
    page.get_by_label("Show my streak").uncheck()
    assert violations(page) == []
    page.get_by_role("button", name="Save days").click()
    page.get_by_text("Your days are saved.").wait_for()
    page.goto("/me/")
    assert page.get_by_text("Days are those of Europe/Lisbon.").is_visible()
    assert page.get_by_text("streak is").count() == 0
