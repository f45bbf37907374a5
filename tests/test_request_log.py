"""The log: a line for each request, and the id of the request in all others."""

import json
import logging

import pytest
from django.test import Client, RequestFactory

from roadmap_site.request_log import JSONFormatter, RequestIDFilter, id_of


@pytest.fixture
def lines(caplog):
    """Returns the records of the log so far, as its handler has them."""
    request_id = RequestIDFilter()
    caplog.handler.addFilter(request_id)
    caplog.set_level(logging.INFO, "waymark.requests")
    yield lambda: caplog.records
    caplog.handler.removeFilter(request_id)


def test_a_request_has_one_line_with_its_route_and_its_person(content, as_learner, learner, lines):
    response = as_learner.get("/topics/maps/?q=private")
    (line,) = [record for record in lines() if record.name == "waymark.requests"]
    assert (line.method, line.route, line.status, line.person) == ("GET", "/topics/<slug:slug>/", 200, learner.pk)
    assert line.request_id == response["X-Request-ID"]
    assert 0 <= line.duration_ms < 60_000
    assert "private" not in line.getMessage()


def test_a_page_for_everyone_has_no_id(content, client, lines):
    response = client.get("/topics/maps/")
    assert "public" in response["Cache-Control"]
    assert "X-Request-ID" not in response
    assert lines()[-1].person == "-"


def test_the_page_of_a_failure_shows_the_id_of_its_lines(content, monkeypatch, lines):
    def fail(middleware, request):
        raise RuntimeError("broken")

    monkeypatch.setattr("accounts.middleware.LastSeenMiddleware.__call__", fail)
    response = Client(raise_request_exception=False).get("/search/?q=maps")
    assert response.status_code == 500
    assert f"<code>{response['X-Request-ID']}</code>" in response.text
    assert {record.request_id for record in lines()} == {response["X-Request-ID"]}
    assert {record.name for record in lines()} >= {"django.request", "waymark.requests"}


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("5f0c2a91-d3b4-4e67", True),
        ("short", False),
        ("x" * 65, False),
        ("with space", False),
        ("a\nforged line", False),
    ],
)
def test_only_a_proxy_that_is_believed_may_say_the_id(settings, given, taken):
    request = RequestFactory().get("/", headers={"X-Request-ID": given})
    assert id_of(request) != given
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert (id_of(request) == given) is taken


def test_json_is_a_line_with_the_fields_of_the_request(content, as_learner, learner, lines):
    as_learner.get("/me/")
    line = json.loads(JSONFormatter().format(lines()[-1]))
    assert (line["logger"], line["level"]) == ("waymark.requests", "INFO")
    assert {name: line[name] for name in ("route", "status", "person")} == {
        "route": "/me/", "status": 200, "person": learner.pk
    }  # fmt: skip
    assert line["time"].endswith("Z")


def test_json_keeps_an_exception_in_its_line():
    try:
        raise ValueError("wrong")
    except ValueError as error:
        record = logging.LogRecord(
            "any", logging.ERROR, "", 0, "it %s", ("broke",), (ValueError, error, error.__traceback__)
        )
    RequestIDFilter().filter(record)
    text = JSONFormatter().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == "it broke"
    assert "ValueError: wrong" in json.loads(text)["exception"]
    assert json.loads(text)["request_id"] == "-"


def test_a_page_that_is_missing_has_its_id_in_both_lines_and_later_lines_have_none(client, db, lines):
    response = client.get("/nowhere/")
    logging.getLogger("waymark.staff").info("after it")
    ids = {record.name: record.request_id for record in lines()}
    assert ids == dict.fromkeys(("django.request", "waymark.requests"), response["X-Request-ID"]) | {
        "waymark.staff": "-"
    }
