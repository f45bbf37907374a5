import pytest

from stages.links.fetcher import Fetcher, Timeouts
from tests.stages.links.server import Server

QUICK = Timeouts(connect=1, read=0.3, total=0.6, in_all=6, pause=0, retries=1, backoff=0.01, longest_wait=2, hops=5)


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def allowed(settings):
    """The network that the test server is in may be asked, on any port."""
    settings.LINK_NETWORKS = ["127.0.0.1/32"]


@pytest.fixture
def make_asker():
    """An impatient Asker for whom every name is this machine, unless ``names`` says otherwise."""

    def make(names=None, patience=QUICK, **how):
        def look_up(host, port, seconds):
            return (names or {}).get(host, ["127.0.0.1"])

        return Fetcher(patience, look_up, **how)

    return make
