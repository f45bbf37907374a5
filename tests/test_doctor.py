"""`manage.py doctor`: a line for each thing that the site needs, and what to do where one is wrong."""

import io
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from progress.cohorts.email_queue import deliver_emails
from progress.cohorts.models import QueuedEmail
from roadmap_site.management import checkup
from roadmap_site.management.checkup import EXAMINATIONS, Trouble
from tests.test_security import PRODUCTION, manage

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def doctor():
    """The findings by their subjects, as (state, words), and what it ends with."""
    out, end = io.StringIO(), None
    try:
        call_command("doctor", stdout=out)
    except CommandError as error:
        end = str(error)
    lines = [line.split(maxsplit=1) for line in out.getvalue().splitlines()]
    return {words.split(": ")[0]: (state, words.split(": ", 1)[1]) for state, words in lines}, end


@contextmanager
def smtp_server(answers):
    """A mail server that says these lines one after the other, whatever it is told; yields port and what it heard."""
    heard = []

    def serve():
        client, _ = server.accept()
        with client, client.makefile("rwb") as stream:
            for answer in answers:
                stream.write(answer + b"\r\n")
                stream.flush()
                heard.append(stream.readline())

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(timeout=10)


def mailers(port, **options):
    return {"default": {"BACKEND": SMTP, "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5, **options}}}


def test_all_is_well_on_a_laptop(content):
    findings, end = doctor()
    assert list(findings) == list(EXAMINATIONS)
    assert [subject for subject, (state, _) in findings.items() if state != "OK"] == []
    assert end is None
    assert "5 topics" in findings["content"][1]
    assert connection.display_name in findings["database"][1]


def test_it_ends_with_1_and_asks_nothing_more_of_a_database_that_is_away():
    """Of one that takes the connection and says nothing, it waits two seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://waymark:hidden@127.0.0.1:{silent.getsockname()[1]}/waymark"
        began = time.monotonic()
        result = manage("doctor", **PRODUCTION | {"DATABASE_URL": url, "MAIL_PASSWORD": "hidden", "MAIL_USER": "w"})
        took = time.monotonic() - began
    assert result.returncode == 1
    assert "WRONG  database: " in result.stdout
    assert result.stdout.count("not asked, for the database is away") == 7
    assert "hidden" not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert took < 30  # a start on a busy machine, and the two seconds


def test_it_gives_a_database_two_seconds(monkeypatch):
    seen = {}

    def refuse(database):
        seen.update(database.settings_dict["OPTIONS"])
        raise OperationalError("away")

    monkeypatch.setattr(checkup, "ask_database", refuse)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    with pytest.raises(OperationalError):
        checkup.check_database()
    assert seen["connect_timeout"] == 2
    assert "pool" not in seen


def test_what_is_not_there_is_named_with_what_to_do(db, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "nowhere"}}
    findings, end = doctor()
    assert findings["content"] == ("WRONG", "there are no topics; run “manage.py load_roadmap”")
    assert findings["cache"] == ("WRONG", "there is no table “nowhere”; run “manage.py createcachetable”")
    assert end == f"2 of {len(EXAMINATIONS)} are wrong."


def test_migrations_that_are_not_applied(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    with pytest.raises(Trouble, match=r"1 are not applied, sessions\.0001_initial first"):
        checkup.check_migrations()


def test_clocks_that_differ(monkeypatch):
    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def execute(self, query):
            pass

        def fetchone(self):
            return [timezone.now() - timedelta(minutes=3)]

    class Database:
        vendor, display_name = "postgresql", "PostgreSQL"

        def ensure_connection(self):
            pass

        def get_database_version(self):
            return (18, 1)

        def cursor(self):
            return Cursor()

    with pytest.raises(Trouble, match="180 s apart"):
        checkup.ask_database(Database())


def test_mail_is_tried_as_far_as_the_log_in_and_none_is_sent(settings):
    answers = [b"220 hello", b"250-hello\r\n250 AUTH PLAIN", b"235 welcome", b"221 bye"]
    with smtp_server(answers) as (port, heard):
        settings.MAILERS = mailers(port, username="waymark", password="hidden")
        assert checkup.check_mail() == f"127.0.0.1:{port} takes it, after log-in"
    assert [line.split()[0].upper() for line in heard if line] == [b"EHLO", b"AUTH", b"QUIT"]


@pytest.mark.parametrize(
    ("answers", "options", "words"),
    [
        (
            [b"220 hello", b"250-hello\r\n250 AUTH PLAIN", b"535 no", b"221 bye"],
            {"password": "hidden"},
            "MAIL_PASSWORD",
        ),
        ([b"220 hello", b"250 hello", b"221 bye"], {"use_tls": True}, "STARTTLS extension not supported"),
    ],
)
def test_mail_that_is_refused(settings, answers, options, words):
    with smtp_server(answers) as (port, _):
        settings.MAILERS = mailers(port, username="waymark", **options)
        with pytest.raises(Trouble, match=words) as caught:
            checkup.check_mail()
    assert "hidden" not in str(caught.value)


def test_a_mail_server_that_is_away(settings):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings.MAILERS = mailers(port)
    with pytest.raises(Trouble, match=r"refused.*see MAIL_HOST"):
        checkup.check_mail()


def test_production_without_a_proxy_that_is_believed(settings):
    settings.SECURE_SSL_REDIRECT = True
    with pytest.raises(Trouble, match="set BEHIND_PROXY"):
        checkup.check_proxy()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert checkup.check_proxy() == "2 believed"


def test_static_files_that_are_missing(monkeypatch, tmp_path):
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    monkeypatch.setattr(checkup, "staticfiles_storage", storage)
    with pytest.raises(Trouble, match="there is no manifest"):
        checkup.check_static_files()
    storage.hashed_files = {"a.css": "a.1.css", "b.css": "b.2.css"}
    (tmp_path / "a.1.css").touch()
    with pytest.raises(Trouble, match="1 of the manifest are missing"):
        checkup.check_static_files()
    (tmp_path / "b.2.css").touch()
    assert checkup.check_static_files() == "2 in the manifest, all there"


def test_staff_without_a_second_factor(settings, maintainer):
    assert "not asked" in checkup.check_staff()
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    Authenticator.objects.create(user=maintainer, type=Authenticator.Type.RECOVERY_CODES, data={})
    with pytest.raises(Trouble, match="1 of 1 have no second factor"):
        checkup.check_staff()
    Authenticator.objects.create(user=maintainer, type=Authenticator.Type.TOTP, data={})
    assert checkup.check_staff() == "1, all with a second factor"


def test_sessions_that_nobody_clears(db):
    now = timezone.now()
    Session.objects.create(session_key="a", session_data="", expire_date=now + timedelta(days=1))
    Session.objects.create(session_key="b", session_data="", expire_date=now - timedelta(days=1))
    assert checkup.check_sessions() == "2, 1 of them expired"
    Session.objects.create(session_key="c", session_data="", expire_date=now - timedelta(days=8))
    with pytest.raises(Trouble, match=r"1 expired more than a week ago.*clearsessions"):
        checkup.check_sessions()


def test_a_disk_that_is_full(monkeypatch, tmp_path):
    file = tmp_path / "db.sqlite3"
    file.touch()
    monkeypatch.setattr(checkup, "sqlite_file", lambda: file)
    assert "MB free" in checkup.check_disk()
    monkeypatch.setattr(checkup, "MIN_FREE", 10**18)
    with pytest.raises(Trouble, match="make room"):
        checkup.check_disk()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((True, 0, 500), None),  # nothing has happened for long
        ((True, 900_000, 59), None),
        ((True, 900_000, 61), r"0\.9 MB and 61 s behind"),
        ((False, None, None), "a server that is none"),
        (OperationalError("away"), "away.*see REPLICA_URL"),
    ],
)
def test_a_replica_that_is_behind(monkeypatch, row, words):
    class Server:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def cursor(self):
            return self

        def execute(self, query, parameters=()):
            if "pg_is_in_recovery" in query and isinstance(row, Exception):
                raise row

        def fetchone(self):
            return row

    monkeypatch.setattr(checkup, "connection", Server())
    monkeypatch.setattr(checkup, "connections", {"replica": Server()})
    if words is None:
        assert checkup.check_replica() == f"{row[1]} bytes behind"
    else:
        with pytest.raises(Trouble, match=words):
            checkup.check_replica()


def test_a_cache_server_that_is_away(settings):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    url = f"redis://:hidden@127.0.0.1:{port}/0"
    settings.CACHE_URL = url
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
    with pytest.raises(Trouble, match=r"127\.0\.0\.1 cannot be used.*see CACHE_URL") as caught:
        checkup.check_cache()
    assert "hidden" not in str(caught.value)


def test_wrong_variables_are_said_before_anything_else():
    result = manage("doctor", **PRODUCTION | {"MAIL_PORT": "smtp"})
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("MAIL_PORT must be")


def test_it_says_when_nobody_sends_what_is_queued(content, settings):
    assert doctor()[0]["queue"] == ("OK", "no worker; 0 mails wait, 0 failed in the last seven days")
    hours_ago = timezone.now() - timedelta(hours=3)
    facts = {"kind": "message", "email": "x@example.com", "queued_at": hours_ago, "not_before": hours_ago}
    QueuedEmail.objects.create(key="x", **facts)
    assert "1 mails have waited for more than 2:00:00" in doctor()[0]["queue"][1]
    QueuedEmail.objects.update(state=QueuedEmail.State.FAILED)
    settings.QUEUE_WORKER = True
    assert doctor()[0]["queue"] == ("OK", "a worker; 0 mails wait, 1 failed in the last seven days")
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    deliver_emails.enqueue()
    DBTaskResult.objects.update(enqueued_at=hours_ago)
    assert "is “manage.py db_worker” running?" in doctor()[0]["queue"][1]
