from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from roadmap_site.backups import BackupError, restore
from roadmap_site.unapplied_migrations import unapplied_migrations


class Command(BaseCommand):
    help = "Put a backup in the place of the database, all or nothing. Stop the site before."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what “manage.py backup” has written")
        parser.add_argument(
            "--replace-everything", action="store_true", help="although there are accounts in the database"
        )

    def handle(self, *, file: Path, replace_everything: bool, **options: Any) -> None:
        if not replace_everything and (people := count_people()):
            count = "is 1 account" if people == 1 else f"are {people} accounts"
            raise CommandError(
                f"There {count} in this database. Back it up, and then give --replace-everything: all that is in it "
                "goes."
            )
        try:
            restore(file)
        except BackupError as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        people = count_people()
        self.stdout.write(f"Restored, with {people} account{'' if people == 1 else 's'}.")
        if newer := applied_but_unknown():
            raise CommandError(
                f"It is the backup of a later release: this one does not know {newer[0]}. Deploy that one."
            )
        if unapplied_migrations():
            self.stdout.write("It is of an earlier release: run “manage.py migrate”.")


def count_people() -> int:
    is_there = User._meta.db_table in connection.introspection.table_names()
    return User.objects.count() if is_there else 0


def applied_but_unknown() -> list[str]:
    loader = MigrationLoader(connection)
    ours = set(loader.disk_migrations) | set(loader.replacements)
    apps = {app for app, _ in ours}
    return [f"{app}.{name}" for app, name in loader.applied_migrations if app in apps and (app, name) not in ours]
