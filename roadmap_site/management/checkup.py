"""What `manage.py doctor` looks at. Each examination returns what it found, in a few words, or raises Trouble.

They change nothing, send nothing and wait for nothing for long, and no text of theirs has anything secret in it.
"""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPException
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.cache import cache
from django.core.checks import WARNING, run_checks
from django.core.mail import mailers
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from progress.cohorts.models import QueuedEmail
from roadmap_site.backups import backups_in
from roadmap_site.replica import REPLICA
from roadmap_site.unapplied_migrations import unapplied_migrations
from stages.models import Topic
from stages.sync.results import last_result

CONNECT_SECONDS = 2
BEHIND_SECONDS = 60
CLOCK_SECONDS = 5  # codes of authenticator apps bear half a minute
UNCLEARED = timedelta(days=7)
TASK_WAITS = timedelta(minutes=10)
MAIL_WAITS = timedelta(hours=2)
BACKUP_AGE = timedelta(days=2)
MIN_FREE = 200_000_000  # bytes


class Trouble(Exception):  # noqa: N818 - it is a finding
    """What is wrong, and what to do about it."""


def check_settings() -> str:
    messages = run_checks(include_deployment_checks=not settings.LAPTOP)
    if serious := [message for message in messages if message.level >= WARNING and not message.is_silenced()]:
        raise Trouble("; ".join(f"{message.id}: {first_line(message.msg)}" for message in serious))
    return "a laptop, with debugging on" if settings.LAPTOP else f"production, at {settings.SITE_URL}"


def check_database() -> str:
    """Asks on a connection of its own, which gives up soon."""
    with_deadline = connection.copy()
    if connection.vendor == "postgresql":
        options = with_deadline.settings_dict["OPTIONS"]
        options.pop("pool", None)
        options["connect_timeout"] = CONNECT_SECONDS
    try:
        return ask_database(with_deadline)
    finally:
        with_deadline.close()


def ask_database(database: BaseDatabaseWrapper) -> str:
    database.ensure_connection()
    version = ".".join(map(str, database.get_database_version()))
    if database.vendor != "postgresql":
        return f"{database.display_name} {version}"
    began = time.monotonic()
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [theirs] = cursor.fetchone()
    took = time.monotonic() - began
    apart = abs((timezone.now() - theirs).total_seconds())
    if apart > CLOCK_SECONDS + took:
        raise Trouble(f"its clock and that of this machine are {apart:.0f} s apart; let both follow a time server")
    return f"{database.display_name} {version}, answers in {took * 1000:.0f} ms, clocks {apart:.1f} s apart"


def check_migrations() -> str:
    if unapplied := unapplied_migrations():
        raise Trouble(f"{len(unapplied)} are not applied, {unapplied[0]} first; run “manage.py migrate”")
    return "all applied"


def check_cache() -> str:
    if settings.CACHE_URL:
        return ask_cache_server()
    table = settings.CACHES["default"].get("LOCATION")
    if not table:
        return "in memory"
    if table not in connection.introspection.table_names():
        raise Trouble(f"there is no table “{table}”; run “manage.py createcachetable”")
    return f"in the table “{table}”"


def ask_cache_server() -> str:
    where = urlsplit(settings.CACHE_URL).hostname
    try:
        cache.get("doctor")
    except Exception as error:  # of whichever client
        raise Trouble(f"{where} cannot be used ({first_line(error)}); see CACHE_URL") from error
    return f"at {where}"


def check_replica() -> str:
    """How far it is behind; its own time of the last transaction says nothing where nothing happens."""
    if REPLICA not in connections:
        return "none"
    try:
        with connections[REPLICA].cursor() as replica, connection.cursor() as primary:
            primary.execute("SELECT pg_current_wal_lsn()")
            replica.execute(
                "SELECT pg_is_in_recovery(), pg_wal_lsn_diff(%s, pg_last_wal_replay_lsn()), "
                "extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())",
                primary.fetchone(),
            )
            is_replica, behind, seconds = replica.fetchone() or (False, 0, 0)
    except DatabaseError as error:
        raise Trouble(f"cannot be used ({first_line(error)}); see REPLICA_URL") from error
    if not is_replica:
        raise Trouble("REPLICA_URL leads to a server that is none")
    if behind > 0 and (seconds or 0) > BEHIND_SECONDS:
        raise Trouble(f"{behind / 1_000_000:.1f} MB and {seconds:.0f} s behind; visitors read old content")
    return f"{max(behind, 0):.0f} bytes behind"


def check_mail() -> str:
    """Connects and logs in, and sends nothing."""
    mailer = mailers.default
    if not isinstance(mailer, EmailBackend):
        return "is printed, and not sent"
    where = f"{mailer.host}:{mailer.port}"
    try:
        mailer.open()
    except SMTPAuthenticationError as error:
        raise Trouble(f"{where} refuses the log-in ({error.smtp_code}); see MAIL_USER and MAIL_PASSWORD") from error
    except (SMTPException, OSError) as error:
        text = first_line(error)
        raise Trouble(f"{where} cannot be used ({text}); see MAIL_HOST, MAIL_PORT and MAIL_TLS") from error
    finally:
        mailer.close()
    return f"{where} takes it{', over TLS' if mailer.use_tls else ''}{', after log-in' if mailer.username else ''}"


def check_queue() -> str:
    """Whether what is queued is done: the tasks by a worker, and the mails by whomever."""
    now = timezone.now()
    late = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - TASK_WAITS)
    if settings.QUEUE_WORKER and (tasks := late.count()):
        raise Trouble(f"{tasks} tasks have waited for more than {TASK_WAITS}; is “manage.py db_worker” running?")
    waiting = QueuedEmail.objects.unsent()
    if mails := waiting.filter(queued_at__lt=now - MAIL_WAITS, tries__lte=1).count():
        raise Trouble(f"{mails} mails have waited for more than {MAIL_WAITS}; let cron run “manage.py send_digests”")
    failed = QueuedEmail.objects.filter(state=QueuedEmail.State.FAILED, queued_at__gt=now - timedelta(days=7)).count()
    worker = "a worker" if settings.QUEUE_WORKER else "no worker"
    return f"{worker}; {waiting.count()} mails wait, {failed} failed in the last seven days"


def check_proxy() -> str:
    count = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    if settings.SECURE_SSL_REDIRECT and not count:
        raise Trouble(
            "none is believed, so where one speaks TLS every request is sent on to https for ever; "
            "set BEHIND_PROXY to the number of proxies"
        )
    return f"{count} believed" if count else "none"


def check_static_files() -> str:
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return "served as they are"
    names = staticfiles_storage.hashed_files.values()
    missing = [name for name in names if not staticfiles_storage.exists(name)]
    if missing or not names:
        what = f"{len(missing)} of the manifest are missing" if missing else "there is no manifest"
        raise Trouble(f"{what} in {settings.STATIC_ROOT}; run “manage.py collectstatic”")
    return f"{len(names)} in the manifest, all there"


def check_content() -> str:
    topics = Topic.objects.count()
    if not topics:
        raise Trouble("there are no topics; run “manage.py load_roadmap”")
    result = last_result(settings.FIXTURES)
    same = result and not result.differs
    return (
        f"{topics} topics, {'as in the files' if same else 'not as in the files; “load_roadmap --check” says where'}"
    )


def check_staff() -> str:
    if not settings.STAFF_NEEDS_SECOND_FACTOR:
        return "is not asked for a second factor"
    factors = Authenticator.objects.filter(type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    staff = User.objects.filter(is_staff=True, is_active=True)
    if without := staff.exclude(pk__in=factors.values("user")).count():
        raise Trouble(f"{without} of {staff.count()} have no second factor; ask them to sign in and set one up")
    return f"{staff.count()}, all with a second factor"


def check_sessions() -> str:
    now = timezone.now()
    expired = Session.objects.filter(expire_date__lt=now)
    if old := expired.filter(expire_date__lt=now - UNCLEARED).count():
        raise Trouble(f"{old} expired more than a week ago; let cron run “manage.py clearsessions” every day")
    return f"{Session.objects.count()}, {expired.count()} of them expired"


def check_backups() -> str:
    folder = settings.BACKUP_DIR
    if folder is None:
        return "are made elsewhere, for BACKUP_DIR is not set"
    if not (backups := backups_in(folder)):
        raise Trouble(f"there are none in {folder}; let cron run “manage.py backup” every day")
    age = timedelta(seconds=time.time() - backups[-1].stat().st_mtime)
    if age > BACKUP_AGE:
        raise Trouble(f"the newest in {folder} is {age.days} days old; see why cron makes none")
    return f"{len(backups)}, the newest {age.total_seconds() / 3600:.0f} hours old"


def check_disk() -> str:
    file = sqlite_file()
    if file is None:
        return "the database is elsewhere"
    free, size = shutil.disk_usage(file.parent).free, file.stat().st_size
    if free < max(MIN_FREE, size):
        raise Trouble(f"{free // 1_000_000} MB are free beside a database of {size // 1_000_000} MB; make room")
    return f"{free // 1_000_000} MB free, the database has {size // 1_000_000} MB"


def sqlite_file() -> Path | None:
    """The file of the database, where it is one."""
    name = str(connection.settings_dict["NAME"])
    return Path(name) if connection.vendor == "sqlite" and "memory" not in name else None


def first_line(text: object) -> str:
    return (str(text).strip().splitlines() or [type(text).__name__])[0].removeprefix("connection failed: ")


# {subject: (its examination, whether that asks the database)}, in the order in which they are told
EXAMINATIONS: dict[str, tuple[Callable[[], str], bool]] = {
    "settings": (check_settings, False),
    "database": (check_database, True),
    "migrations": (check_migrations, True),
    "replica": (check_replica, True),
    "cache": (check_cache, True),
    "mail": (check_mail, False),
    "queue": (check_queue, True),
    "proxies": (check_proxy, False),
    "static files": (check_static_files, False),
    "content": (check_content, True),
    "staff": (check_staff, True),
    "sessions": (check_sessions, True),
    "backups": (check_backups, False),
    "disk": (check_disk, False),
}
