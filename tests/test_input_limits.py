"""How much a page takes, and how often. A route that takes something without a limit fails the suite."""

import pytest
from django.test import Client
from django.urls import resolve
from django.views.generic import RedirectView

from roadmap_site import input_limits
from roadmap_site.input_limits import InputLimit, limit_of
from tests.conftest import rolled_back
from tests.test_access import TABLE, answer, path_of, people  # noqa: F401 - a fixture

pytestmark = pytest.mark.timeout(600)  # every route, for one person after another

FORM = "application/x-www-form-urlencoded"


def name_of(route):
    return resolve(path_of(route)).view_name


def only_redirects(route):
    view = resolve(path_of(route)).func
    return issubclass(getattr(view, "view_class", object), RedirectView)


def test_what_takes_something_has_a_limit_and_nothing_else_has(content, people, subtests):  # noqa: F811
    for route in TABLE:
        with subtests.test(route), rolled_back():
            statuses = {client.post(path_of(route)).status_code for name, client in people.items() if name != "v"}
            if statuses == {405} or only_redirects(route):
                assert name_of(route) not in input_limits.LIMITS
            else:
                assert limit_of(name_of(route)) is not None


def test_every_limit_is_of_a_route():
    names = {name_of(route) for route in TABLE}
    assert set(input_limits.LIMITS) <= names
    assert all(any(name.startswith(prefix) for name in [*names, "admin:"]) for prefix in input_limits.PREFIXES)


class Unread:
    """A body that nobody may read."""

    def read(self, *size):
        raise AssertionError("The body was read.")

    readline = read


def unread(length):
    return {"wsgi.input": Unread(), "CONTENT_LENGTH": length, "CONTENT_TYPE": FORM}


def test_what_is_too_large_is_refused_before_it_is_read(content, people, subtests):  # noqa: F811
    for route in TABLE:
        if limit := limit_of(name_of(route)):
            for client in people.values():
                with subtests.test(route), rolled_back():
                    length = str(limit.kilobytes * 1_000 + 1)
                    body = {
                        "wsgi.input": Unread(),
                        "CONTENT_LENGTH": length,
                        "CONTENT_TYPE": "multipart/form-data; boundary=x",
                    }
                    page = client.post(path_of(route), **body)
                    assert page.status_code == 413
                    assert f"{limit.kilobytes} kB at most" in page.text


def test_a_body_without_a_length_is_not_read(content, as_learner):
    """As it comes in chunks, where nobody knows how many there will be."""
    page = as_learner.post("/me/data/import/", **unread(""))
    assert page.status_code == 200
    assert "Paste a list, or choose a file with one." in page.text


@pytest.mark.parametrize("length", ["-1", "lots", "1e9"])
def test_a_length_that_is_none_does_no_harm(content, as_learner, length):
    assert as_learner.post("/topics/maps/progress/", **unread(length)).status_code == 400


def test_a_file_stays_in_memory(content, as_learner, tmp_path, settings):
    """So that nothing of a stranger's is ever on the disk."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "is not there"
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("list.md", b"- [x] Maps\n" * 80_000)
    assert as_learner.post("/me/data/import/", {"file": file}).status_code == 200


def test_nobody_writes_for_ever(content, learner, as_learner, outsider, client, monkeypatch):
    """Each account and each address by itself, and each page by itself."""
    monkeypatch.setitem(input_limits.LIMITS, "star", InputLimit(16, 3))
    star = {"starred": "yes", "reader": str(learner.pk)}
    statuses = [as_learner.post("/topics/maps/star/", star).status_code for _ in range(4)]
    assert statuses[2:] == [302, 429]
    assert as_learner.post("/topics/maps/progress/", {"status": "done"}).status_code == 302
    client.force_login(outsider)
    assert client.post("/topics/maps/star/", star).status_code != 429


def test_an_hour_later_it_goes_on(monkeypatch):
    from accounts import rate_limits

    clock = [7_200.0]
    monkeypatch.setattr(rate_limits, "time", lambda: clock[0])
    counts = rate_limits.WorkerCounts()
    assert [counts.add("a"), counts.add("a"), counts.add("b")] == [1, 2, 1]
    clock[0] += rate_limits.HOUR
    assert counts.add("a") == 1


def test_no_number_of_strangers_fills_the_memory():
    from accounts.rate_limits import WorkerCounts

    counts = WorkerCounts()
    for number in range(WorkerCounts.MAX_KEYS + 10):
        counts.add(number)
    assert len(counts.counts) == 10


NUL = "That cannot be read"


@pytest.mark.parametrize("path", ["/?track=%00", "/cohorts/calendar/%00.ics", "/shared/a%00b/", "/search/?q=%00"])
def test_an_address_with_a_nul_is_refused(content, as_learner, path):
    page = as_learner.get(path)
    assert page.status_code == 400
    assert NUL in page.text


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "view", "theme"])
def test_a_cookie_with_a_nul_is_refused(content, name):
    """It comes as an escape, which Python's cookies undo."""
    page = Client(headers={"Cookie": rf'{name}="a\000b"'}).get("/")
    assert page.status_code == 400


@pytest.mark.parametrize("form", [{"status": "done\0"}, {"status": "done", "page\0": "x"}, {"text": "a\0b"}])
@pytest.mark.parametrize(
    "path", ["/topics/maps/progress/", "/topics/maps/note/", "/accounts/login/", "/cohorts/join/"]
)
def test_a_form_with_a_nul_is_refused(content, learner, as_learner, path, form):
    page = as_learner.post(path, form)
    assert page.status_code == 400
    assert NUL in page.text
    assert not learner.topic_progress.exists()


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "utf-7", "idna", "undefined", "utf-16", "klingon", "", "base64", "latin-1"]
)
def test_a_form_in_no_charset_of_browsers_is_refused(content, as_learner, charset):
    page = as_learner.generic("POST", "/topics/maps/progress/", b"status=done", f"{FORM}; charset={charset}")
    assert page.status_code == 400
    form = b'--x\r\nContent-Disposition: form-data; name="status"\r\n\r\ndone\r\n--x--\r\n'
    page = as_learner.generic(
        "POST", "/topics/maps/progress/", form, f"multipart/form-data; boundary=x; charset={charset}"
    )
    assert page.status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_browsers_are_read(content, as_learner, learner, charset):
    as_learner.generic("POST", "/topics/maps/progress/", b"status=done", f"{FORM}; charset={charset}")
    assert learner.topic_progress.get().status == "done"


def test_all_workers_count_together_and_each_by_itself_while_the_cache_is_away(monkeypatch):
    from accounts.rate_limits import SharedCounts

    key = ("tick", "user-1")
    one, other = SharedCounts(), SharedCounts()
    assert [one.add(key), other.add(key), one.add(("star", "user-1")), one.add(key)] == [1, 2, 1, 3]

    def away(*values, **options):
        raise ConnectionError

    monkeypatch.setattr("accounts.rate_limits.cache.add", away)
    assert [one.add(key), one.add(key), other.add(key)] == [1, 2, 1]
