import pytest

from stages.links.fetcher import Fetcher, Timeouts
from tests.stages.links.server import Server

QUICK = Timeouts(
    connect=1, read=0.3, response=0.6, overall=6, pause=0, retries=1, backoff=0.01, max_wait=2, max_redirects=5
)


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def allowed(settings):
    """The network that the test server is in may be asked, on any port."""
    settings.LINK_NETWORKS = ["127.0.0.1/32"]


@pytest.fixture
def make_fetcher():
    """An impatient Fetcher for whom every name is this machine, unless ``names`` says otherwise."""

    def make(names=None, timeouts=QUICK, **how):
        def resolver(host, port, seconds):
            return (names or {}).get(host, ["127.0.0.1"])

        return Fetcher(timeouts, resolver, **how)

    return make
