"""The variables of the environment: what each takes, what is said of a wrong one, and when it is production."""

import re
import subprocess
import sys

import pytest
from django.conf import settings

from roadmap_site.environment import VARIABLES, WrongVariables, read
from roadmap_site.environment.checks import contradictions
from tests.test_docs import PAGES, section
from tests.test_security import PRODUCTION, manage

BY_NAME = {variable.name: variable for variable in VARIABLES}
WRONG = {
    "WAYMARK_ENV": ["prod"],
    "ALLOWED_HOSTS": ["https://a.b/", "a.b:8000", "*", "a_b", "a.b/c", "good.org, -bad.org", "[::z]", "a b"],
    "DATABASE_URL": ["waymark", "mysql://u:p@h/n", "postgres://h", "postgres://u:p@h:port/n"],
    "BEHIND_POOLER": ["pgbouncer"],
    "REPLICA_URL": ["waymark", "sqlite:////path", "postgres://h"],
    "CACHE_URL": ["cache.example.org:6379", "memcached://hidden@h:11211", "redis://", "redis://h:port"],
    "BEHIND_PROXY": ["maybe", "-1", "10", "1.5"],
    "HSTS_SECONDS": ["a year", "-1", "1e3"],
    "HSTS_SUBDOMAINS": ["2"],
    "HSTS_PRELOAD": ["never"],
    "MAIL_HOST": ["smtp://mail.example.org", "mail.example.org:25"],
    "MAIL_PORT": ["smtp", "0", "65536"],
    "MAIL_TLS": ["ja", "2"],
    "MAIL_FROM": ["garbage", "Waymark <nobody>", "Waymark, the site <a@b.org>"],
    "SITE_URL": [
        "waymark.example.org",
        "ftp://a.b",
        "https://",
        "https://a.b:port",
        "https://a.b/?c=d",
        "https://a b",
    ],
    "OIDC_SERVER": ["login.example.org", "https://user:hidden@login.example.org"],
    "ANYONE_MAY_TEACH": ["everyone"],
    "QUEUE_WORKER": ["sometimes"],
    "LINK_NETWORKS": ["10.0.0.0/99", "10.0.0.1/8", "intranet"],
    "STAFF_SECOND_FACTOR": ["sure"],
    "LOG_LEVEL": ["loud", "15"],
    "LOG_FORMAT": ["xml"],
    "SENTRY_DSN": ["errors.example.org", "https://errors.example.org/hidden", "https://hidden@errors.example.org"],
    "PORT": ["http"],
    "WEB_CONCURRENCY": ["lots", "0"],
}
RIGHT = [
    ("MAIL_TLS", "true", True),
    ("MAIL_TLS", "On", True),
    ("MAIL_TLS", "no", False),
    ("MAIL_TLS", "", True),
    ("BEHIND_PROXY", "1", 1),
    ("BEHIND_PROXY", "yes", 1),
    ("BEHIND_PROXY", "2", 2),
    ("BEHIND_PROXY", "off", 0),
    ("LOG_LEVEL", "info", "INFO"),
    ("ALLOWED_HOSTS", ".waymark.example.org, localhost,[::1] ,127.0.0.1,", None),
    ("LINK_NETWORKS", "10.0.0.0/8, fd00::/8", ["10.0.0.0/8", "fd00::/8"]),
    ("MAIL_FROM", "learn@localhost", "learn@localhost"),
    ("SITE_URL", "https://waymark.example.org:8443/", "https://waymark.example.org:8443"),
    ("SITE_URL", "http://[::1]:8000", "http://[::1]:8000"),
    ("SECRET_KEY_FALLBACKS", "", []),
]
SIGNS = [
    {"DATABASE_URL": "postgres://user:password@host/name"},
    {"ALLOWED_HOSTS": "waymark.example.org"},
    {"BEHIND_PROXY": "1"},
    {"SERVER_SOFTWARE": "gunicorn/27.0.1"},
]


def complaints(**environ):
    with pytest.raises(WrongVariables) as caught:
        read(environ)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_it_names_a_wrong_variable_and_says_what_would_be_right(name, text):
    (line,) = complaints(**PRODUCTION | {name: text})
    assert line.startswith(f"{name} must be {BY_NAME[name].right.replace('`', '')[:20]}")
    assert "hidden" not in line


def test_whatever_is_not_any_text_can_be_wrong():
    free = {"SECRET_KEY", "SECRET_KEY_FALLBACKS", "METRICS_TOKEN", "MAIL_USER", "MAIL_PASSWORD", "STATIC_ARCHIVE"}
    free |= {"FIXTURES_DIR", "BACKUP_DIR", "OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"}
    assert set(WRONG) | free == set(BY_NAME)


@pytest.mark.parametrize(("name", "text", "value"), RIGHT)
def test_it_reads_what_is_meant(name, text, value):
    read_value = read({"WAYMARK_ENV": "laptop", name: text})[name]
    assert read_value == (value if value is not None else [".waymark.example.org", "localhost", "[::1]", "127.0.0.1"])


def test_an_empty_environment_is_a_laptop_with_every_default():
    values = read({})
    assert values["WAYMARK_ENV"] == "laptop"
    assert values == {**{name: variable.value(variable.default) for name, variable in BY_NAME.items()}} | {
        "WAYMARK_ENV": "laptop"
    }


def test_a_secret_key_is_production_and_may_say_so():
    assert read(PRODUCTION)["WAYMARK_ENV"] == "production"
    assert read(PRODUCTION | {"WAYMARK_ENV": "production"}) == read(PRODUCTION)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_of_production_is_refused_without_a_secret_key(sign):
    (line,) = complaints(**sign)
    assert line.startswith("SECRET_KEY is missing")
    assert "WAYMARK_ENV=laptop" in line
    assert read(sign | {"WAYMARK_ENV": "laptop"})["WAYMARK_ENV"] == "laptop"


def test_all_that_is_wrong_or_missing_is_said_at_once_and_nothing_secret():
    lines = complaints(
        WAYMARK_ENV="production", MAIL_PORT="smtp", DATABASE_URL="mysql://u:hidden@h/n", LOG_LEVEL="loud"
    )
    assert [line.split()[0] for line in lines] == [
        "DATABASE_URL", "MAIL_PORT", "LOG_LEVEL", "SECRET_KEY", "ALLOWED_HOSTS"
    ]  # fmt: skip
    assert "hidden" not in "".join(lines)


WRONG_TWICE = PRODUCTION | {"MAIL_PORT": "smtp", "LOG_LEVEL": "loud"}


@pytest.mark.parametrize("command", ["check", "migrate", "quickstart", "runserver"])
def test_a_command_says_a_line_for_each_and_ends_with_1(command):
    result = manage(command, **WRONG_TWICE)
    assert result.returncode == 1
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["MAIL_PORT", "LOG_LEVEL"]


@pytest.mark.parametrize("environment", [WRONG_TWICE, {}])
def test_gunicorn_says_it_without_a_traceback_and_does_not_try_again(environment):
    gunicorn = [sys.executable, "-m", "gunicorn", "roadmap_site.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"]
    result = subprocess.run(
        gunicorn, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 3
    assert "Traceback" not in result.stderr
    expected = ["MAIL_PORT must be", "LOG_LEVEL must be"] if environment else ["gunicorn runs it"]
    assert all(words in result.stderr for words in expected)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"OIDC_SERVER": "https://login.example.org"}, ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]),
        ({"MAIL_USER": "waymark"}, ["MAIL_PASSWORD"]),
        ({"MAIL_PASSWORD": "waymark"}, ["MAIL_USER"]),
        ({"HSTS_SECONDS": "3600"}, ["HSTS_PRELOAD"]),
        ({"HSTS_SUBDOMAINS": "0"}, ["HSTS_PRELOAD"]),
        ({"REPLICA_URL": "postgres://u:p@h/n", "DATABASE_URL": "sqlite:////path"}, ["REPLICA_URL"]),
        ({"SITE_URL": "https://elsewhere.example.org"}, ["SITE_URL"]),
        ({"SITE_URL": "https://waymark.example.org/learn", "HSTS_SECONDS": "0", "HSTS_PRELOAD": "0"}, []),
    ],
)
def test_it_finds_what_cannot_be_meant_together(environ, named):
    assert [text.split()[0] for text in contradictions(read(PRODUCTION | environ))] == named


def test_the_check_names_the_variable():
    result = manage("check", **PRODUCTION, MAIL_USER="waymark")
    assert result.returncode == 1
    assert "(waymark.E001) MAIL_PASSWORD is missing" in result.stderr


def test_hsts_and_the_number_of_proxies_can_be_set_and_the_deployment_check_is_silent():
    lower = PRODUCTION | {"HSTS_SECONDS": "0", "HSTS_SUBDOMAINS": "no", "HSTS_PRELOAD": "0", "BEHIND_PROXY": "2"}
    assert manage("check", "--deploy", "--fail-level", "WARNING", **lower).returncode == 0
    ask = (
        "from django.conf import settings as s; print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, "
        "s.SECURE_HSTS_PRELOAD, s.ALLAUTH_TRUSTED_PROXY_COUNT, s.SECURE_PROXY_SSL_HEADER[0])"
    )
    assert manage("shell", "--no-imports", "-c", ask, **lower).stdout == "0 False False 2 HTTP_X_FORWARDED_PROTO\n"


def row(variable):
    without = "needed in production" if variable.required else variable.default and f"`{variable.default}`"
    return f"| `{variable.name}` | {variable.right} | {without} | {variable.purpose} |".replace("|  |", "| |")


def test_the_table_of_the_page_is_what_is_declared():
    table = section(PAGES["roadmap_site/README.md"], "## Every variable")
    assert [line for line in table.splitlines() if line.startswith("| `")] == [row(variable) for variable in VARIABLES]


def test_the_containers_are_given_every_variable():
    given = set(re.findall(r"^    (\w+): ", (settings.BASE_DIR / "compose.yaml").read_text(), re.MULTILINE))
    # The image says the first two, the third is for laptops, the fourth is mounted where the image expects it, and
    # backups are made in the container of the database.
    inside = {"WAYMARK_ENV", "PORT", "STAFF_SECOND_FACTOR", "FIXTURES_DIR", "BACKUP_DIR"}
    assert set(BY_NAME) - given == inside
