"""Many requests at once, on whichever database the suite runs."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from tests.conftest import client_of, make_user
from tests.content import make_content, wipe

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs):
    """Run all ``jobs`` at the same moment, each in a thread with its own connection."""
    gate = Barrier(len(jobs))

    def run(job):
        try:
            gate.wait()
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def content():
    wipe()
    return make_content()


def test_64_equal_ticks_make_one_row_and_one_event(content):
    user = make_user("Lena Learner")
    clients = [client_of(user) for _ in range(64)]
    answers = at_once(
        [lambda client=client: client.post("/topics/maps/progress/", {"status": "done"}) for client in clients]
    )
    assert {answer.status_code for answer in answers} == {302}
    assert [row.status for row in user.standings.all()] == ["done"]
    assert user.progress_events.count() == 1


def test_64_different_ticks_end_in_one_state_that_was_asked_for(content):
    user = make_user("Lena Learner")
    wanted = ["done", "learning", "skipped", "none"] * 16
    clients = [client_of(user) for _ in wanted]
    answers = at_once(
        [
            lambda client=client, status=status: client.post("/topics/maps/progress/", {"status": status})
            for client, status in zip(clients, wanted, strict=True)
        ]
    )
    assert {answer.status_code for answer in answers} == {302}
    rows = [row.status for row in user.standings.all()]
    last = user.progress_events.order_by("pk").last().status
    assert rows == ([] if last == "none" else [last])
    events = list(user.progress_events.order_by("pk").values_list("status", flat=True))
    assert all(one != two for one, two in pairwise(events))  # only changes are events


def test_a_visitors_ticks_of_different_topics_are_all_kept(content):
    first = Client()
    first.post("/topics/boots/progress/", {"status": "done"})

    def tick(slug):
        client = Client()
        client.cookies = first.cookies.copy()
        return client.post(f"/topics/{slug}/progress/", {"status": "done"})

    at_once([lambda slug=slug: tick(slug) for slug in ("maps", "snacks", "routes", "weather")] * 4)
    assert len(first.session["ticks"]) == 5
