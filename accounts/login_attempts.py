"""How often a password may be tried. Only wrong ones count.

Guesses are counted by account and place: a device that the account knows, else a network address. So whoever guesses
from elsewhere keeps nobody out of their own account: not on a device that they have used before, and not after they
have set a new password by mail, which makes a device a known one.
"""

from hashlib import sha256

from allauth.account.adapter import get_adapter
from allauth.account.utils import filter_users_by_email
from django.http import HttpRequest

from accounts.devices import device_of
from accounts.rate_limits import HOUR, RateLimit, network_of, release

OF_ACCOUNT_AND_PLACE = RateLimit("wrong-password", 5, 5 * 60)
OF_ADDRESS = RateLimit("wrong-password-address", 10, 60)  # whatever the account
OF_ACCOUNT = RateLimit("wrong-password-account", 50, HOUR)  # from all places that it does not know


def take(request: HttpRequest, email: str) -> list[str] | None:
    """Take what one try costs; None when there were too many.

    Whoever calls it gives that back with release() if the password is right.
    """
    taken: list[str] = []
    for limit, key in limits(request, email):
        slot = limit.take(limit.free_slots(key))
        if slot is None:
            release(*taken)
            return None
        taken.append(slot)
    return taken


def limits(request: HttpRequest, email: str) -> list[tuple[RateLimit, str]]:
    """What a try counts against."""
    users = filter_users_by_email(email)
    account = sha256((str(users[0].pk) if users else email.lower()).encode()).hexdigest()
    device, network = device_of(request), str(network_of(get_adapter().get_client_ip(request)))
    if users and device.is_known_to(users[0].pk):
        return [(OF_ACCOUNT_AND_PLACE, f"{account}-{device.name}")]
    return [(OF_ACCOUNT_AND_PLACE, f"{account}-{network}"), (OF_ADDRESS, network), (OF_ACCOUNT, account)]


def forgive(request: HttpRequest, email: str) -> None:
    """Forget the wrong passwords of an account whose owner has shown that they can read its mail."""
    for limit, key in limits(request, email):
        release(*limit.slots(key))
