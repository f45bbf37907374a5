import socket
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from stages.content import current_site_settings

PASSWORD = "follow-the-trail"  # noqa: S105 - of the demo accounts, which exist on laptops only
PEOPLE = {"learner": "Lena Learner", "instructor": "Ines Instructor", "maintainer": "Mats Maintainer"}
GROUPS = {"instructor": "Instructors", "maintainer": "Maintainers"}


class Command(BaseCommand):
    help = "Make the database, load the roadmap, create three demo accounts, and serve on this laptop."
    # They would open the database before it is known whether there is a port to serve on; runserver makes them.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="serve on this port (8000)")
        parser.add_argument("--no-server", action="store_true", help="make everything ready, and do not serve")

    def handle(self, *, port: int, no_server: bool, verbosity: int, **options: Any) -> None:
        if not settings.LAPTOP:
            raise CommandError("quickstart makes demo accounts, so it refuses to run where SECRET_KEY is set.")
        if not no_server:
            check_port(port)
        self.step("Making the database")
        make_database()
        self.step("Loading the roadmap")
        call_command("load_roadmap", verbosity=verbosity, stdout=self.stdout)
        self.step("Creating the demo accounts")
        for name in PEOPLE:
            make_person(name)
        call_command("demo_cohort", verbosity=verbosity, stdout=self.stdout)
        self.step("Building what exercises run code with in a browser")
        self.build_practice()
        self.stdout.write(self.welcome(port))
        if not no_server:
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)

    def build_practice(self) -> None:
        """The one step that needs the network; without it all but running exercises works."""
        try:
            call_command("build_practice", stdout=self.stdout)
        except (CommandError, OSError) as error:
            self.stdout.write(f"{error}\nAll else works without it. `uv run manage.py build_practice` tries again.")

    def step(self, what: str) -> None:
        self.stdout.write(f"{self.style.MIGRATE_HEADING('→')} {what} …")
        self.stdout.flush()

    def welcome(self, port: int) -> str:
        accounts = "\n".join(f"    {name}@example.com" for name in PEOPLE)
        return (
            f"\n{self.style.SUCCESS(f'{current_site_settings().name} is ready:')} http://127.0.0.1:{port}/\n\n"
            f"  Tick a few topics first; sign in later, and they come along.\n"
            f"  Sign in at http://127.0.0.1:{port}/accounts/login/ as\n{accounts}\n"
            f"    with the password {PASSWORD}\n"
            f"  The maintainer edits the roadmap at http://127.0.0.1:{port}/admin/\n"
            f"  Mail that the site sends is printed here.\n"
        )


def check_port(port: int) -> None:
    """Raise CommandError when the port cannot be had: before the work, not after it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} cannot be used ({getattr(error, 'strerror', None) or error}). "
                f"Choose another, such as --port {8001 if port == 8000 else 8000}."
            ) from error


def make_database() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        name = connection.settings_dict["NAME"]
        raise CommandError(
            f"The database {name} cannot be made ready: {error}. Nothing in it was changed by this step; "
            f"move the file away to start afresh."
        ) from error


@transaction.atomic
def make_person(name: str) -> None:
    """A demo account, if it is not there yet; one that is stays as its owner left it."""
    email = f"{name}@example.com"
    if User.objects.filter(email=email).exists():
        return
    user = User.objects.create(email=email, password=password_hash(), name=PEOPLE[name], is_staff=name == "maintainer")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if name in GROUPS:
        user.groups.set(Group.objects.filter(name=GROUPS[name]))


@cache
def password_hash() -> str:
    """Of PASSWORD. It takes half a second on purpose, so the demo accounts share one."""
    return make_password(PASSWORD)
