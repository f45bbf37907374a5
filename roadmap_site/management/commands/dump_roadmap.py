from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from stages.fixture_files import snapshot, write


class Command(BaseCommand):
    help = "Write the roadmap from the database to the fixture files; nothing changed gives the same bytes."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.FIXTURES, help="where to write them")

    def handle(self, *, folder, verbosity, **options):
        folder.mkdir(parents=True, exist_ok=True)
        records = snapshot()
        write(records, folder)
        if verbosity:
            self.stdout.write(f"{len(records)} entries written to {folder}.")
