"""Which addresses may be asked.

Whoever edits the roadmap may type any address, and any page may redirect to any other. Neither must make this
server talk to machines of its own network: so a name is looked up once, every address that it has must be one of
the public internet, and the connection is made to just the address that was looked at, never to the name again.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread

from django.conf import settings

from stages.links.results import LinkError, Problem

type Resolver = Callable[[str, int, float], list[str]]  # the addresses of a host, for a port, within so many seconds

PORTS = {"http": 80, "https": 443}
# All that is public in IPv6. Outside of it are mapped and compatible IPv4 addresses, link-local and unique local ones.
PUBLIC_IPV6 = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")  # the public IPv4 addresses, as seen from a network that has only IPv6
NEVER_ASKED = [
    ip_network(network)
    for network in (
        "2001::/32",  # Teredo and
        "2002::/16",  # 6to4, tunnels that carry an IPv4 address and end wherever it is, and
        "192.88.99.0/24",  # the way into them
        "3fff::/20",  # examples in books
        "168.63.129.16/32",  # what a machine at Azure asks about itself
    )
]


def is_public(address: str) -> bool:
    """Whether this IP address belongs to the public internet and to nothing else."""
    ip = ip_address(address)
    if ip.version == 6:
        if ip in NAT64:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip not in PUBLIC_IPV6:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NEVER_ASKED)


def is_allowed(address: str, port: int) -> bool:
    """Public addresses on the usual ports; any port within the networks that the settings name."""
    ip = ip_address(address)
    if any(ip in ip_network(network) for network in settings.LINK_NETWORKS):
        return True
    return port in PORTS.values() and is_public(address)


def allowed_addresses(host: str, port: int, resolver: Resolver, seconds: float) -> list[str]:
    """The addresses of ``host``, best first. Raises LinkError unless every one of them may be asked."""
    addresses = list(dict.fromkeys(resolver(host, port, seconds)))
    if not all(is_allowed(address, port) for address in addresses):
        raise LinkError(Problem.ADDRESS)
    return addresses


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The IP addresses of ``host``. A resolver has no time limit of its own, so it works in a thread beside us."""
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def resolve() -> None:
        try:
            answers.put([str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=resolve, daemon=True).start()
    try:
        result = answers.get(timeout=max(seconds, 0))
    except Empty:
        raise LinkError(Problem.TIMEOUT) from None
    if isinstance(result, Exception):
        again = getattr(result, "errno", None) == socket.EAI_AGAIN
        raise LinkError(Problem.NAME, temporary=again) from result
    return result
