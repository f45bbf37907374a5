"""What values may be: each function takes the text of a variable and returns the value, or raises ValueError."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_ipv6_address

ON, OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
HOST_NAME = re.compile(rf"{LABEL}(\.{LABEL})*", re.IGNORECASE)


def switch(text: str) -> bool:
    if text.lower() not in ON | OFF:
        raise ValueError
    return text.lower() in ON


def number(text: str, at_least: int, at_most: int) -> int:
    if not text.isdecimal() or not at_least <= int(text) <= at_most:
        raise ValueError
    return int(text)


def proxies(text: str) -> int:
    """How many there are; a switch that is on means one."""
    return number(text, 0, 9) if text.isdecimal() else int(switch(text))


def choice(text: str, among: tuple[str, ...]) -> str:
    """One of these, which may be written in any case."""
    return among[[one.lower() for one in among].index(text.lower())]


def items(text: str, check: Callable[[str], object] = str) -> list[str]:
    found = [item.strip() for item in text.split(",") if item.strip()]
    for item in found:
        check(item)
    return found


def host(text: str) -> str:
    """A name, an IPv4 address, or an IPv6 address in brackets."""
    if text.startswith("[") and text.endswith("]"):
        valid(validate_ipv6_address, text[1:-1])
    elif not HOST_NAME.fullmatch(text):
        raise ValueError
    return text


def address_with_key(text: str) -> str:
    """Where error reports go, ``https://key@host/project``."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.username or not parts.path.strip("/"):
        raise ValueError
    host(parts.hostname or "")
    return text


def address(text: str) -> str:
    """Of a site, without a slash at its end."""
    parts = urlsplit(text)
    name, port = parts.hostname or "", parts.port  # of a port that is none, ValueError
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment or port == 0:
        raise ValueError
    host(f"[{name}]" if ":" in name else name)
    return text.rstrip("/")


def sender(text: str) -> str:
    valid(validate_email, parseaddr(text)[1])
    return text


def database(text: str) -> dict[str, Any]:
    """The database as Django's setting DATABASES has it."""
    if urlsplit(text).scheme not in ("postgres", "postgresql", "sqlite"):
        raise ValueError
    parsed: dict[str, Any] = dict(dj_database_url.parse(text))
    if not parsed["NAME"]:
        raise ValueError
    return parsed


def replica(text: str) -> dict[str, Any]:
    """As database(), of a server that can have replicas."""
    if urlsplit(text).scheme == "sqlite":
        raise ValueError
    return database(text)


def cache_server(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


def valid(validator: Callable[[str], None], text: str) -> None:
    try:
        validator(text)
    except ValidationError as error:
        raise ValueError from error
