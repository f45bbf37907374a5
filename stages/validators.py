import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Line breaks, tabs and other control characters, and the two line ends of Unicode.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(value: str) -> None:
    """For titles and what else is one line.

    ``accounts.validators`` has the same: neither of the two apps imports the other.
    """
    if CONTROL.search(value):
        raise ValidationError(_("This has to be one line, without line breaks or tabs."), code="one_line")
