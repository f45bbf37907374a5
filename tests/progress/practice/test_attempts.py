"""Files that are kept, checks that are written down, and what is shown for ever."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from progress.models import Attempt, TopicProgress
from progress.reader_progress import ReaderProgress
from stages.models import State
from stages.practice.exercises import checks_digest
from tests.conftest import client_of
from tests.content import ADDS, CHECKS, make_exercise

FILES = {"double.py": "def double(number):\n    return number * 2\n"}


@pytest.fixture
def exercise(content):
    return make_exercise(content.topics["maps"])


@pytest.fixture
def client(learner):
    return client_of(learner)


def send(client, files=FILES, revision=0, slug="double", **more):
    fields = {"files": json.dumps(files), "revision": revision, **more}
    return client.post(f"/practice/{slug}/attempt/", fields)


def passing(exercise):
    return {"result": "passed", "failing": "[]", "checks": checks_digest(exercise)}


def test_files_are_kept(exercise, client, learner):
    answer = send(client)
    assert answer.json() == {"files": FILES, "revision": 1, "shown": False, "outdated": False}
    assert Attempt.objects.get(user=learner).files == FILES


def test_saying_it_twice_changes_nothing(exercise, client):
    send(client)
    assert send(client).json()["revision"] == 1


def test_two_tabs_overwrite_nothing(exercise, client):
    send(client)
    answer = send(client, {"double.py": "other"})
    assert answer.status_code == 409
    assert answer.json()["files"] == FILES
    assert send(client, {"double.py": "other"}, revision=1).status_code == 200


def test_a_visitor_is_told_to_sign_in(exercise):
    answer = send(Client())
    assert answer.status_code == 401
    assert not Attempt.objects.exists()


def test_a_page_of_somebody_else_keeps_nothing(exercise, client, outsider):
    assert send(client, reader=outsider.pk).status_code == 409
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "files",
    [
        "[]",
        "null",
        '{"a.py": 1}',
        '{"../a.py": ""}',
        '{"/etc/passwd": ""}',
        '{"a\\u0000.py": ""}',
        '{"a.py": "\\u0000"}',
        '{"a.py": "\\ud800"}',
        "x",
        json.dumps({f"{number}.py": "" for number in range(21)}),
        json.dumps({"a.py": "x" * 60_001}),
    ],
)
def test_what_are_no_files_is_refused(exercise, client, files):
    answer = client.post("/practice/double/attempt/", {"files": files, "revision": 0})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Attempt.objects.exists()


def test_a_pass_is_shown_for_ever(exercise, client, learner):
    assert send(client, **passing(exercise)).json()["shown"]
    later = send(
        client, {"double.py": "worse"}, 1, result="failed", failing='["DoubleTests.test_two"]', checks="0" * 16
    )
    assert later.json()["shown"]
    attempt = Attempt.objects.get(user=learner)
    assert (attempt.tries, attempt.failing) == (2, ["DoubleTests.test_two"])
    assert attempt.shown_files == FILES


def test_a_changed_exercise_keeps_the_pass_and_says_so(exercise, client, learner):
    send(client, **passing(exercise))
    exercise.checks = CHECKS.replace("Two becomes", "2 becomes")
    exercise.save()
    assert send(client).json() | {"files": {}} == {"files": {}, "revision": 1, "shown": True, "outdated": True}
    first = Attempt.objects.get(user=learner).shown_at
    assert not send(client, **passing(exercise)).json()["outdated"]
    assert Attempt.objects.get(user=learner).shown_at > first


def test_a_draft_takes_nothing(exercise, client):
    exercise.state = State.DRAFT
    exercise.save()
    assert send(client).status_code == 404


def test_saving_takes_few_queries(exercise, client):
    send(client)
    with CaptureQueriesContext(connection) as queries:
        send(client, {"double.py": "x"}, 1, **passing(exercise))
    assert len([query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 12


# --- A pass that was made elsewhere ---


def bring(client, line):
    return client.post("/practice/double/pass/", {"line": line}, follow=True)


def test_a_line_of_the_command_brings_a_pass(exercise, client, learner):
    page = bring(client, f" waymark-pass v1 double {checks_digest(exercise)} {'0' * 16} passed\n")
    assert "is shown." in page.content.decode()
    assert Attempt.objects.get(user=learner).is_shown


@pytest.mark.parametrize(
    "line", ["", "waymark-pass", f"waymark-pass v1 other {'0' * 16} {'0' * 16} passed", "x" * 5000]
)
def test_another_line_brings_nothing(exercise, client, line):
    page = bring(client, line)
    assert 'data-level="error"' in page.content.decode()
    assert not Attempt.objects.exists()


# --- Counting ---


def test_done_and_shown_is_told_beside_done(exercise, client, learner, content):
    maps = content.topics["maps"]
    send(client, **passing(exercise))
    assert not ReaderProgress.for_user(learner).is_shown(maps.pk)  # shown, and not done
    TopicProgress.objects.record(learner, maps, "done")
    progress = ReaderProgress.for_user(learner)
    assert progress.is_shown(maps.pk)
    assert progress.measure([maps]).shown == progress.measure([maps]).done == 1
    assert '<span class="tag shown">shown</span>' in client.get("/").content.decode()
    assert "1 shown" in client.get("/me/").content.decode()


def test_every_exercise_of_a_topic_is_needed_for_it(exercise, client, learner, content):
    maps = content.topics["maps"]
    TopicProgress.objects.record(learner, maps, "done")
    send(client, **passing(exercise))
    second = make_exercise(maps, slug="second")
    assert not ReaderProgress.for_user(learner).is_shown(maps.pk)
    second.state = State.RETIRED
    second.save()
    assert ReaderProgress.for_user(learner).is_shown(maps.pk)


def test_anothers_pass_is_not_ones_own(exercise, client, outsider, content):
    send(client, **passing(exercise))
    TopicProgress.objects.record(outsider, content.topics["maps"], "done")
    assert ReaderProgress.for_user(outsider).shown == 0


def test_the_export_and_a_deletion_have_it(exercise, client, learner):
    send(client, **passing(exercise))
    [attempt] = client.get("/me/data/waymark.json").json()["attempts"]
    assert (attempt["exercise"], attempt["files"]) == ("double", FILES)
    learner.delete()
    assert not Attempt.objects.exists()


# --- The page ---


def test_the_page_has_what_is_kept(exercise, client):
    send(client, **passing(exercise))
    page = client.get("/practice/double/").content.decode()
    assert json.dumps(FILES["double.py"])[1:-1].replace("<", "\\u003C") in page
    assert '<span class="tag shown" id="shown">' in page


def test_a_visitors_page_has_no_form_and_no_token(exercise):
    page = Client().get("/practice/double/").content.decode()
    assert 'id="keep"' not in page
    assert "csrfmiddlewaretoken" not in page
    assert "Add it to itself." in page


def test_a_topic_lists_its_exercises(exercise, client):
    assert 'href="/practice/double/"' in client.get("/topics/maps/").content.decode()
    assert 'href="/practice/double/"' in client.get("/practice/").content.decode()


def test_an_exercise_with_a_pass_is_not_deleted(exercise, client, maintainer):
    send(client)
    admin = client_of(maintainer)
    page = admin.post(f"/admin/stages/exercise/{exercise.pk}/delete/", {"post": "yes"})
    assert "1 person has files there" in page.content.decode()
    exercise.refresh_from_db()


def test_wrong_answers_are_not_in_the_page(exercise):
    assert ADDS.split("\n")[2] not in Client().get("/practice/double/").content.decode()
