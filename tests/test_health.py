"""Whether the site is alive and ready, and what it says while its database is away."""

import http.client
import time
from contextlib import closing

import pytest
from django.db import InterfaceError, OperationalError

from roadmap_site import views
from roadmap_site.management.local_site import postgresql_in
from tests.test_shared_cache import serving


def test_it_is_ready_with_a_database_and_content(client, content):
    for path in ("/readyz", "/healthz"):
        response = client.get(path)
        assert (response.status_code, response.text) == (200, "ok")


def test_it_says_that_there_is_no_content(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "content: no topic is published")


def test_it_says_that_migrations_are_missing(client, content, monkeypatch):
    views.require_migrations.cache_clear()
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="cohorts").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.text.startswith("migrations: ")
    assert views.require_migrations.cache_info().currsize == 0


def test_it_is_alive_without_a_database(client, django_db_blocker):
    with django_db_blocker.block():
        assert client.get("/livez").text == "ok"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/topics/maps/"])
def test_a_page_says_that_the_database_is_away(content, client, monkeypatch, path, error):
    """Without asking it once more."""

    def away(*values):
        raise error("the connection is lost")

    client.raise_request_exception = False
    monkeypatch.setattr("stages.content.VERSION.rows", away)
    response = client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Cache-Control"] == "no-store"
    assert "nothing was saved" in response.text


def test_a_mistake_of_ours_is_another_thing(content, client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("stages.content.VERSION.rows", lambda: 1 / 0)
    response = client.get("/")
    assert response.status_code == 500
    assert "That was our fault" in response.text


# --- A real PostgreSQL that goes away -----------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = postgresql_in(tmp_path_factory.mktemp("pg"))
    yield server
    server.cleanup()


@pytest.fixture
def site(server):
    """The port of a site on an empty database of its own, in two workers."""
    threads = ["--worker-class", "gthread", "--threads", "2", "--log-level", "critical"]
    with serving(server.get_uri(), 30, *threads) as port:
        for _ in range(300):
            try:
                ask(port, "/livez")
                break
            except OSError:
                time.sleep(0.1)
        yield port


def ask(port, path):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"})
        response = connection.getresponse()
        return response.status, response.read().decode(), response.headers


def test_a_restart_costs_no_page_and_an_absence_is_said(server, site):
    # Nothing was migrated: that can be said only by whoever has reached the database.
    for _ in range(6):
        assert ask(site, "/readyz")[1].startswith("migrations: ")
    server.stop()
    server.start()
    for _ in range(6):
        assert ask(site, "/readyz")[1].startswith("migrations: ")
    server.stop()
    try:
        start = time.monotonic()
        status, page, headers = ask(site, "/")
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "nothing was saved" in page
        assert time.monotonic() - start < 20  # two seconds, on a machine that may be slow
        assert ask(site, "/readyz")[:2] == (503, "database: cannot be reached")
        assert ask(site, "/livez")[:2] == (200, "ok")
    finally:
        server.start()
    for _ in range(300):  # the pool asks by itself, more and more seldom
        if ask(site, "/readyz")[1].startswith("migrations: "):
            break
        time.sleep(0.2)
    else:
        pytest.fail("it does not come back")
