"""While somebody waits for what links answer, others go on editing."""

from dataclasses import replace
from threading import Thread
from time import monotonic, sleep

import pytest
from django.db import connection

from progress.maintenance import admin_link_checks
from stages.models import LinkCheck, Resource
from tests.stages.links.conftest import QUICK
from tests.stages.revisions.test_recorder import filled_in


@pytest.mark.django_db(transaction=True)
def test_an_edit_is_saved_while_links_are_asked(content, allowed, server, make_fetcher, as_maintainer, monkeypatch):
    slow = replace(QUICK, read=9, response=9, overall=9, retries=0)
    monkeypatch.setattr(admin_link_checks, "Fetcher", lambda timeouts: make_fetcher(timeouts=slow))
    link = Resource.objects.create(url=f"http://one.test:{server.port}/never", title="Slow", publisher="E")
    path = f"/admin/stages/resource/{content.resource.pk}/change/"
    data = filled_in(as_maintainer.get(path)) | {"title": "Reading charts"}
    pages = []

    def check():
        chosen = {"action": "check_now", "_selected_action": [link.pk]}
        pages.append(as_maintainer.post("/admin/stages/resource/", chosen, follow=True).text)
        connection.close()

    thread = Thread(target=check)
    thread.start()
    give_up = monotonic() + 5
    while not server.asked() and monotonic() < give_up:
        sleep(0.01)
    assert as_maintainer.post(path, data).status_code == 302
    assert pages == []  # it still waits for the answer
    server.over.set()
    thread.join()
    assert Resource.objects.filter(title="Reading charts").exists()
    assert LinkCheck.objects.get(resource=link).outcome == "failed"
    assert "its answer made no sense" in pages[0]
