"""Passwords that somebody who has seen the name of this site and its subject would guess first."""

from accounts import passwords
from stages.content import current_site_settings


class GuessablePasswordValidator(passwords.GuessablePasswordValidator):
    def words(self) -> set[str]:
        site = current_site_settings()
        return super().words() | passwords.words_in(f"{site.name} {site.subject}".casefold())
