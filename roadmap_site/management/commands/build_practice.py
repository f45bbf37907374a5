from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from roadmap_site.management.practice_bundle.build import build
from roadmap_site.management.practice_bundle.node import NodeError


class Command(BaseCommand):
    help = (
        "Build what the page of an exercise runs code with in a browser, from packages of npm and PyPI. "
        "Again it changes nothing, unless something that goes into it has changed."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compress", action="store_true", help="compress the files as well, for production")

    def handle(self, *, compress: bool, **options: Any) -> None:
        try:
            built = build(settings.PRACTICE_BUNDLE, compress=compress, say=self.say)
        except NodeError as error:
            raise CommandError(f"The bundle for practice was not built: {error}") from error
        self.stdout.write("The bundle for practice is built." if built else "The bundle for practice is up to date.")

    def say(self, what: str) -> None:
        self.stdout.write(f"  {what} …")
        self.stdout.flush()
