"""How a standing is told to whoever does not see its color: by name, by state and by shape."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from progress.models import NONE, STATUSES, TopicProgress

ROWS = {
    "/?view=map": "first--maps",
    "/?view=table": "first--maps",
    "/?view=outline": "first--maps",
    "/?view=checklist": "first--maps",
    "/stages/first/": "first--maps",
    "/tracks/other/?view=checklist": "start--maps",
    "/search/?q=maps": "first--maps",
    "/topics/maps/": "first--maps",
}


@pytest.fixture
def told(open_browser, content, learner):
    """A function from the address of a page and the id of a row to what ``tell`` makes of it in each standing."""

    def told(path, row, tell, **options):
        page = open_browser(user=learner, **options)
        found = {}
        for status in STATUSES:
            TopicProgress.objects.record(learner, content.topics["maps"], status)
            page.goto(path)
            found[status] = tell(page.locator(f"#{row}"))
        return found

    return told


@pytest.mark.parametrize("path", ROWS)
def test_each_standing_is_said_otherwise(told, path):
    said = told(path, ROWS[path], lambda row: row.aria_snapshot())
    assert len(set(said.values())) == 4
    for status, text in said.items():
        assert re.search(r'checkbox "(Done ?: )?Maps"', text), text
        assert ("[checked]" in text) == (status == "done"), text
        # In words, or by the button that is pressed.
        assert bool(re.search(r'\blearning\b|Learning" \[pressed\]', text)) == (status == "learning"), text
        assert bool(re.search(r'\bskipped\b|Skip" \[pressed\]', text)) == (status == "skipped"), text


def ink(row):
    """A row in black and white."""
    return (
        Image.open(BytesIO(row.screenshot(animations="disabled"))).convert("L").point(lambda v: 255 * (v > 140), "1")
    )


@pytest.mark.parametrize("path", ROWS)
def test_each_standing_has_a_shape_of_its_own(told, path):
    """Without any color, and with the reader's own few, the same row looks otherwise in each standing."""
    seen = told(path, ROWS[path], ink, forced_colors="active")
    for one in STATUSES:
        for other in STATUSES[STATUSES.index(one) + 1 :]:
            if seen[one].size == seen[other].size:
                different = ImageChops.logical_xor(seen[one], seen[other]).histogram()[255]
                assert different > 20, (one, other)


@pytest.mark.parametrize("path", ["/?view=map", "/?view=table", "/?view=checklist", "/stages/first/", "/topics/maps/"])
def test_no_two_buttons_of_a_page_sound_alike(open_browser, content, learner, path):
    for slug, status in zip(content.topics, [*STATUSES, NONE], strict=True):
        TopicProgress.objects.record(learner, content.topics[slug], status)
    page = open_browser(user=learner)
    page.goto(path)
    names = re.findall(r"- '?((?:button|checkbox) \"[^\"]+\")", page.locator("main").aria_snapshot())
    assert len(names) >= 3
    assert len(names) == len(set(names))
