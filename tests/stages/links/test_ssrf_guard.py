"""Nobody reaches the network of the deployment by way of a link."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.links.ssrf_guard import is_allowed, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "169.254.169.254"),
        *("172.16.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "224.0.0.1"),
        *("224.0.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "fe80::1"),
        *("fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1", "100::1", "2001:0:1::1"),
        *("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8"),
        *("2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1"),
    ],
)
def test_these_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_these_are(address):
    assert is_public(address)


@given(st.ip_addresses(v=4).filter(lambda ip: not ip.is_global))
def test_no_private_address_hides_in_a_public_one(ip):
    forms = [f"::{ip}", f"::ffff:{ip}", f"64:ff9b::{ip}", f"2002:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1"]
    assert not any(is_public(form) for form in forms)


def test_other_ports_are_for_the_networks_that_the_settings_name(settings):
    assert [port for port in (22, 80, 443, 6379, 8000, 8080) if is_allowed("1.1.1.1", port)] == [80, 443]
    assert not is_allowed("10.0.0.1", 80)
    settings.LINK_NETWORKS = ["10.0.0.0/24"]
    assert is_allowed("10.0.0.1", 8000)
    assert not is_allowed("10.0.1.1", 80)
    assert not is_allowed("169.254.169.254", 80)
    assert not is_allowed("1.1.1.1", 8000)


@pytest.fixture
def connections(monkeypatch):
    """Every address that a socket is connected to."""
    found = []
    connect = socket.socket.connect

    def noted(self, address):
        found.append(address[0])
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return found


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/ok",
        "http://localhost:{port}/ok",
        "http://[::1]:{port}/ok",
        "http://[::ffff:127.0.0.1]:{port}/ok",
        "http://2130706433:{port}/ok",
        "http://0x7f.1:{port}/ok",
        "http://127.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://user:secret@127.0.0.1/",
        "http://1.1.1.1:22/",
        "http://1.1.1.1:99999/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:{port}/_HEAD",
        "http:///ok",
        "http://[nonsense/",
        "nonsense",
        "",
    ],
)
def test_what_is_typed_reaches_nobody(server, connections, url):
    from stages.links.fetcher import Fetcher
    from tests.stages.links.conftest import QUICK

    answer = Fetcher(QUICK).check(url.format(port=server.port))
    assert (answer.outcome, answer.problem) == ("untold", "address")
    assert connections == []
    assert server.seen == []


@pytest.mark.parametrize("addresses", [["127.0.0.2"], ["127.0.0.1", "127.0.0.2"], ["1.1.1.1", "10.0.0.1"], ["::1"]])
def test_every_address_of_a_name_must_be_allowed(server, allowed, connections, make_fetcher, addresses):
    answer = make_fetcher({"two.test": addresses}).check(f"http://two.test:{server.port}/ok")
    assert answer.problem == "address"
    assert connections == []


@pytest.mark.parametrize("place", ["127.0.0.2:{port}", "inside.test:{port}", "169.254.169.254", "[::1]:{port}"])
def test_a_redirect_leads_nowhere_else(server, allowed, connections, make_fetcher, place):
    def resolver(host, port, seconds):
        return {"site.test": ["127.0.0.1"], "inside.test": ["10.0.0.7"]}.get(host) or [host]

    fetcher = make_fetcher()
    fetcher.transport.resolver = resolver
    answer = fetcher.check(f"http://site.test:{server.port}/to/http:~{place.format(port=server.port)}/ok")
    assert (answer.outcome, answer.problem) == ("untold", "address")
    assert set(connections) == {"127.0.0.1"}


def test_a_name_that_changes_its_mind_is_looked_at_each_time(server, allowed, connections, make_fetcher):
    """The first look-up for robots.txt, the second for the page; the third says something else."""
    turns = iter([["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"]])
    fetcher = make_fetcher()
    fetcher.transport.resolver = lambda host, port, seconds: next(turns)
    assert fetcher.check(f"http://rebinds.test:{server.port}/moved").problem == "address"
    assert set(connections) == {"127.0.0.1"}


def test_nothing_looks_a_name_up_again_after_it_was_looked_at(server, allowed, make_fetcher, monkeypatch):
    looked_up = []
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        looked_up.append(host)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert make_fetcher().check(f"http://site.test:{server.port}/ok").outcome == "good"
    assert set(looked_up) == {"127.0.0.1"}
