from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, IntegrityError, transaction

from progress.models import CarryOver
from roadmap_site.management.progress_bar import Bar
from stages.fixture_io import FixtureError, files, lock_content, read, snapshot
from stages.sync.compare import compare, diff, on_disk
from stages.sync.load import OURS, THEIRS, Conflict, ConflictPolicy, load, loaded_entries, silent

DIFFER, TROUBLE = 1, 2  # how --check ends; 0 is when files and database say the same


class Command(BaseCommand):
    help = (
        "Bring the roadmap in the database up to date with the fixture files. What left the files is retired, "
        "never deleted, and mere links, on which nothing of a learner hangs, are removed and named; what a "
        "maintainer changed in the admin stays; nobody loses a tick."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.FIXTURES, help="where the files are")
        look = parser.add_mutually_exclusive_group()
        look.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        look.add_argument(
            "--check",
            action="store_true",
            help=f"only say whether files and database differ: exits with {DIFFER} if they do, with {TROUBLE} if "
            "that cannot be told",
        )
        for side, whose in ((OURS, "keep the database's value"), (THEIRS, "take the file's value")):
            parser.add_argument(
                f"--{side}",
                action="append",
                nargs="?",
                const="",
                default=[],
                metavar="NAME",
                help=f"{whose}, in every conflict or, repeatable, in the one of an entry (stages.topic:slug) or a "
                "field (stages.topic:slug.title)",
            )

    def handle(
        self,
        *,
        folder: Path,
        dry_run: bool,
        check: bool,
        ours: list[str],
        theirs: list[str],
        verbosity: int,
        **options: Any,
    ) -> None:
        if check:
            return self.check_files(folder, verbosity)
        wishes = policy_of(ours, theirs)
        bar = Bar(self.stdout) if verbosity else None
        try:
            with transaction.atomic():
                plan = load(folder, dry_run=dry_run, prefer=wishes, tell=bar or silent)
                carried = 0 if dry_run else CarryOver.objects.apply_pending()
        except Conflict as error:
            how = "Follow --ours or --theirs with a name in brackets to settle that one alone."
            raise CommandError("\n".join([*error.problems, how, "Nothing was loaded."])) from error
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
        for line in plan.lines() if verbosity > 1 or dry_run else plan.losses() if verbosity else ():
            self.stdout.write(line)
        if verbosity:
            for note in plan.notes:
                self.stdout.write(f"Note: {note}")
            self.stdout.write(f"{'Would be' if dry_run else 'Roadmap'}: {plan.summary()}.")
            if carried:
                self.stdout.write(f"{carried} standings carried over to topics that replace others.")
        return None

    def check_files(self, folder: Path, verbosity: int) -> None:
        try:
            records = read(folder)
            with lock_content():
                rows, loaded = snapshot(), loaded_entries()
        except FixtureError as error:
            raise CommandError("\n".join(error.problems), returncode=TROUBLE) from error
        except DatabaseError as error:
            raise CommandError(f"{error}. Has “manage.py migrate” been run?", returncode=TROUBLE) from error
        found = compare(records, rows, loaded)
        if not found:
            if verbosity:
                for name in diff(on_disk(folder), files(rows)):
                    self.stdout.write(f"Note: {name} says the same in other words than dump_roadmap would write.")
                self.stdout.write("Files and database say the same.")
            return
        for difference in found:
            self.stdout.write(str(difference))
        number = len({difference.record.identity for difference in found})
        raise CommandError(
            f"Files and database differ in {number} {'entry' if number == 1 else 'entries'}. load_roadmap takes what "
            f"changed in the files; dump_roadmap writes the database to the files.",
            returncode=DIFFER,
        )


def policy_of(ours: list[str], theirs: list[str]) -> ConflictPolicy:
    """The ConflictPolicy that --ours and --theirs state; raises CommandError where they state both for the same."""
    if both := sorted(set(ours) & set(theirs)):
        raise CommandError(f"Both --ours and --theirs for {', '.join(name or 'all conflicts' for name in both)}.")
    named = dict.fromkeys(ours, OURS) | dict.fromkeys(theirs, THEIRS)
    return ConflictPolicy(named.pop("", None), named)
