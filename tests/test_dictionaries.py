"""Compression dictionaries: who gets what, and that it unpacks to the same page. A browser is in tests/browser/."""

import hashlib
import re
import sys
from base64 import b64encode

import brotli
import pytest

from progress.models import TopicProgress
from stages.models import Topic

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINK = re.compile(r'<(/dictionary\?view=\w+&v=\w+)>; rel="compression-dictionary"')
CODINGS = "gzip, deflate, br, zstd, dcb, dcz"
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")\w+')


def fetch(client, path="/"):
    """The dictionary of a page, and the headers of a browser that has it."""
    [address] = LINK.findall(client.get(path)["Link"])
    text = client.get(address).content
    available = f":{b64encode(hashlib.sha256(text).digest()).decode()}:"
    return text, {"Accept-Encoding": CODINGS, "Available-Dictionary": available}


def unpack(response, dictionary):
    assert response["Content-Encoding"] == "dcz"
    assert response["Content-Length"] == str(len(response.content))
    head, body = response.content[:40], response.content[40:]
    assert head == b"\x5e\x2a\x4d\x18\x20\0\0\0" + hashlib.sha256(dictionary).digest()
    return zstd.decompress(body, zstd_dict=zstd.ZstdDict(dictionary, is_raw=True).as_prefix)


@pytest.mark.parametrize("view", ["checklist", "table", "outline", "map"])
def test_it_is_the_page_to_the_letter(view, content, learner, as_learner):
    path = f"/?view={view}"
    dictionary, headers = fetch(as_learner, path)
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    packed = as_learner.get(path, headers=headers)
    plain = as_learner.get(path, headers={"Accept-Encoding": "identity"})
    assert TOKEN.sub(rb"\1", unpack(packed, dictionary)) == TOKEN.sub(rb"\1", plain.content)
    assert "Link" not in packed.headers
    assert packed["X-Padding"] is not None


@pytest.mark.parametrize("view", ["checklist", "table", "outline", "map"])
def test_after_a_tick_it_is_less_than_a_kilobyte(view, roadmap, learner, as_learner):
    path = f"/?view={view}"
    _, headers = fetch(as_learner, path)
    TopicProgress.objects.record(learner, Topic.objects.get(slug="querysets"), "done")
    assert len(as_learner.get(path, headers=headers).content) <= 1000


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "br"},
        {"Accept-Encoding": "dcb"},
        {"Accept-Encoding": "dcz;q=0, br"},
        {"Accept-Encoding": CODINGS, "Available-Dictionary": ":AAAA:"},
        {"Accept-Encoding": CODINGS, "Available-Dictionary": "nonsense"},
        {"Accept-Encoding": CODINGS, "Available-Dictionary": ""},
    ],
)
def test_whoever_does_not_have_it_gets_what_they_always_got(headers, content, as_learner):
    _, having = fetch(as_learner)
    page = as_learner.get("/", headers={"Available-Dictionary": having["Available-Dictionary"]} | headers)
    assert page.headers.get("Content-Encoding") in ("br", "gzip", None)
    assert LINK.search(page["Link"])


def test_an_edit_makes_another_one(content, as_learner):
    before, headers = fetch(as_learner)
    Topic.objects.filter(slug="maps").update(title="Charts")
    page = as_learner.get("/", headers=headers)
    assert b"Charts" in brotli.decompress(page.content)
    after, headers = fetch(as_learner)
    assert before != after
    assert b"Charts" in unpack(as_learner.get("/", headers=headers), after)


def test_head_says_what_get_does(content, as_learner):
    _, headers = fetch(as_learner)
    page = as_learner.head("/", headers=headers)
    assert (page["Content-Encoding"], page.content) == ("dcz", b"")


def test_a_cache_keeps_nothing_that_is_packed_with_it(content, as_learner, client):
    _, headers = fetch(as_learner)
    page = as_learner.get("/", headers=headers)
    assert {"Cookie", "Accept-Encoding", "Available-Dictionary"} <= set(page["Vary"].split(", "))
    assert page["Cache-Control"] == "private"
    visitors = client.get("/", headers=headers)
    assert visitors["Content-Encoding"] == "br"
    assert "Link" not in visitors.headers
    assert "Available-Dictionary" not in visitors["Vary"]
    again = client.get("/", headers=headers | {"If-None-Match": visitors["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_what_a_visitor_sees_whoever_asks(content, learner, as_learner, as_maintainer, client):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    text, _ = fetch(as_learner)
    assert text == client.get("/").content
    [address] = LINK.findall(as_learner.get("/")["Link"])
    for reader in (as_learner, as_maintainer, client):
        answer = reader.get(address)
        assert answer.content == text
        assert answer["Use-As-Dictionary"] == 'match="/", match-dest=("document")'
        assert answer["Cache-Control"] == "public, immutable, max-age=31536000"
        assert not answer.cookies


@pytest.mark.parametrize("address", ["/dictionary", "/dictionary?v=0123", "/dictionary?view=map"])
def test_under_another_address_it_is_no_dictionary(address, content, client):
    answer = client.get(address)
    assert answer["Cache-Control"] == "no-cache"
    assert "Use-As-Dictionary" not in answer.headers
