"""Everything that staff does in the admin is in its log, and in the log of the server."""

import logging

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from progress.models import Report
from tests.conftest import client_of
from tests.stages.revisions.test_recorder import save


@pytest.fixture
def boss(maintainer):
    maintainer.is_superuser = True
    maintainer.save()
    return maintainer


@pytest.fixture
def reports(content):
    return [Report.objects.create(topic=content.topics["maps"], text=text) for text in ("One.", "Two.")]


def handle(client, reports, **more):
    data = {"action": "mark_as_handled", "_selected_action": [report.pk for report in reports], "index": 0}
    return client.post("/admin/progress/report/", data | more)


def test_an_action_is_logged_for_each_thing(boss, reports):
    client = client_of(boss)
    handle(client, reports)
    entries = LogEntry.objects.all()
    assert {(entry.user, entry.object_id, entry.change_message) for entry in entries} == {
        (boss, str(report.pk), "Mark as handled") for report in reports
    }
    assert "Mark as handled" in client.get(f"/admin/progress/report/{reports[0].pk}/history/").text


def test_an_action_on_all_is_logged_for_all(boss, reports):
    handle(client_of(boss), reports[:1], select_across="1")
    assert LogEntry.objects.count() == 2


def test_a_question_is_not_logged_and_its_answer_is_once(content, boss):
    client = client_of(boss)
    data = {"action": "delete_selected", "_selected_action": [content.topics["snacks"].pk]}
    assert client.post("/admin/stages/topic/", data).status_code == 200  # it asks
    assert not LogEntry.objects.exists()
    client.post("/admin/stages/topic/", data | {"post": "yes"})
    assert LogEntry.objects.get().is_deletion()


def test_a_form_is_logged_once_and_with_mistakes_not_at_all(content, boss):
    client = client_of(boss)
    client.post(f"/admin/stages/stage/{content.first.pk}/change/", {"title": ""})
    assert not LogEntry.objects.exists()
    save(client, content.first, title="Steps")
    assert LogEntry.objects.get().get_change_message() == "Changed Title."


def request_of(user, method, **data):
    request = getattr(RequestFactory(), method)("/admin/stages/topic/", data)
    request.user, request.resolver_match = user, resolve("/admin/stages/topic/")
    request._dont_enforce_csrf_checks = True
    return request


def test_a_download_is_logged(content, boss):
    def download(request):
        return HttpResponse("…", headers={"Content-Disposition": 'attachment; filename="roadmap.zip"'})

    admin.site.admin_view(download)(request_of(boss, "get"))
    assert LogEntry.objects.get().change_message == "Downloaded /admin/stages/topic/"
    admin.site.admin_view(lambda request: HttpResponse("…"))(request_of(boss, "get"))
    assert LogEntry.objects.count() == 1


def test_a_button_that_logs_nothing_is_logged(content, boss):
    admin.site.admin_view(lambda request: HttpResponse(status=204))(request_of(boss, "post"))
    assert LogEntry.objects.get().object_repr == "/admin/stages/topic/"


def test_a_preview_is_not_logged_and_takes_no_pictures(content, boss, django_assert_num_queries):
    def preview(request):
        return HttpResponse("<p>…</p>")

    admin.site.admin_view(preview)(request_of(boss, "post"))
    assert not LogEntry.objects.exists()
    preview.is_read_only = True
    with django_assert_num_queries(0):
        admin.site.admin_view(preview)(request_of(boss, "post"))


def test_the_server_says_who_did_what_by_number_only(content, boss, reports, caplog):
    with caplog.at_level(logging.INFO, "waymark.staff"):
        handle(client_of(boss), reports)
    assert caplog.messages == [f"user {boss.pk}: POST /admin/progress/report/ (Mark as handled): 302, 0 changed"]
    assert "mats" not in caplog.text.lower()


def test_the_server_says_what_was_refused(content, as_maintainer, maintainer, caplog):
    maintainer.user_permissions.clear()
    with caplog.at_level(logging.INFO, "waymark.staff"):
        as_maintainer.post(f"/admin/stages/stage/{content.first.pk}/change/", {"title": "X"})
    said = [record.getMessage() for record in caplog.records if record.name == "waymark.staff"]
    assert said == [f"user {maintainer.pk} was refused POST /admin/stages/stage/{content.first.pk}/change/"]


def test_the_log_is_there_to_be_read(content, boss):
    client = client_of(boss)
    save(client, content.first, title="Steps")
    page = client.get("/admin/admin/logentry/?q=Steps")
    assert page.context["cl"].result_count == 1
    assert "Changed Title." in page.text
