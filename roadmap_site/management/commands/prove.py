import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from roadmap_site.management import local_site, proof, races
from stages.models import Topic

MAX_SECONDS = 120  # more, until each trouble has come once
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Command(BaseCommand):
    help = (
        "Prove that no acknowledged tick is lost or doubled: tick at a site of its own while workers are killed, the "
        "database crashes and the content is edited; and send every kind of write many times at once."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=int, default=60, help="of ticking, on each database (60)")
        parser.add_argument("--database", choices=DATABASES, help="on this one only")
        parser.add_argument("--here", action="store_true", help="(used by the command itself)")

    def handle(self, *, seconds: int, database: str | None, here: bool, **options: Any) -> None:
        if find_spec("psutil") is None:
            raise CommandError("It takes the development packages: run “uv sync” first.")
        if here:
            self.prove(seconds)
            return
        with tempfile.TemporaryDirectory(prefix="waymark-prove-") as folder:
            wanted = [name for name in DATABASES if database in (None, name)]
            failed = [name for name in wanted if not self.holds(name, folder, seconds)]
        if failed:
            raise CommandError(f"It does not hold on {' and '.join(DATABASES[name] for name in failed)}.")

    def holds(self, name: str, folder: str, seconds: int) -> bool:
        """Prove it in a process whose database is the one that is attacked."""
        if name == "sqlite":
            return self.holds_at(f"sqlite:///{folder}/prove.sqlite3", seconds)
        with local_site.postgresql(Path(folder) / "pg") as url:
            return self.holds_at(url, seconds)

    def holds_at(self, url: str, seconds: int) -> bool:
        local_site.prepare(url)
        command = [sys.executable, "manage.py", "prove", "--here", f"--seconds={seconds}"]
        environment = local_site.environment(url)
        done = subprocess.run(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.stdout.write(done.stdout, ending="")
        return done.returncode == 0

    # --- On the database that is attacked -------------------------------------------------------------

    def prove(self, seconds: int) -> None:
        port, url = local_site.free_port(), os.environ["DATABASE_URL"]
        options = ["--worker-class", "gthread", "--threads", "4", "--log-level", "critical"]
        with local_site.served(url, port, *options) as server:
            held = [self.tick(port, server, seconds), self.race(port)]
        if not all(held):
            raise CommandError("It does not hold.")

    def tick(self, port: int, server: subprocess.Popen[bytes], seconds: int) -> bool:
        topics = dict(Topic.objects.published().values_list("pk", "slug")[: proof.TOPICS])
        learners, ticks, stop = proof.make_learners(proof.LEARNERS), proof.Ticks(), threading.Event()
        troubles = [
            proof.Trouble("kills of workers", 40, lambda: kill_a_worker(server)),
            proof.Trouble("edits of the content", 5, proof.Editor(topics).edit),
        ]
        if connection.vendor == "postgresql":
            troubles.append(proof.Trouble("crashes of the database", 150, crash_postgresql))
        with ThreadPoolExecutor() as pool:
            running = [pool.submit(trouble.make_until, stop, ticks) for trouble in troubles]
            for number in range(proof.THREADS):
                some = learners[number :: proof.THREADS]
                running.append(pool.submit(proof.tick_until, stop, port, some, topics, ticks))
            begin = time.monotonic()
            while (took := time.monotonic() - begin) < seconds or not all(trouble.count for trouble in troubles):
                time.sleep(0.1)
                if took > MAX_SECONDS + seconds or any(each.done() for each in running):
                    break
            stop.set()
        for each in running:
            each.result()
        wait_for_database()
        verdict = proof.judge(ticks)
        happened = ", ".join(f"{trouble.count:,} {trouble.name}" for trouble in troubles)
        self.stdout.write(
            f"{connection.display_name}: {ticks.acknowledged:,} ticks, {happened}: "
            f"{verdict.lost} lost, {verdict.doubled} doubled"
        )
        return ticks.acknowledged > 0 and not verdict.lost and not verdict.doubled

    def race(self, port: int) -> bool:
        wrong = []
        for name, race in races.races():
            answers = races.run(port, race)
            if race.there() != race.once or any(answer >= 500 for answer in answers):
                wrong.append(f"{name}: there {race.there()} times, answers {sorted(set(answers))}")
        self.stdout.write(
            f"{connection.display_name}: {len(races.RACES)} kinds of write, {races.WRITERS} at once: "
            + ("; ".join(wrong) or "each is there once")
        )
        return not wrong


def wait_for_database() -> None:
    """It may have crashed this moment, and its connections with it. Raises DatabaseError if it stays away."""
    connection.close()
    for _ in range(60):
        try:
            connection.ensure_connection()
            return
        except DatabaseError:
            time.sleep(0.5)
    connection.ensure_connection()


def kill_a_worker(server: subprocess.Popen[bytes]) -> None:
    import psutil

    if workers := psutil.Process(server.pid).children():
        random.choice(workers).kill()  # noqa: S311


def crash_postgresql() -> None:
    """Stop it at once, without a checkpoint, and start it again; it repairs itself from its log."""
    import psutil

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    connection.close()
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    while psutil.pid_exists(pid):
        time.sleep(0.05)
    local_site.postgresql_in(folder)
