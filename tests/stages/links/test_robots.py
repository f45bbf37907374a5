"""Reading robots.txt as RFC 9309 has it."""

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.links.robots import rules_for

ALL = "User-agent: *\n"


def may(text, path):
    return rules_for("Waymark", text).allow(f"https://site.test{path}")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/", True),
        ("<!DOCTYPE html><title>Not found</title>", "/", True),
        (f"{ALL}Disallow:", "/", True),
        (f"{ALL}Disallow: /", "/", False),
        ("Disallow: /", "/", True),  # of nobody
        (f"{ALL}Disallow: /a", "/ab", False),
        (f"{ALL}Disallow: /a", "/b/a", True),
        (f"{ALL}Disallow: /a # not this", "/a", False),
        ("USER-AGENT : *\r\nDISALLOW : /a\r\n", "/a", False),
        # The longest rule that fits, wherever it stands
        (f"{ALL}Disallow: /\nAllow: /docs", "/docs/a", True),
        (f"{ALL}Allow: /\nDisallow: /docs", "/docs/a", False),
        (f"{ALL}Disallow: /docs\nAllow: /docs", "/docs", True),
        # Anything, and the end
        (f"{ALL}Disallow: /*.pdf$", "/a/b.pdf", False),
        (f"{ALL}Disallow: /*.pdf$", "/a/b.pdf.html", True),
        (f"{ALL}Disallow: /*.pdf$", "/a/b.pdf?c.pdf", False),
        (f"{ALL}Disallow: /*/edit", "/a/b/edit/c", False),
        (f"{ALL}Disallow: /*/edit", "/edit", True),
        (f"{ALL}Disallow: *?", "/a?b", False),
        (f"{ALL}Disallow: /a$", "/a", False),
        (f"{ALL}Disallow: /a$", "/ab", True),
        (f"{ALL}Disallow: /ab*ba$", "/aba", True),
        (f"{ALL}Disallow: /a*$", "/ab", False),
        # Its own rules, in all their groups, and no others
        (f"{ALL}Disallow: /\nUser-agent: waymark\nDisallow: /a", "/b", True),
        (f"User-agent: Waymark/2.0\nDisallow: /a\n{ALL}Allow: /", "/a", False),
        (f"User-agent: Waymark\nDisallow: /a\n\n{ALL}\nUser-agent: Waymark\nDisallow: /b", "/b", False),
        (f"{ALL}Disallow: /a\n{ALL}Disallow: /b", "/b", False),
        ("User-agent: Way\nDisallow: /", "/", True),
        ("User-agent: Other\n\nUser-agent: Waymark\nDisallow: /", "/", False),
        ("User-agent: Waymark\nCrawl-delay: 1\nUser-agent: *\nDisallow: /", "/", True),
        ("User-agent: Waymark\nSitemap: /x\nUser-agent: *\nDisallow: /", "/", False),
        # However it is written
        (f"{ALL}Disallow: /café", "/caf%C3%A9", False),
        (f"{ALL}Disallow: /caf%c3%a9", "/café", False),
    ],
)
def test_it_says_where_one_may_go(text, path, allowed):
    assert may(text, path) is allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [("10", 10), ("0.5", 0.5), ("-1", 0), ("nan", 0), ("inf", 0), ("1e9", 0), ("²", 0), ("9" * 400, 0), ("", 0)],
)
def test_it_says_how_long_to_wait(text, delay):
    assert rules_for("Waymark", f"{ALL}Crawl-delay: {text}").crawl_delay == delay


@given(st.text(alphabet="User-agent:*dilow/$# \n²%", max_size=200), st.text(alphabet="/a*$%?", max_size=20))
def test_nothing_upsets_it(text, path):
    assert may(f"{ALL}{text}", f"/{path}") in {True, False}


def test_no_pattern_keeps_it_busy():
    began = monotonic()
    assert may(f"{ALL}Disallow: /{'*a' * 2_000}b", f"/{'a' * 20_000}")
    assert monotonic() - began < 1
