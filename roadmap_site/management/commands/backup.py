from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from roadmap_site.backups import BackupError, back_up, backups_in


class Command(BaseCommand):
    help = "Write the whole database into a file, as it is at this moment, while the site goes on."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BACKUP_DIR, help="instead of BACKUP_DIR")
        parser.add_argument("--keep", type=int, metavar="N", help="then delete all but the N newest in the folder")

    def handle(self, *, folder: Path | None, keep: int | None, **options: Any) -> None:
        if folder is None:
            raise CommandError("Name a folder, or set BACKUP_DIR.")
        if keep is not None and keep < 1:
            raise CommandError("--keep takes the number of backups to keep, 1 or more.")
        try:
            path = back_up(folder)
            old = backups_in(folder)[:-keep] if keep else []
            for each in old:
                each.unlink()
        except (BackupError, OSError) as error:
            raise CommandError(f"There is no new backup. {error}") from error
        if options["verbosity"]:
            size = filesizeformat(path.stat().st_size).replace("\xa0", " ")
            self.stdout.write(f"{path}, {size}" + (f"; {len(old)} older deleted" if old else ""))
