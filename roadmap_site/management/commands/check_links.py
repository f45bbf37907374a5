import argparse
import shutil
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.utils.translation import ngettext

from progress.maintenance.link_reports import Offline, check_links
from stages.links.fetcher import Fetcher
from stages.models import LinkCheck
from stages.models.links import due_for_check


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


class Command(BaseCommand):
    help = (
        "Ask whether the links of the roadmap still lead somewhere, politely, and write down what came of it. A link "
        "that failed three times in a row is flagged, in the queue of reports and on its topics, until it answers "
        "again. Ends with 1 if there are dead links among those asked about, and with 0 otherwise."
    )
    fetcher_class = Fetcher  # for tests

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=positive, help="ask about so many at most, those longest unasked first")
        parser.add_argument("--older-than", type=positive, metavar="DAYS", help="leave out what was asked about since")
        parser.add_argument("--host", help="only links to this host, such as docs.djangoproject.com")
        parser.add_argument("--at-once", type=positive, default=8, help="how many hosts to ask at a time (8)")
        parser.add_argument("--dry-run", action="store_true", help="list what would be asked, and ask nobody")

    def handle(
        self,
        *,
        limit: int | None,
        older_than: int | None,
        host: str | None,
        at_once: int,
        dry_run: bool,
        verbosity: int,
        **options: Any,
    ) -> None:
        resources = due_for_check(timedelta(days=older_than) if older_than else None, host)[:limit]
        if dry_run:
            for resource in resources:
                self.stdout.write(resource.url)
            self.stdout.write(
                ngettext("%d link would be asked.", "%d links would be asked.", len(resources)) % len(resources)
            )
            return
        bar = StatusLine(self.stderr, len(resources) if verbosity else 0)
        checks = []
        try:
            for resource, check in check_links(resources, self.fetcher_class(), concurrency=at_once):
                checks.append(check)
                if (check.outcome == LinkCheck.Outcome.FAILED and verbosity) or verbosity > 1:
                    bar.clear()
                    self.stdout.write(f"{resource.url}: {check.description}{', dead' if check.is_dead else ''}")
                bar.show(len(checks), resource.url)
        except Offline as error:
            raise CommandError(
                "No site could be reached: is this machine online? Nothing was written down."
            ) from error
        finally:
            bar.clear()
        dead = sum(check.is_dead for check in checks)
        if verbosity:
            self.stdout.write(self.summary(checks, dead, len(resources)))
        if dead:
            raise SystemExit(1)

    def summary(self, checks: list[LinkCheck], dead: int, total: int) -> str:
        outcomes = [check.outcome for check in checks]
        counts = [
            (outcomes.count(LinkCheck.Outcome.GOOD), "good"),
            (outcomes.count(LinkCheck.Outcome.FAILED), "failed"),
            (outcomes.count(LinkCheck.Outcome.UNKNOWN), "not checked, for their sites would not have it"),
            (total - len(outcomes), "left for the next run"),
            (dead, "dead: see the queue of reports in the admin"),
        ]
        return f"Links: {', '.join(f'{number} {label}' for number, label in counts if number) or 'none to ask about'}."


class StatusLine:
    """How far it is, on one line of a terminal; nothing anywhere else."""

    def __init__(self, out: OutputWrapper, total: int) -> None:
        self.out, self.total = out, total if out.isatty() else 0

    def show(self, number: int, text: str) -> None:
        if self.total:
            width = shutil.get_terminal_size().columns - 1
            full = 20 * number // self.total
            line = f"{'█' * full}{'░' * (20 - full)} {number}/{self.total} {text}"
            self.out.write(f"\r{line[:width]:<{width}}", ending="")
            self.out.flush()

    def clear(self) -> None:
        if self.total:
            self.out.write(f"\r{' ' * (shutil.get_terminal_size().columns - 1)}\r", ending="")
            self.out.flush()
