"""Pages and scripts stay small: what every page together could ask for, htmx included, and what each page is made of.

Nothing here depends on the machine. Queries are counted in test_queries.py.
"""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

LIMIT = 35_000  # bytes, compressed, without those of practice
PRACTICE_LIMIT = 12_500  # of these, all together
# The most that a page of the real roadmap may be, as a visitor gets it: bytes as compressed for a cache, and elements.
BUDGET = {
    "/": (19_800, 2_050),
    "/?view=table": (19_300, 1_980),
    "/?view=outline": (18_300, 1_880),
    "/?view=map": (29_500, 4_000),
    "/stages/orm-and-databases/": (5_700, 340),
    "/topics/querysets/": (5_600, 320),
    "/tracks/": (3_300, 220),
    "/search/?q=form": (7_500, 720),
}


JS = settings.BASE_DIR / "static" / "js"


def scripts():
    own = sorted(JS.rglob("*.js"))
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    return {path.name: path.read_bytes() for path in [*own, htmx]}


def test_all_scripts_together_are_small():
    for compress in (gzip.compress, brotli.compress):
        sizes = {name: len(compress(script)) for name, script in scripts().items()}
        practice = {path.name: sizes.pop(path.name) for path in (JS / "practice").glob("*.js")}
        assert sum(sizes.values()) <= LIMIT, sizes
        assert sum(practice.values()) <= PRACTICE_LIMIT, practice


def test_no_page_asks_for_another_script():
    templates = "".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    asked = {Path(path).name for path in re.findall(r"<script src=\"{% static '([^']+)'", templates)}
    assert asked <= set(scripts())
    assert templates.count("<script") == len(re.findall(r"<script src=\"{% static '", templates))


def test_ours_are_readable():
    for name, script in scripts().items():
        if name != "htmx-2.min.js":
            assert max(map(len, script.decode().splitlines())) <= 160, name


@pytest.mark.parametrize("path", BUDGET)
def test_a_page_keeps_within_its_budget(path, roadmap, client):
    page = client.get(path).content
    most, elements = BUDGET[path]
    assert len(brotli.compress(page, quality=6)) <= most
    assert len(re.findall(rb"<[a-z]", page)) <= elements
