"""Devices: what a browser says that it is, in words a person knows it by; and to which accounts it is known.

A device is known by a signed cookie that it gets when somebody signs in there. It says for which accounts, and opens
none of them.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _

SALT = "accounts.device"
ACCOUNTS_OF_DEVICE = 5  # that it is known to
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


@dataclass(frozen=True)
class Device:
    """A browser, by the cookie that it sends: a random name, and who has signed in there, the latest first."""

    name: str
    accounts: tuple[str, ...] = ()

    def is_known_to(self, user_pk: int) -> bool:
        return account_hash(user_pk) in self.accounts

    def known_to(self, user_pk: int) -> "Device":
        mine = account_hash(user_pk)
        others = [account for account in self.accounts if account != mine]
        return Device(self.name, (mine, *others)[:ACCOUNTS_OF_DEVICE])


def account_hash(user_pk: int) -> str:
    """What stands for an account in a cookie that anyone at the device can read."""
    return salted_hmac(SALT, str(user_pk), algorithm="sha256").hexdigest()[:20]


def device_of(request: HttpRequest) -> Device:
    """The device that asks; a new one where the cookie is missing, or none of ours."""
    try:
        name, *accounts = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT)
    except (signing.BadSignature, ValueError):
        return Device(get_random_string(22))
    return Device(name, tuple(accounts))


def remember_device(response: HttpResponse, device: Device) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([device.name, *device.accounts], salt=SALT),
        max_age=timedelta(days=365),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
