"""How a standing is told to whoever does not see its color: by name, by state and by shape."""

import re
from io import BytesIO
from itertools import combinations

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
    """A function that goes through the rows, and yields what ``tell`` makes of each in every standing."""

    def told(tell, **options):
        page = open_browser(learner, **options)
        found = {path: {} for path in ROWS}
        for status in STATUSES:
            TopicProgress.objects.record(learner, content.topics["maps"], status)
            for path, row in ROWS.items():
                page.goto(path)
                found[path][status] = tell(page.locator(f"#{row}"))
        return found.items()

    return told


def test_each_standing_is_said_otherwise(told):
    for path, said in told(lambda row: row.aria_snapshot()):
        assert len(set(said.values())) == 4, path
        for status, text in said.items():
            assert re.search(r'checkbox "(Done ?: )?Maps"', text), (path, text)
            assert ("[checked]" in text) == (status == "done"), (path, text)
            # In words, or by the button that is pressed.
            assert bool(re.search(r'\blearning\b|Learning" \[pressed\]', text)) == (status == "learning"), (path, text)
            assert bool(re.search(r'\bskipped\b|Skip" \[pressed\]', text)) == (status == "skipped"), (path, text)


def ink(row):
    """A row in black and white."""
    return (
        Image.open(BytesIO(row.screenshot(animations="disabled"))).convert("L").point(lambda v: 255 * (v > 140), "1")
    )


def test_each_standing_has_a_shape_of_its_own(told):
    """Without any color, and with the reader's own few, the same row looks otherwise in each standing."""
    for path, seen in told(ink, forced_colors="active"):
        for one, other in combinations(STATUSES, 2):
            if seen[one].size == seen[other].size:
                different = ImageChops.logical_xor(seen[one], seen[other]).histogram()[255]
                assert different > 20, (path, one, other)


def test_no_two_buttons_of_a_page_sound_alike(open_browser, content, learner):
    for slug, status in zip(content.topics, [*STATUSES, NONE], strict=True):
        TopicProgress.objects.record(learner, content.topics[slug], status)
    page = open_browser(learner)
    for path in ("/?view=map", "/?view=table", "/?view=checklist", "/stages/first/", "/topics/maps/"):
        page.goto(path)
        names = re.findall(r"- '?((?:button|checkbox) \"[^\"]+\")", page.locator("main").aria_snapshot())
        assert len(names) >= 3, path
        assert len(names) == len(set(names)), (path, names)
