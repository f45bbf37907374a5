from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from stages.fixture_io import FixtureError, lock_content, snapshot, write


class Command(BaseCommand):
    help = "Write the roadmap from the database to the fixture files; nothing changed gives the same bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.FIXTURES, help="where to write them")

    def handle(self, *, folder: Path, verbosity: int, **options: Any) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with lock_content():  # while the files are written, too: of two dumps at once one waits
                records = snapshot()
                write(records, folder)
        except FixtureError as error:
            raise CommandError("\n".join([*error.problems, "Nothing was written."])) from error
        except OSError as error:
            raise CommandError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was written: {error}. Has “manage.py migrate” been run?") from error
        if verbosity:
            self.stdout.write(f"{len(records)} entries written to {folder}.")
