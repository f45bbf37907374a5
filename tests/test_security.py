"""Headers on every page, and what production demands."""

import gzip
import os
import subprocess
import sys

import brotli
import pytest
from django.conf import settings

PRODUCTION = {
    "SECRET_KEY": "a-long-secret-for-this-test-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "waymark.example.org",
    "DATABASE_URL": "postgres://user:password@localhost/waymark",
}


def manage(*arguments, timeout=60, **environment):
    """Run manage.py in a process of its own with exactly this environment."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=keep | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.parametrize(
    "path",
    [
        *["/", "/topics/maps/", "/me/", "/search/?q=maps", "/accounts/login/", "/accounts/2fa/", "/nowhere"],
        *["/admin/", "/admin/stages/topic/", "/admin/stages/topic/add/", "/healthz"],
    ],
)
def test_every_page_carries_the_strict_policy(content, as_maintainer, path):
    headers = as_maintainer.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-" not in policy
    for directive in ("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert directive in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_deployment_check_is_silent():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize("missing", ["ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_says_what_is_missing(missing):
    result = manage("check", **{name: value for name, value in PRODUCTION.items() if name != missing})
    assert result.returncode != 0
    assert result.stderr.startswith(f"{missing} is missing: production needs")


def test_the_toolbar_is_there_on_a_laptop_and_absent_in_production():
    ask = "from django.conf import settings; print('debug_toolbar' in settings.INSTALLED_APPS, settings.DEBUG)"
    assert manage("shell", "--no-imports", "-c", ask).stdout == "True True\n"
    assert manage("shell", "--no-imports", "-c", ask, **PRODUCTION).stdout == "False False\n"


def test_quickstart_refuses_to_run_in_production():
    result = manage("quickstart", "--no-server", **PRODUCTION)
    assert result.returncode == 1
    assert "refuses to run where SECRET_KEY is set" in result.stderr
    assert "Traceback" not in result.stderr


def test_cookies_are_careful_in_production():
    ask = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS, "
        "getattr(s, 'SECURE_PROXY_SSL_HEADER', None))"
    )
    assert manage("shell", "--no-imports", "-c", ask, **PRODUCTION).stdout == "True True True 31536000 None\n"


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5", "br"),
        ("br", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("", None),
        ("abra", None),
    ],
)
def test_pages_are_compressed_as_the_browser_likes(content, client, accepts, coding):
    response = client.get("/", headers={"Accept-Encoding": accepts})
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.headers["Vary"]
    body = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](response.content)
    assert b"The way to the goal" in body
    assert int(response.headers["Content-Length"]) == len(response.content)
