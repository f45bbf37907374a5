"""Whatever is sent to whatever page: no answer is a 500."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.conftest import rolled_back
from tests.test_access import TABLE, path_of, people  # noqa: F401 - a fixture

pytestmark = pytest.mark.timeout(600)  # every route, for one person after another

# --- Every page ---------------------------------------------------------------------------------------

HOSTILE = [
    "\x01\x7f\x85\u2028\ufeff\u202e\u200b\N{REPLACEMENT CHARACTER}",
    "\U0001f9ed" * 50 + "é" * 900,
    "\r\nSet-Cookie: a=b\t",
    "9" * 30,
    "-1",
    "١٢",
    "1e400",
    "9999-12-31",
    "0001-01-01",
    "2026-13-45",
    "'; DROP %s%d%(x)s{}{0} {{ a }}{% b %} <script> &#0; a&!|():*",
    "../../etc//evil.example/https://[",
    '[(*"\\' * 200,
    "done:maps:x",
]


def parameters() -> list[str]:
    """The names of everything that the code reads of a query or of a form."""
    reads = re.compile(
        r'(?:GET|POST|FILES|data)(?:\.get(?:list)?\(|\[)\s*"([\w-]+)"|"([\w-]+)" (?:not )?in request\.(?:GET|POST)'
    )
    fields = re.compile(r"^    (\w+) = (?:forms|\w*Field|\w*FormField)\b", re.MULTILINE)
    sources = [
        path.read_text()
        for app in ("accounts", "progress", "stages")
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
    ]
    names = {name for text in sources for found in reads.findall(text) for name in found if name}
    return sorted(names | {name for text in sources for name in fields.findall(text)})


NAMES = parameters()


def test_the_names_are_found():
    assert {"q", "status", "reader", "view", "track", "text", "next", "due", "page", "email"} <= set(NAMES)


def values(turn: int) -> dict[str, str]:
    """A value for each name, another one each turn: what one does must not hide what another does."""
    return {name: HOSTILE[(place * 5 + turn) % len(HOSTILE)] for place, name in enumerate(NAMES)}


@pytest.mark.parametrize("turn", range(3))
def test_no_value_breaks_a_page(content, people, subtests, turn):  # noqa: F811
    for route in TABLE:
        client = people["m" if "/admin/" in route or "as-learner" in route else "i"]
        client.raise_request_exception = False
        with subtests.test(route), rolled_back():
            assert client.get(path_of(route), values(turn)).status_code < 500
            file = SimpleUploadedFile("a.md", HOSTILE[turn].encode())
            assert client.post(path_of(route), values(turn) | {"file": file}).status_code < 500


@pytest.mark.parametrize("number", ["9" * 30, "-1"])
def test_no_number_breaks_a_form(content, people, subtests, number):  # noqa: F811
    for route in TABLE:
        with subtests.test(route), rolled_back():
            people["i"].raise_request_exception = False
            assert people["i"].post(path_of(route), dict.fromkeys(NAMES, number)).status_code < 500


def test_no_address_breaks_a_page(content, people, subtests):  # noqa: F811
    people["i"].raise_request_exception = False
    for route in TABLE:
        for placeholder in re.findall(r"<\w+>", route):
            for value in HOSTILE[:7]:
                with subtests.test(f"{route} {placeholder} {value[:9]!a}"):
                    path = path_of(route.replace(placeholder, quote(value, safe="")))
                    assert people["i"].get(path).status_code < 500


def test_no_visitor_breaks_a_page(content, client, subtests):
    client.raise_request_exception = False
    for route in TABLE:
        with subtests.test(route), rolled_back():
            assert client.get(path_of(route), values(1)).status_code < 500
            assert client.post(path_of(route), values(2)).status_code < 500


@pytest.mark.parametrize("raw", ["%ED%A0%80%FF%C0%80%F4%90%80%80", "%zz%+"])
def test_bytes_that_are_no_text_break_no_page(content, people, subtests, raw):  # noqa: F811
    query = "&".join(f"{name}={raw}" for name in NAMES)
    for route in TABLE:
        with subtests.test(route), rolled_back():
            client = people["m" if "/admin/" in route else "i"]
            client.raise_request_exception = False
            assert client.get(f"{path_of(route)}?{query}").status_code < 500
            form = client.generic("POST", path_of(route), query, "application/x-www-form-urlencoded")
            assert form.status_code < 500


HEADERS = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Cookie",
    "Host",
    "HX-Current-URL",
    "HX-Request",
    "If-None-Match",
]
HEADERS += ["If-Modified-Since", "Origin", "Range", "Referer", "Sec-Fetch-Site", "User-Agent", "X-Forwarded-For"]


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_breaks_a_page(content, people, subtests, header):  # noqa: F811
    values = [value for value in HOSTILE if value.isprintable() and value.isascii()] + [
        "\xff\xfe",
        "é",
        "a;b=c;;,",
        "*;q=x",
    ]
    for value in values:
        for name, path in (("v", "/"), ("l", "/topics/maps/")):
            with subtests.test(f"{path} {value[:20]!r}"), rolled_back():
                people[name].raise_request_exception = False
                assert people[name].get(path, headers={header: value}).status_code < 500
                form = people[name].post("/topics/maps/progress/", {"status": "done"}, headers={header: value})
                assert form.status_code < 500
