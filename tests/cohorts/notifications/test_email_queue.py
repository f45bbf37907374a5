"""That a mail that was queued is sent, once, whatever happens to those who send it."""

import os
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from progress.cohorts.email import queued_email
from progress.cohorts.email_queue import deliver, queue, start
from progress.cohorts.models import EmailKind, EmailOptOut, QueuedEmail, hash_of
from progress.cohorts.models.queued_email import GIVE_UP_AFTER, KEEP, LEASE
from tests.cohorts.mail_server import Choosy
from tests.progress.tracking.test_concurrency import at_once

State = QueuedEmail.State


def emails(number, kind=EmailKind.INVITATION):
    return [
        queued_email(kind, f"test:{index}", f"p{index}@example.com", "Hello", "message_body", {"name": "Ada"})
        for index in range(number)
    ]


@pytest.fixture
def server(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": "tests.cohorts.mail_server.Choosy"}}
    for name in ("refused", "broken"):
        monkeypatch.setattr(Choosy, name, set())
    return Choosy


@pytest.fixture
def later(monkeypatch):
    """A function that lets time pass."""
    passed = timedelta(0)
    now = timezone.now

    def wait(**time_):
        nonlocal passed
        passed += timedelta(**time_)

    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + passed)
    return wait


def test_of_two_with_one_key_one_is_queued(db):
    assert len(queue(emails(2))) == 2
    assert [email.key for email in queue(emails(3))] == ["test:2"]
    deliver()
    assert len(outbox.outbox) == 3


def test_what_is_sent_is_kept_without_its_text_and_forgotten_after_a_while(db, later):
    assert start(queue(emails(1))) == (1, 0, 0)
    email = QueuedEmail.objects.get()
    assert (email.state, email.body, email.problem) == (State.SENT, "", "")
    later(days=KEEP.days + 1)
    queue(queued for queued in emails(2))
    QueuedEmail.objects.forget_old()
    assert [email.key for email in QueuedEmail.objects.all()] == ["test:1"]


def test_whoever_wants_none_meanwhile_gets_none(db):
    rows = queue(emails(2))
    EmailOptOut.objects.set_opted_out(hash_of("p0@example.com"), EmailKind.INVITATION, opted_out=True)
    assert start(rows) == (1, 0, 0)
    assert QueuedEmail.objects.get(key="test:0").state == State.REFUSED


def test_a_server_that_is_away_is_asked_again_ever_later_and_at_last_given_up(db, server, monkeypatch, later):
    monkeypatch.setattr(server, "away", True)
    assert start(queue(emails(1))) == (0, 1, 0)
    tried = []
    for _hour in range(int(GIVE_UP_AFTER / timedelta(hours=1)) + 2):
        deliver()
        tried.append(QueuedEmail.objects.get().tries)
        later(hours=1)
    assert QueuedEmail.objects.get().state == State.FAILED
    assert QueuedEmail.objects.get().problem == "nobody there"
    assert tried == sorted(tried)
    monkeypatch.setattr(server, "away", False)
    deliver()
    assert outbox.outbox == []
    assert QueuedEmail.objects.send_again() == 1
    deliver()
    assert len(outbox.outbox) == 1


def test_an_address_that_the_server_refuses_is_not_asked_for_again(db, server, later):
    server.refused.add("p1@example.com")
    assert start(queue(emails(3))) == (2, 0, 1)
    later(days=1)
    deliver()
    assert QueuedEmail.objects.get(key="test:1").tries == 1
    assert QueuedEmail.objects.get(key="test:1").problem == "550 No such person"


def test_a_mistake_of_ours_stops_nobody_elses_mail(db, monkeypatch):
    import progress.cohorts.email_queue

    real = progress.cohorts.email_queue.message_of

    def broken(email):
        if email.key == "test:0":
            raise KeyError("lost")
        return real(email)

    monkeypatch.setattr(progress.cohorts.email_queue, "message_of", broken)
    assert start(queue(emails(3))) == (2, 0, 1)


def test_a_process_that_is_told_to_end_gives_its_mail_back(db, server, monkeypatch):
    rows = queue(emails(2))

    def end(self, messages):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(server, "send_messages", end)
        with pytest.raises(SystemExit):
            deliver()
    assert QueuedEmail.objects.counts() == {"sent": 0, "waiting": 2, "failed": 0}
    assert start(rows) == (2, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_8_at_once_one_sends_each(server):
    queue(emails(20))
    at_once([deliver] * 8)
    assert sorted(Counter(mail.to[0] for mail in outbox.outbox).values()) == [1] * 20


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_what_pages_queue(settings):
    settings.QUEUE_WORKER = True
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert start(queue(emails(3))) == (0, 3, 0)
    assert outbox.outbox == []
    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)
    assert len(outbox.outbox) == 3
    assert [task.status for task in DBTaskResult.objects.all()] == ["SUCCESSFUL"]


class Recorder(BaseEmailBackend):
    """A mail server in another process: what it took stands in a file, a line each."""

    path: Path

    def send_messages(self, messages):
        for message in messages:
            time.sleep(0.01)
            with self.path.open("a") as file:
                file.write(f"{message.to[0]} {message.extra_headers['Message-ID']}\n")
            time.sleep(0.01)
        return len(messages)


def deliver_in_a_child():
    """Have a process of its own deliver; return its number.

    It is forked from a new thread, which has no connection yet, and no loop of a browser.
    """
    children = []

    def fork():
        child = os.fork()
        if child:
            children.append(child)
            return
        try:
            deliver()
        finally:
            os._exit(0)

    thread = threading.Thread(target=fork)
    thread.start()
    thread.join()
    return children[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_killed_again_and_again_it_sends_everyone_theirs(settings, tmp_path, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Recorder"}}
    monkeypatch.setattr(Recorder, "path", tmp_path / "mails", raising=False)
    queue(emails(60))
    kills = 0
    for _time in range(8):
        child = deliver_in_a_child()
        time.sleep(0.15 + kills * 0.02)
        os.kill(child, signal.SIGKILL)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert kills
    QueuedEmail.objects.filter(state=State.SENDING).update(tried_at=timezone.now() - 2 * LEASE)
    deliver()
    assert QueuedEmail.objects.counts() == {"sent": 60, "waiting": 0, "failed": 0}
    lines = Recorder.path.read_text().splitlines()
    assert {line.split()[0] for line in lines} == {f"p{index}@example.com" for index in range(60)}
    # One that was taken when its process was killed is sent twice, as one and the same mail.
    assert len(set(lines)) == 60
    assert len(lines) - 60 <= kills
