"""Passwords that somebody who knows this site would guess first."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

SHORTEST = 8  # as Django's MinimumLengthValidator has it
AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class GuessablePasswordValidator(CommonPasswordValidator):
    """Refuses a common password, also with signs around it, and one that is none without the words of the site.

    “Dragon2024!” is “dragon”, and “Roadmap123” is “123”. Django's list has 20,000 common passwords.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        password = password.casefold()
        if is_common(password, self.passwords):
            raise ValidationError(_("This is a common password with signs around it."), code="password_too_common")
        rest = re.sub("|".join(sorted(map(re.escape, self.words()), key=len, reverse=True)), "", password)
        if rest != password and (len(rest) < SHORTEST or is_common(rest, self.passwords)):
            message = _("This is little more than a word of this site. Add some that others would not think of.")
            raise ValidationError(message, code="password_of_site")

    def words(self) -> set[str]:
        """The words of the site, in small letters: those of its address, and what a roadmap is called."""
        return {"roadmap"} | words_in(urlsplit(settings.SITE_URL).hostname or "")

    def get_help_text(self) -> str:
        return _("Your password can’t be a word of this site, or a common password, with signs around it.")


def words_in(text: str) -> set[str]:
    """Its words of four letters and more."""
    return {word for word in re.split(r"[\W\d_]+", text) if len(word) > 3}


def is_common(password: str, common: set[str]) -> bool:
    """Whether it is in a list of common passwords, or is mostly one that is."""
    core = AROUND.sub("", password)
    return password in common or (core in common and len(core) > 3 and 2 * len(core) >= len(password))
