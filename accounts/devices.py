"""What a browser says that it is, in words a person knows their device by."""

import re

from django.utils.translation import gettext as _

# Names that are the same in every language. The first that fits counts: each browser also claims to be older ones.
BROWSERS = {
    "Edge": r"Edg(?:e|A|iOS)?/",
    "Opera": r"OPR/",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"(?:Firefox|FxiOS)/",
    "Chrome": r"(?:Chrome|CriOS|Chromium)/",
    "Safari": r"Safari/",
    "curl": r"^curl/",
}
SYSTEMS = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "macOS": r"Mac OS X|Macintosh",
    "Linux": r"Linux|X11",
}


def describe(user_agent: str) -> str:
    """A User-Agent header as “Firefox on Windows”; what is not known of it is left out."""
    browser, system = first_match(BROWSERS, user_agent), first_match(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A device that does not say what it is")


def first_match(names: dict[str, str], user_agent: str) -> str:
    return next((name for name, pattern in names.items() if re.search(pattern, user_agent)), "")
