"""Every environment variable: what a right value is, its default, and what it is for.

The table in roadmap_site/README.md shows these declarations.
"""

import re
from collections.abc import Callable
from functools import partial
from ipaddress import ip_network
from typing import Any, NamedTuple

from roadmap_site.environment.parsers import (
    address,
    address_with_key,
    cache_server,
    choice,
    database,
    host,
    items,
    number,
    proxies,
    replica,
    sender,
    switch,
)

PRODUCTION, LAPTOP = "production", "laptop"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Variable(NamedTuple):
    name: str
    parse: Callable[[str], Any]
    right: str  # what a right value is: "MAIL_PORT must be …"
    purpose: str
    default: str = ""  # as one would write it; without one the value is empty
    empty: Callable[[], Any] = str
    required: bool = False  # in production
    secret: bool = False  # is never shown

    def value(self, text: str) -> Any:
        text = text.strip() or self.default
        return self.parse(text) if text else self.empty()

    def complaint(self, text: str) -> str:
        # An address may have a password before its host.
        shown = re.sub("//[^/]*@", "//…@", " ".join(text.split()))[:80]
        return f"{self.name} must be {plain(self.right)}{'' if self.secret else f': “{shown}” is not'}."


SWITCH = "`1`, `true`, `yes` or `on`, or else `0`, `false`, `no` or `off`"
VARIABLES = (
    Variable(
        "WAYMARK_ENV",
        partial(choice, among=(PRODUCTION, LAPTOP)),
        "`production` or `laptop`",
        "says which of the two this is. Where it does not, a site with `SECRET_KEY` is in production",
    ),
    Variable(
        "SECRET_KEY",
        str,
        "a secret of at least 50 random characters",
        "signs cookies and links",
        required=True,
        secret=True,
    ),
    Variable(
        "SECRET_KEY_FALLBACKS",
        items,
        "earlier keys, separated by commas",
        "are still accepted while you change the key",
        empty=list,
        secret=True,
    ),
    Variable(
        "ALLOWED_HOSTS",
        partial(items, check=lambda name: host(name.removeprefix("."))),
        "host names such as `waymark.example.org`, separated by commas, without scheme, port and path",
        "the names of the site; one that begins with a dot allows its subdomains as well",
        empty=list,
        required=True,
    ),
    Variable(
        "DATABASE_URL",
        database,
        "`postgres://user:password@host/name` or `sqlite:////path/to/file`",
        "the database; a laptop has `db.sqlite3`",
        required=True,
        secret=True,
    ),
    Variable(
        "BEHIND_POOLER",
        switch,
        SWITCH,
        "whether a pooler such as pgbouncer stands before the databases and lends a connection for a transaction",
        default="0",
    ),
    Variable(
        "REPLICA_URL",
        replica,
        "`postgres://user:password@host/name`",
        "a replica of the database, from which visitors who bring no cookie read the content",
        empty=dict,
        secret=True,
    ),
    Variable(
        "CACHE_URL",
        cache_server,
        "`redis://host:6379/0`, or `rediss://` for TLS",
        "a Valkey or Redis for all machines, which counts limits in the place of a table of the database",
        secret=True,
    ),
    Variable(
        "FIXTURES_DIR",
        str,
        "a folder",
        "where the files of the roadmap are, for [another one than ours](../fixtures/README.md#another-roadmap)",
        default="fixtures",
    ),
    Variable(
        "BACKUP_DIR",
        str,
        "a folder",
        "where `backup` puts its files, and where `doctor` looks how old the newest is",
    ),
    Variable(
        "STATIC_ARCHIVE",
        str,
        "a folder",
        "keeps the static files of earlier releases for 30 days, for the pages of theirs that are still open or kept",
    ),
    Variable(
        "BEHIND_PROXY",
        proxies,
        "the number of proxies, `0` to `9`",
        "believes the `X-Forwarded-Proto` of the proxy, and of `X-Forwarded-For` what so many proxies have added; "
        "only where every request comes through them",
        default="0",
    ),
    Variable(
        "HSTS_SECONDS",
        partial(number, at_least=0, at_most=2**31),
        "a number of seconds",
        "for so long browsers ask this host by TLS only; try a new site with `3600`, and `HSTS_PRELOAD=0`",
        default="31536000",
    ),
    Variable(
        "HSTS_SUBDOMAINS",
        switch,
        SWITCH,
        "whether that holds for all subdomains, too",
        default="1",
    ),
    Variable(
        "HSTS_PRELOAD",
        switch,
        SWITCH,
        "whether browsers may have the host in the list that they come with",
        default="1",
    ),
    Variable("MAIL_HOST", host, "the name of an SMTP server", "sends the mail", default="localhost"),
    Variable(
        "MAIL_PORT",
        partial(number, at_least=1, at_most=65535),
        "a port, `1` to `65535`",
        "where it listens",
        default="587",
    ),
    Variable("MAIL_USER", str, "a name", "how to log in to it"),
    Variable("MAIL_PASSWORD", str, "a password", "how to log in to it", secret=True),
    Variable("MAIL_TLS", switch, SWITCH, "whether mail is sent with STARTTLS", default="1"),
    Variable(
        "MAIL_FROM",
        sender,
        "an address such as `Waymark <waymark@example.org>`",
        "the sender of the site's mail",
        default="Waymark <waymark@localhost>",
    ),
    Variable(
        "QUEUE_WORKER",
        switch,
        SWITCH,
        "whether [a worker](#the-worker) sends mail beside the site; otherwise pages wait for the mail server",
        default="0",
    ),
    Variable(
        "SITE_URL",
        address,
        "an address such as `https://waymark.example.org`",
        "what links in mail begin with; otherwise `https://` and the first of `ALLOWED_HOSTS`",
    ),
    Variable(
        "OIDC_SERVER",
        address,
        "an address such as `https://login.example.org/realms/school`",
        "an OpenID Connect provider with which people may sign in and up; only one that verifies the addresses it "
        "tells. It must allow `/accounts/oidc/oidc/login/callback/` of the site",
    ),
    Variable(
        "OIDC_NAME",
        str,
        "a name",
        "what the provider is called on the page",
        default="OpenID Connect",
    ),
    Variable("OIDC_CLIENT_ID", str, "a name", "as whom this site is known to the provider"),
    Variable("OIDC_CLIENT_SECRET", str, "a secret", "how this site logs in to the provider", secret=True),
    Variable(
        "ANYONE_MAY_TEACH",
        switch,
        SWITCH,
        "whether everyone with a verified email address makes cohorts, not only the group “Instructors”",
        default="0",
    ),
    Variable(
        "LINK_NETWORKS",
        partial(items, check=ip_network),
        "networks such as `10.0.0.0/8`, separated by commas",
        "may be asked by `check_links` besides the public internet, on any port, for links into an intranet",
        empty=list,
    ),
    Variable(
        "STAFF_SECOND_FACTOR",
        switch,
        SWITCH,
        "whether staff is asked for a second factor on a laptop, too; in production it always is",
        default="0",
    ),
    Variable(
        "LOG_LEVEL",
        partial(choice, among=LEVELS),
        f"`{'`, `'.join(LEVELS[:-1])}` or `{LEVELS[-1]}`",
        "from where on something is written to the log",
        default="WARNING",
    ),
    Variable(
        "LOG_FORMAT",
        partial(choice, among=("line", "json")),
        "`line` or `json`",
        "how: a line of text, or one of JSON",
        default="line",
    ),
    Variable(
        "METRICS_TOKEN",
        str,
        "a secret",
        "lets Prometheus read `/metrics`, as a bearer token; without it there is no such page",
        secret=True,
    ),
    Variable(
        "SENTRY_DSN",
        address_with_key,
        "an address such as `https://key@errors.example.org/1`",
        "where failures are reported, in Sentry's protocol; a report says what failed, and nothing of who met it",
        secret=True,
    ),
    Variable(
        "PORT",
        partial(number, at_least=1, at_most=65535),
        "a port, `1` to `65535`",
        "where `.image/serve` listens",
        default="8000",
    ),
    Variable(
        "WEB_CONCURRENCY",
        partial(number, at_least=1, at_most=256),
        "a number from `1` to `256`",
        "how many workers `.image/serve` starts",
        default="2",
    ),
)


def plain(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("`", "")
