"""Asking a server that misbehaves."""

from dataclasses import replace
from itertools import pairwise
from threading import Thread
from time import monotonic, sleep

import pytest

from stages.links.fetcher import Fetcher
from tests.stages.links.conftest import QUICK
from tests.stages.links.server import Server, certificates

pytestmark = pytest.mark.usefixtures("allowed")


def ask(server, fetcher, path, host="site.test", scheme="http"):
    return fetcher.check(f"{scheme}://{host}:{server.port}{path}")


HEAD, GET = "HEAD", "GET"


@pytest.mark.parametrize(
    ("path", "outcome", "problem", "methods"),
    [
        ("/ok", "good", "", [HEAD]),
        ("/status/204", "good", "", [HEAD]),
        ("/no-head", "good", "", [HEAD, GET]),
        ("/head-is-garbage", "good", "", [HEAD, GET]),
        ("/head-closes", "good", "", [HEAD]),
        ("/charset", "good", "", [HEAD]),
        ("/drips/body", "good", "", [HEAD, GET]),
        ("/huge", "good", "", [HEAD, GET]),
        ("/flaky/2", "good", "", [HEAD, GET, GET]),
        ("/status/404", "failed", "status", [HEAD, GET]),
        ("/status/410", "failed", "status", [HEAD, GET]),
        ("/status/500", "failed", "status", [HEAD, GET, GET]),
        ("/status/206", "good", "", [HEAD]),
        ("/status/416", "failed", "status", [HEAD, GET]),
        ("/head/302", "good", "", [HEAD, GET]),
        ("/head/403", "good", "", [HEAD, GET]),
        ("/head/404", "good", "", [HEAD, GET]),
        ("/head/501", "good", "", [HEAD, GET]),
        ("/head-hangs", "good", "", [HEAD, GET]),
        ("/old", "good", "", [HEAD]),
        ("/older", "failed", "garbage", [HEAD, GET, GET]),
        ("/status/304", "failed", "status", [HEAD, GET]),
        ("/moved-nowhere", "failed", "status", [HEAD, GET]),
        ("/status/102", "failed", "garbage", [HEAD, GET, GET]),
        ("/empty", "failed", "garbage", [HEAD, GET, GET]),
        ("/garbage", "failed", "garbage", [HEAD, GET, GET]),
        ("/header-flood", "failed", "garbage", [HEAD, GET, GET]),
        ("/never", "failed", "timeout", [HEAD, GET, GET]),
        ("/drips/headers", "failed", "timeout", [HEAD, GET, GET]),
        ("/status/403", "untold", "denied", [HEAD, GET]),
        ("/status/999", "untold", "denied", [HEAD, GET]),
    ],
)
def test_it_tells_what_became_of_a_page(server, make_fetcher, path, outcome, problem, methods):
    began = monotonic()
    answer = ask(server, make_fetcher(), path)
    assert (answer.outcome, answer.problem) == (outcome, problem)
    assert monotonic() - began < 3
    assert [method for method, _ in server.asked()] == methods
    assert server.poured < 30_000_000  # what fits into buffers on the way


@pytest.mark.parametrize(
    ("path", "outcome", "problem", "final", "moved"),
    [
        ("/moved", "good", "", "/ok", "/ok"),
        ("/elsewhere", "good", "", "/ok", ""),
        ("/moved-twice", "good", "", "/ok", "/elsewhere"),
        ("/moved-oddly", "good", "", "/caf%C3%A9%20au%20lait?q=%C3%BC", "/caf%C3%A9%20au%20lait?q=%C3%BC"),
        ("/moved-far/60000", "good", "", f"/{'x' * 60_000}", f"/{'x' * 60_000}"),
        ("/moved-far/70000", "failed", "garbage", "", ""),  # more than a line of a header may have
        ("/wants-cookies", "untold", "denied", "", ""),
        ("/to/status/404", "failed", "status", "/status/404", ""),
        ("/loop", "failed", "loop", "", ""),
        ("/loop/a/b", "failed", "loop", "", ""),
        ("/longer/1", "failed", "loop", "", ""),
        ("/to/ftp:~site.test/", "untold", "address", "", ""),
        ("/to/http:~[nonsense/", "failed", "garbage", "", ""),
        ("/to/http:~user:secret@site.test/", "untold", "address", "", ""),
    ],
)
def test_it_follows_redirects_and_tells_lasting_ones_from_others(
    server, make_fetcher, path, outcome, problem, final, moved
):
    answer = ask(server, make_fetcher(), path)
    assert (answer.outcome, answer.problem) == (outcome, problem)
    base = f"http://site.test:{server.port}"
    assert answer.final_url == (final and base + final)
    assert answer.moved_to == (moved and base + moved)


@pytest.mark.parametrize("path", ["/moved-abroad", "/to/http:~bücher.test:{port}/ok"])  # as UTF-8, and quoted
def test_names_in_every_script_are_asked_and_redirected_to(server, make_fetcher, path):
    fetcher = make_fetcher()
    assert ask(server, fetcher, "/ok", host="bücher.test").outcome == "good"
    answer = ask(server, fetcher, path.format(port=server.port))
    assert (answer.outcome, answer.final_url) == ("good", f"http://xn--bcher-kva.test:{server.port}/ok")
    assert {visit.host for visit in server.seen if visit.path == "/ok"} == {"xn--bcher-kva.test"}


def test_a_place_in_a_page_stays_and_its_page_is_asked_for_once(server, make_fetcher):
    fetcher = make_fetcher()
    first, second = ask(server, fetcher, "/moved#one"), ask(server, fetcher, "/moved#two")
    assert first.moved_to.endswith("/ok#one")
    assert second.moved_to.endswith("/ok#two")
    assert len(server.asked()) == 2


# --- When to come back ---


@pytest.mark.parametrize(
    ("path", "outcome", "requests", "least"),
    [
        ("/busy/1/1", "good", 2, 0.9),
        ("/away/1", "good", 2, 0.0),
        ("/busy/9/0", "untold", 2, 0.0),
        ("/busy/9/3600", "untold", 1, 0.0),
        ("/busy/9/soon", "untold", 2, 0.0),
        ("/busy/9/-5", "untold", 2, 0.0),
        (f"/busy/9/{'9' * 400}", "untold", 1, 0.0),
        ("/away/9", "failed", 2, 0.0),
        ("/away-until/Wed Oct 21 07:28:00 2015", "untold", 2, 0.0),
        ("/away-until/Wednesday, 21-Oct-65 07:28:00 GMT", "untold", 1, 0.0),
        ("/away-until/Wed, 21 Oct 99999 07:28:00 GMT", "untold", 2, 0.0),
        ("/away-until/Wed, 21 Oct 2015 07:28:00 +9999", "untold", 2, 0.0),
    ],
)
def test_it_comes_back_when_told_to_within_reason(server, make_fetcher, path, outcome, requests, least):
    began = monotonic()
    answer = ask(server, make_fetcher(), path)
    assert answer.outcome == outcome
    assert least <= monotonic() - began < 3
    assert len(server.asked()) == requests


def test_a_host_that_wants_to_be_left_alone_is(server, make_fetcher):
    fetcher = make_fetcher()
    ask(server, fetcher, "/busy/9/3600")
    assert fetcher.is_closed("site.test")
    assert ask(server, fetcher, "/ok").outcome == "untold"
    assert len(server.asked()) == 1
    assert ask(server, fetcher, "/ok", host="other.test").outcome == "good"


def test_a_host_is_asked_for_one_thing_at_a_time_with_a_pause(server, make_fetcher):
    fetcher = make_fetcher(timeouts=replace(QUICK, pause=0.1))
    threads = [Thread(target=ask, args=(server, fetcher, f"/page/{number}")) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gaps = [after.start - before.start for before, after in pairwise(server.seen[1:])]
    assert len(gaps) >= 3  # robots.txt may have been asked for by each
    assert min(gaps) > 0.09


def test_it_says_who_it_is_and_carries_nothing_else(server, make_fetcher, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert ask(server, make_fetcher(), "/ok").outcome == "good"
    headers = server.seen[-1].headers
    assert "Waymark" in headers["User-Agent"]
    assert headers.keys() == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


# --- robots.txt ---


@pytest.mark.parametrize(
    ("host", "path", "outcome", "problem"),
    [
        ("strict.test", "/private/page", "good", ""),  # the rules for us take the place of those for all
        ("strict.test", "/not-waymark", "untold", "robots"),
        ("strict.test", "/to/not-waymark", "untold", "robots"),
        ("odd.test", "/private", "untold", "robots"),
        ("odd.test", "/ok", "good", ""),
        ("huge.test", "/private", "untold", "robots"),
        ("silly.test", "/ok", "good", ""),
        ("packed.test", "/private", "untold", "robots"),
        ("packed.test", "/ok", "good", ""),
        ("unpacked.test", "/ok", "good", ""),
        ("broken.test", "/ok", "untold", "robots"),
        ("closed.test", "/ok", "untold", "denied"),
        ("round.test", "/ok", "good", ""),
        ("away.test", "/ok", "failed", "garbage"),
    ],
)
def test_it_does_what_robots_txt_says(server, make_fetcher, host, path, outcome, problem):
    answer = ask(server, make_fetcher(), path, host)
    assert (answer.outcome, answer.problem) == (outcome, problem)
    if outcome != "good":
        assert {path for _, path in server.asked()} <= {"/to/not-waymark"}


def test_it_obeys_the_site_that_a_redirect_leads_to(server, make_fetcher):
    answer = ask(server, make_fetcher(), f"/to/http:~strict.test:{server.port}/not-waymark")
    assert (answer.outcome, answer.problem) == ("untold", "robots")


def test_robots_txt_is_read_once_and_may_slow_us_down(server, make_fetcher):
    fetcher = make_fetcher()
    ask(server, fetcher, "/ok", "slow.test")
    assert fetcher.hosts["slow.test"].pause == 1
    ask(server, fetcher, "/ok/too", "slow.test")
    assert [visit.path for visit in server.seen].count("/robots.txt") == 1


# --- Certificates and connections ---


@pytest.fixture
def safe(tmp_path):
    context, client = certificates(tmp_path, "good.test", "127.0.0.1")
    with Server(context) as server:
        server.client = client
        yield server


@pytest.mark.parametrize(
    ("host", "trusts", "problem"),
    [
        ("good.test", True, ""),
        ("127.0.0.1", True, ""),
        ("other.test", True, "tls"),
        ("good.test", False, "tls"),
    ],
)
def test_a_certificate_must_be_of_the_host_and_of_somebody_known(safe, make_fetcher, host, trusts, problem):
    fetcher = make_fetcher(tls=safe.client) if trusts else make_fetcher()
    assert ask(safe, fetcher, "/ok", host, "https").problem == problem
    assert bool(safe.asked()) == (not problem)


def test_what_speaks_no_tls_has_no_certificate(server, make_fetcher):
    assert ask(server, make_fetcher(), "/ok", scheme="https").problem in {"tls", "timeout"}


def test_nobody_at_home(make_fetcher):
    fetcher = make_fetcher({"closed.test": ["127.0.0.1"], "nowhere.test": []})
    assert fetcher.check("http://closed.test:1/").problem == "connection"
    assert fetcher.check("http://nowhere.test/").problem == "name"


def test_a_name_that_does_not_exist_or_takes_for_ever(monkeypatch):
    def getaddrinfo(host, *args, **kwargs):
        if host == "slow.invalid":
            sleep(0.8)
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    fetcher = Fetcher(replace(QUICK, connect=0.2, retries=0))
    assert fetcher.check("http://gone.invalid/").problem == "name"
    assert fetcher.check("http://slow.invalid/").problem == "timeout"
