"""Many requests at once, on whichever database the suite runs."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from progress.models import Note, Reset, TopicProgress
from tests.conftest import client_of, make_user

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


def test_64_equal_ticks_make_one_row_and_one_event(content):
    user = make_user("Lena Learner")
    clients = [client_of(user) for _ in range(64)]
    answers = at_once(
        [lambda client=client: client.post("/topics/maps/progress/", {"status": "done"}) for client in clients]
    )
    assert {answer.status_code for answer in answers} == {302}
    assert [row.status for row in user.topic_progress.all()] == ["done"]
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
    rows = [row.status for row in user.topic_progress.all()]
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


def test_64_equal_notes_stars_and_resets_make_one_each(content):
    user = make_user("Lena Learner")
    for topic in content.topics.values():
        TopicProgress.objects.record(user, topic, "done")
    jobs = [
        ("/topics/maps/note/", {"text": "One.", "version": ""}),
        ("/topics/maps/star/", {"starred": "yes"}),
        (f"/resources/{content.resource.pk}/tick/", {"ticked": "yes"}),
        ("/stages/first/reset/", {"number": "3"}),
    ] * 16
    clients = [client_of(user) for _ in jobs]
    answers = at_once(
        [lambda client=client, job=job: client.post(*job) for client, job in zip(clients, jobs, strict=True)]
    )
    assert {answer.status_code for answer in answers} == {302}
    assert [rows.count() for rows in (user.notes, user.stars, user.resource_ticks, user.resets)] == [1, 1, 1, 1]
    assert user.progress_events.filter(cause="reset").count() == 3


def test_of_16_different_notes_at_once_one_is_saved_and_the_others_are_told(content):
    user = make_user("Lena Learner")
    Note.objects.create(user=user, topic=content.topics["maps"], text="Before.")
    version = user.notes.get().version
    clients = [client_of(user) for _ in range(16)]
    answers = at_once(
        [
            lambda client=client, number=number: client.post(
                "/topics/maps/note/", {"text": f"Note {number}.", "version": version}
            )
            for number, client in enumerate(clients)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * 15
    saved = user.notes.get().text
    assert answers[int(saved.removeprefix("Note ").rstrip("."))].status_code == 302


def test_16_undos_of_a_reset_put_back_once_while_one_topic_is_ticked(content):
    user = make_user("Lena Learner")
    for topic in content.topics.values():
        TopicProgress.objects.record(user, topic, "learning")
    made = Reset.objects.create_for(user, "Everything", content.topics.values())
    jobs = [(f"/me/resets/{made.pk}/undo/", {})] * 16 + [("/topics/maps/progress/", {"status": "done"})]
    clients = [client_of(user) for _ in jobs]
    answers = at_once(
        [lambda client=client, job=job: client.post(*job) for client, job in zip(clients, jobs, strict=True)]
    )
    assert {answer.status_code for answer in answers} == {302}
    assert dict(user.topic_progress.values_list("topic__slug", "status")) == dict.fromkeys(
        content.topics, "learning"
    ) | {"maps": "done"}
    assert 4 <= user.progress_events.filter(cause="undo").count() <= 5


def test_8_equal_reports_at_once_wait_once(content):
    user = make_user("Lena Learner")
    clients = [client_of(user) for _ in range(8)]
    data = {"kind": "wrong", "text": "It is wrong.", "resource": ""}
    at_once([lambda client=client: client.post("/topics/maps/report/", data) for client in clients])
    assert user.reports.count() == 1
