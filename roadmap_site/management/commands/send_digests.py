from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from progress.cohorts.models import QueuedEmail
from progress.cohorts.notifications.digests.sender import DigestEmail, DigestRun


class Command(BaseCommand):
    help = (
        "Send the weekly mails of cohorts, and whatever else waits to be sent. Run it every hour: each person gets "
        "theirs on Monday at 7 by their own clock, or until Wednesday when that failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing; say who would get what, and why not")
        parser.add_argument(
            "--week", metavar="YYYY-MM-DD", help="the Monday of the week to tell of, at whatever hour it is now"
        )

    def handle(self, *, dry_run: bool, week: str | None, verbosity: int, **options: Any) -> None:
        run = DigestRun(monday=monday_of(week))
        if dry_run:
            for emails in run.emails():
                for email in emails:
                    self.stdout.write(dry_run_line(email))
            return
        run.send()
        waiting = QueuedEmail.objects.unsent()
        if verbosity:
            self.stdout.write(
                f"Sent: {run.sent}. Nothing to say to: {run.empty}. Failed: {run.failed}. Waiting: {waiting.count()}."
            )
        if run.failed:
            raise CommandError(f"{run.failed} of these mails could not be sent, and are given up.")
        if not settings.QUEUE_WORKER and (problems := waiting.exclude(problem="")):
            raise CommandError(
                f"{problems.count()} of these mails could not be sent: {problems[0].problem}. "
                "The next run tries them again."
            )


def monday_of(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no day. Write it as 2026-03-02.") from error
    if day.weekday():
        raise CommandError(f"{day} is no Monday.")
    return day


def dry_run_line(email: DigestEmail) -> str:
    """A line of the dry run."""
    outcome = f"“{email.subject}”" if email.subject else f"nothing: {email.skip_reason or 'nothing happened'}"
    return f"{email.user.email}, {email.kind}: {outcome}"
