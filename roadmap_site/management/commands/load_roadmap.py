from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, IntegrityError, transaction

from progress.models import CarryOver
from stages.fixture_files import FixtureError
from stages.loading import OURS, THEIRS, load


class Command(BaseCommand):
    help = (
        "Bring the roadmap in the database up to date with the fixture files. What left the files is retired, "
        "never deleted; what a maintainer changed in the admin stays; nobody loses a tick."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.FIXTURES, help="where the files are")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        prefer = parser.add_mutually_exclusive_group()
        prefer.add_argument(
            "--ours",
            dest="prefer",
            action="store_const",
            const=OURS,
            help="in a conflict keep the database's value",
        )
        prefer.add_argument(
            "--theirs",
            dest="prefer",
            action="store_const",
            const=THEIRS,
            help="in a conflict take the file's value",
        )

    def handle(self, *, folder, dry_run, prefer, verbosity, **options):
        try:
            with transaction.atomic():
                plan = load(folder, dry_run=dry_run, prefer=prefer)
                carried = 0 if dry_run else CarryOver.objects.settle()
        except FixtureError as error:
            raise CommandError("\n".join([*error.problems, "Nothing was loaded."])) from error
        except IntegrityError as error:
            raise CommandError(f"Nothing was loaded; did another load run at once? Try again. ({error})") from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was loaded: {error}. Has “manage.py migrate” been run?") from error
        if verbosity > 1 or dry_run:
            for line in plan.lines():
                self.stdout.write(line)
        if verbosity:
            for note in plan.notes:
                self.stdout.write(f"Note: {note}")
            self.stdout.write(f"{'Would be' if dry_run else 'Roadmap'}: {plan.summary()}.")
            if carried:
                self.stdout.write(f"{carried} standings carried over to topics that replace others.")
