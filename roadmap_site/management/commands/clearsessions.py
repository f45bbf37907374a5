from typing import Any

from django.contrib.sessions.management.commands import clearsessions

from accounts.logins import forget_old
from accounts.sessions import end_idle


class Command(clearsessions.Command):
    """Django's own command, which also ends the sessions that nobody uses any more; see accounts/sessions.py."""

    help = "Clear out expired sessions, and end those in which nobody has been for a month. For cron, once a day."

    def handle(self, **options: Any) -> None:
        super().handle(**options)
        end_idle()
        forget_old()
