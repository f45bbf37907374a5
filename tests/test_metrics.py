"""`/metrics`: what Prometheus reads, added up over all workers, also of those that are gone."""

import http.client
import re
import subprocess
import sys
from contextlib import closing

import psutil
import pytest

from roadmap_site.management.local_site import HEADERS, free_port, served
from roadmap_site.metrics import claim_place
from tests.conftest import databases_of

TOKEN = "t" * 40


def test_without_a_token_there_is_no_such_page(db, client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer x", TOKEN[:-1], f"Bearer {TOKEN}ü"])
def test_it_is_for_whoever_has_the_token(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": given} if given is not None else {})
    assert (response.status_code, response.text) == (401, "")


def test_a_worker_takes_the_first_place_that_nobody_has(tmp_path):
    assert [claim_place(tmp_path) for _ in range(3)] == [0, 1, 2]
    code = "from roadmap_site.metrics import claim_place, Path; import sys; print(claim_place(Path(sys.argv[1])))"
    other = [sys.executable, "-c", code, str(tmp_path)]
    assert [subprocess.check_output(other, text=True) for _ in range(2)] == ["3\n", "3\n"]


def ask(port, path, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers=HEADERS | headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def counted(port, route):
    status, text = ask(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    name = re.escape(f'waymark_request_seconds_count{{method="GET",route="{route}",status="')
    return {found[0]: float(found[1]) for found in re.findall(rf'{name}(\d+)"}} ([\d.]+)', text)}


@pytest.mark.django_db(transaction=True)
def test_all_workers_are_added_up_and_nothing_is_lost_with_one(request, content, tmp_path):
    databases, port = databases_of(request.config), free_port()
    url = databases.server.url(databases.name(databases.current))
    with served(url, port, METRICS_TOKEN=TOKEN, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as server:
        for number in range(1, 4):
            for _ in range(10):
                assert ask(port, "/livez")[0] == 200
            assert counted(port, "/livez") == {"200": number * 10}
            for worker in psutil.Process(server.pid).children():
                worker.kill()
        ask(port, "/topics/a-secret/")
        assert set(counted(port, "/topics/<slug:slug>/")) <= {"404", "500"}
        assert "a-secret" not in ask(port, "/metrics", Authorization=f"Bearer {TOKEN}")[1]
        assert len(list(tmp_path.glob("histogram_*.db"))) <= 4
