from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, IntegrityError, transaction

from progress.impact import capture_content, impact_of
from progress.models import CarryOver
from roadmap_site.management.impact_lines import impact_lines
from roadmap_site.management.progress_bar import ProgressBar
from stages.fixture_io import FixtureError, files, lock_content, read, snapshot
from stages.models import Revision
from stages.revisions.recorder import record_revisions
from stages.sync.compare import compare, diff, read_texts
from stages.sync.load import (
    LATER,
    OURS,
    THEIRS,
    Conflict,
    ConflictPolicy,
    Report,
    ignore_progress,
    load_changes,
    read_baseline,
)
from stages.sync.results import last_result

DIFFERENT, FAILED = 1, 2  # how --check ends; 0 is when files and database say the same


class Command(BaseCommand):
    # The checks of pages would take longer than finding out that there is nothing to do.
    requires_system_checks = [Tags.models]
    help = (
        "Bring the roadmap in the database up to date with the fixture files. What left the files is retired, "
        "never deleted, and mere links, on which nothing of a learner hangs, are removed and named; what a "
        "maintainer changed in the admin stays; nobody loses a tick."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.FIXTURES, help="where the files are")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--dry-run", action="store_true", help="show what would change, for learners as well, and change nothing"
        )
        mode.add_argument(
            "--check",
            action="store_true",
            help=f"only say whether files and database differ: exits with {DIFFERENT} if they do, with {FAILED} if "
            "that cannot be told",
        )
        for side, meaning in ((OURS, "keep the database's value"), (THEIRS, "take the file's value")):
            parser.add_argument(
                f"--{side}",
                action="append",
                nargs="?",
                const="",
                default=[],
                metavar="NAME",
                help=f"{meaning}, in every conflict or, repeatable, in the one of an entry (stages.topic:slug) or a "
                "field (stages.topic:slug.title)",
            )
        parser.add_argument(
            "--postpone-conflicts",
            action="store_true",
            help="keep the database's value in every other conflict, and say so; it stays one, to be settled later",
        )
        parser.add_argument(
            "--replace-everything",
            action="store_true",
            help="load another roadmap, which shares no stage and no topic with the database: all there is is retired",
        )

    def handle(
        self,
        *,
        folder: Path,
        dry_run: bool,
        check: bool,
        postpone_conflicts: bool,
        replace_everything: bool,
        ours: list[str],
        theirs: list[str],
        verbosity: int,
        **options: Any,
    ) -> None:
        if check:
            return self.check_files(folder, verbosity)
        policy = policy_of(ours, theirs, postpone_conflicts)
        bar = ProgressBar(self.stdout) if verbosity else None
        load = partial(
            load_and_carry_over,
            folder,
            prefer=policy,
            on_progress=bar or ignore_progress,
            replace_everything=replace_everything,
        )
        learners: list[str] = []
        try:
            with transaction.atomic():
                if dry_run:
                    report, carried, learners = rehearse(load)
                else:
                    report, carried = load()
        except Conflict as error:
            hint = "Follow --ours or --theirs with a name in brackets to settle that one alone."
            raise CommandError("\n".join([*error.problems, hint, "Nothing was loaded."])) from error
        except FixtureError as error:
            raise CommandError("\n".join([*error.problems, "Nothing was loaded."])) from error
        except IntegrityError as error:
            raise CommandError(f"Nothing was loaded, for the database refuses it: {error}") from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was loaded: {error}. Has “manage.py migrate” been run?") from error
        finally:
            if bar:
                bar.done()
        # What is taken away is always said, and not only that something is.
        for line in report.lines if verbosity > 1 or dry_run else report.losses if verbosity else ():
            self.stdout.write(line)
        for conflict in report.postponed:
            self.stdout.write(self.style.WARNING(f"Not settled yet, and as in the database: {conflict}"))
        if verbosity:
            for note in report.notes:
                self.stdout.write(f"Note: {note}")
            self.stdout.write(f"{'Would be' if dry_run else 'Roadmap'}: {report.summary}.")
            for line in learners:
                self.stdout.write(line)
            if carried:
                will = "would be " if dry_run else ""
                self.stdout.write(f"{carried} standings {will}carried over to topics that replace others.")
        return None

    def check_files(self, folder: Path, verbosity: int) -> None:
        try:
            with lock_content():
                known = last_result(folder)
            if known and not known.differs:
                return self.say_the_same(known.reworded, verbosity)
            records = read(folder)
            with lock_content():
                rows, baseline = snapshot(), read_baseline()
        except FixtureError as error:
            raise CommandError("\n".join(error.problems), returncode=FAILED) from error
        except DatabaseError as error:
            raise CommandError(f"{error}. Has “manage.py migrate” been run?", returncode=FAILED) from error
        differences = compare(records, rows, baseline)
        if not differences:
            return self.say_the_same(diff(read_texts(folder), files(rows)) if verbosity else (), verbosity)
        for difference in differences:
            self.stdout.write(str(difference))
        number = len({difference.record.identity for difference in differences})
        raise CommandError(
            f"Files and database differ in {number} {'entry' if number == 1 else 'entries'}. load_roadmap takes what "
            f"changed in the files; dump_roadmap writes the database to the files.",
            returncode=DIFFERENT,
        )

    def say_the_same(self, reworded: Iterable[str], verbosity: int) -> None:
        if verbosity:
            for name in reworded:
                self.stdout.write(f"Note: {name} says the same in other words than dump_roadmap would write.")
            self.stdout.write("Files and database say the same.")


def load_and_carry_over(folder: Path, **options: Any) -> tuple[Report, int]:
    return load_changes(folder, **options), CarryOver.objects.apply_pending()


def rehearse(load: Callable[[], tuple[Report, int]]) -> tuple[Report, int, list[str]]:
    """Do it, look at what it does to learners, and take it back: nothing is predicted, so it is what will be."""
    before = capture_content()
    with record_revisions(Revision.How.FILES) as revisions:
        report, carried = load()
    learners = [] if report.changes_nothing else list(impact_lines(before, impact_of(before, revisions)))
    transaction.set_rollback(True)
    return report, carried, learners


def policy_of(ours: list[str], theirs: list[str], postpone: bool) -> ConflictPolicy:
    """The ConflictPolicy that the options state; raises CommandError where they state two things for the same."""
    if both := sorted(set(ours) & set(theirs)):
        raise CommandError(f"Both --ours and --theirs for {', '.join(name or 'all conflicts' for name in both)}.")
    named = dict.fromkeys(ours, OURS) | dict.fromkeys(theirs, THEIRS)
    if postpone and "" in named:
        raise CommandError(f"Both --postpone-conflicts and --{named['']} for all conflicts.")
    return ConflictPolicy(named.pop("", LATER if postpone else None), named)
