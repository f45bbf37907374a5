"""JavaScript stays small: what every page together could ask for, htmx included."""

import gzip
import re
from pathlib import Path

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders

LIMIT = 35_000  # bytes, compressed


def scripts():
    own = sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    return {path.name: path.read_bytes() for path in [*own, htmx]}


def test_all_scripts_together_are_small():
    for compress in (gzip.compress, brotli.compress):
        sizes = {name: len(compress(script)) for name, script in scripts().items()}
        assert sum(sizes.values()) <= LIMIT, sizes


def test_no_page_asks_for_another_script():
    templates = "".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    asked = {Path(path).name for path in re.findall(r"<script src=\"{% static '([^']+)'", templates)}
    assert asked <= set(scripts())
    assert templates.count("<script") == len(re.findall(r"<script src=\"{% static '", templates))


def test_ours_are_readable():
    for name, script in scripts().items():
        if name != "htmx-2.min.js":
            assert max(map(len, script.decode().splitlines())) <= 160, name
