from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from roadmap_site.management.checkup import EXAMINATIONS, Trouble, first_line


class Command(BaseCommand):
    help = (
        "Look at everything that the site needs, and say in a line each that it is well, or what is wrong and what to "
        "do. Changes nothing, and ends with 1 where something is wrong."
    )
    requires_system_checks = []  # they are its first examination

    def handle(self, **options: Any) -> None:
        wrong = 0
        away = False  # the database
        for subject, (examine, asks_database) in EXAMINATIONS.items():
            if away and asks_database:
                self.say("–", subject, "not asked, for the database is away")
                continue
            try:
                self.say(self.style.SUCCESS("OK"), subject, examine())
            except (Trouble, DatabaseError) as error:
                wrong += 1
                away = away or subject == "database"
                self.say(self.style.ERROR("WRONG"), subject, first_line(error))
        if wrong:
            raise CommandError(f"{wrong} of {len(EXAMINATIONS)} {'is' if wrong == 1 else 'are'} wrong.")

    def say(self, state: str, subject: str, finding: str) -> None:
        self.stdout.write(f"{state:<5}  {subject}: {finding}")
        self.stdout.flush()
