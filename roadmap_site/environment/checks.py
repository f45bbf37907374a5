import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, register
from django.http.request import validate_host

from roadmap_site.environment.reader import read

YEAR = 60 * 60 * 24 * 365


@register
def check_environment(**kwargs: Any) -> list[CheckMessage]:
    return [Error(text, id="waymark.E001") for text in contradictions(read(os.environ))]


def contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    """What is right by itself and cannot be meant together with the rest."""
    if values["OIDC_SERVER"]:
        for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
            if not values[name]:
                yield f"{name} is missing, without which nobody can sign in by OIDC_SERVER."
    for one, other in (("MAIL_USER", "MAIL_PASSWORD"), ("MAIL_PASSWORD", "MAIL_USER")):
        if values[one] and not values[other]:
            yield f"{other} is missing: with {one} alone nobody logs in to the mail server."
    if values["HSTS_PRELOAD"] and (values["HSTS_SECONDS"] < YEAR or not values["HSTS_SUBDOMAINS"]):
        yield "HSTS_PRELOAD must be 0 where HSTS_SECONDS is less than a year (31536000) or HSTS_SUBDOMAINS is 0."
    database = values["DATABASE_URL"]
    if values["REPLICA_URL"] and not (database and database["ENGINE"].endswith("postgresql")):
        yield "REPLICA_URL must be empty where DATABASE_URL is no PostgreSQL."
    name = urlsplit(values["SITE_URL"]).hostname
    if name and values["ALLOWED_HOSTS"] and not validate_host(name, values["ALLOWED_HOSTS"]):
        yield f"SITE_URL must be at one of ALLOWED_HOSTS: {name} is not, so links in mail would be refused."
