"""What a collector of error reports is sent, over the wire: what failed and where, and nothing of who met it."""

import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest

from tests.test_security import PRODUCTION, manage

# A page that fails, with what should stay here in its address, its query, its cookies, its form and its variables.
FAIL = """
import warnings; warnings.simplefilter("ignore")  # WhiteNoise misses the folder that collectstatic makes
from unittest.mock import patch
from django.test import Client
HIDDEN = "hid" + "den"  # the lines of the code are in the report
def away(*values):
    password = HIDDEN + "variable"
    raise ValueError("a mistake of ours")
client = Client(raise_request_exception=False, headers={"X-Request-ID": "id-of-the-request"})
client.cookies["c"] = HIDDEN + "cookie"
with patch("progress.cohorts.models.Invitation.objects.select_related", away):
    path = f"/cohorts/invitations/{HIDDEN}-token/?q={HIDDEN}-query"
    answer = client.post(path, {"text": HIDDEN + "form"}, secure=True, headers={"host": "waymark.example.org"})
assert answer.status_code == 500, answer.status_code
"""


@pytest.fixture
def collector():
    """Its address, and what it was sent, decompressed."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers["Content-Encoding"], bytes)
            received.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", received
    server.shutdown()
    server.server_close()


def test_a_report_says_what_failed_and_nothing_of_a_person(collector, tmp_path):
    dsn, received = collector
    environment = PRODUCTION | {"SENTRY_DSN": dsn, "BEHIND_PROXY": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/a"}
    done = manage("shell", "-c", FAIL, **environment)
    assert done.returncode == 0, done.stderr
    [report] = [part for part in "\n".join(received).splitlines() if "a mistake of ours" in part]
    event = json.loads(report)
    assert event["request"] == {"url": "/cohorts/invitations/{token}/"}
    assert event["tags"]["request_id"] == "id-of-the-request"
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert "views_answer.py" in report
    leak = re.search(".{80}hidden.{20}", "".join(received), re.DOTALL)
    assert leak is None


def test_without_a_collector_nothing_of_it_is_loaded():
    code = "import sys; assert not [name for name in sys.modules if name.startswith('sentry')]"
    assert manage("shell", "-c", code, **PRODUCTION).returncode == 0
