"""Reports of problems: the form that anyone may send, and the queue in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from progress.annotations.views_reports import LIMIT
from progress.models import Report
from stages.models import Resource

PATH = "/topics/maps/report/"


def report(client, text="The scale is wrong.", **data):
    return client.post(PATH, {"kind": "wrong", "text": text, "resource": "", "website": "", **data})


@pytest.mark.parametrize("who", ["client", "as_learner"])
def test_anyone_reports_and_is_thanked(request, content, who, db):
    client = request.getfixturevalue(who)
    response = report(client)
    assert response.url == "/topics/maps/"
    assert "Thank you. A maintainer will look at it." in client.get(response.url).text
    made = Report.objects.get()
    assert (made.topic.slug, made.kind, made.text, made.handled_at) == ("maps", "wrong", "The scale is wrong.", None)
    assert (made.user is None) == (who == "client")


def test_a_link_is_chosen_beforehand(content, client):
    page = client.get(f"{PATH}?link={content.resource.pk}").text
    assert f'<option value="{content.resource.pk}" selected>Reading maps</option>' in page
    assert '<option value="link" selected>' in page
    assert f'href="{PATH}?link={content.resource.pk}"' in client.get("/topics/maps/").text


@pytest.mark.parametrize("link", ["", "x", "999999", "-1", "9" * 40, "²"])
def test_any_other_link_chooses_none(content, client, link):
    page = client.get(PATH, {"link": link})
    assert page.status_code == 200
    assert " selected>Reading maps" not in page.text


def test_a_dead_link_needs_no_words_but_the_link(content, client):
    assert report(client, "", kind="link").status_code == 400
    assert report(client, "", kind="link", resource=content.resource.pk).status_code == 302
    assert Report.objects.get().resource == content.resource


@pytest.mark.parametrize("data", [{"text": ""}, {"kind": "spam"}, {"text": "x" * 2001}])
def test_it_says_what_is_missing_and_keeps_the_text(content, client, data):
    response = report(client, **data)
    assert response.status_code == 400
    assert 'class="errorlist"' in response.text
    assert data.get("text", "The scale") in response.text
    assert not Report.objects.exists()


def test_only_links_of_the_topic_can_be_reported(content, client):
    other = Resource.objects.create(url="https://example.org/other/", title="Other", publisher="E")
    assert report(client, resource=other.pk).status_code == 400


def test_sent_twice_it_waits_once(content, as_learner):
    for _ in range(2):
        assert report(as_learner).status_code == 302
    assert Report.objects.count() == 1
    Report.objects.update(handled_at="2026-01-01T00:00Z")
    report(as_learner)  # it came back
    assert Report.objects.open().count() == 1


def test_what_fills_in_every_field_is_thanked_and_forgotten(content, client):
    assert report(client, website="https://spam.example/").status_code == 302
    assert not Report.objects.exists()


def test_a_flood_from_one_address_is_stopped_and_others_are_not(content, as_learner):
    visitors = [Client() for _ in range(LIMIT + 1)]
    answers = [report(client, f"Problem {number}.").status_code for number, client in enumerate(visitors)]
    assert answers == [302] * LIMIT + [429]
    page = report(visitors[0], "Keep these words.")
    assert "Keep these words." in page.text
    assert "a little later" in page.text
    assert report(Client(REMOTE_ADDR="10.0.0.9"), "From elsewhere.").status_code == 302
    assert report(as_learner).status_code == 302  # an account has a number of its own


def test_two_at_once_are_two(content, client, monkeypatch):
    """Also where both have counted before either has reported."""
    monkeypatch.setattr("django.core.cache.cache.get_many", lambda keys: {})
    answers = [report(client, f"Problem {number}.").status_code for number in range(LIMIT + 1)]
    assert answers == [302] * LIMIT + [429]


def test_a_draft_cannot_be_reported(content, client):
    content.topics["maps"].state = "draft"
    content.topics["maps"].save()
    assert client.get(PATH).status_code == report(client).status_code == 404


def test_a_report_outlives_the_account(content, as_learner, learner):
    report(as_learner)
    learner.delete()
    assert Report.objects.get().user is None


# --- The queue ---


@pytest.fixture
def queue(content, maintainer, as_maintainer, learner):
    maintainer.user_permissions.add(*Permission.objects.filter(codename__in=["view_report", "change_report"]))
    topic = content.topics["maps"]
    Report.objects.create(
        topic=topic, text="Handled long ago.", at="2026-03-03T00:00Z", handled_at="2026-03-04T00:00Z"
    )
    Report.objects.create(topic=topic, text="Old and open.", at="2026-01-01T00:00Z", user=learner)
    Report.objects.create(topic=topic, text="New <b>and</b> open.", at="2026-02-02T00:00Z", resource=content.resource)
    return as_maintainer


def test_the_queue_has_open_reports_first(queue):
    page = queue.get("/admin/progress/report/").text
    assert (
        page.index("New &lt;b&gt;and&lt;/b&gt; open.") < page.index("Old and open.") < page.index("Handled long ago.")
    )
    assert "a visitor" in page
    assert "Lena Learner" in page


@pytest.mark.parametrize(("value", "number"), [("no", 2), ("yes", 1), ("", 3)])
def test_it_is_filtered(queue, value, number):
    page = queue.get("/admin/progress/report/", {"handled": value} if value else {})
    assert page.context["cl"].result_count == number


def test_it_leads_to_topic_and_resource(queue, content):
    page = queue.get("/admin/progress/report/").text
    for address in (
        f"/admin/stages/topic/{content.topics['maps'].pk}/change/",
        f"/admin/stages/resource/{content.resource.pk}/change/",
        "/topics/maps/",
        content.resource.url,
    ):
        assert f'href="{address}"' in page


def test_reports_are_marked_as_handled_and_opened_again(queue):
    first = Report.objects.order_by("pk").first().handled_at
    everything = {"_selected_action": list(Report.objects.values_list("pk", flat=True))}
    page = queue.post("/admin/progress/report/", {"action": "mark_as_handled", **everything}, follow=True)
    assert "2 reports handled." in page.text
    assert not Report.objects.open().exists()
    assert Report.objects.filter(handled_at=first).exists()  # the one that was handled keeps its time
    queue.post("/admin/progress/report/", {"action": "open_again", **everything})
    assert Report.objects.open().count() == 3


def test_what_a_reader_said_is_not_rewritten(queue):
    made = Report.objects.open().first()
    path = f"/admin/progress/report/{made.pk}/change/"
    queue.post(path, {"text": "Rewritten.", "handled_at_0": "2026-05-05", "handled_at_1": "10:00"})
    changed = Report.objects.get(pk=made.pk)
    assert changed.text == made.text
    assert changed.handled_at
    assert queue.get("/admin/progress/report/add/").status_code == 403


def test_without_the_right_there_is_no_queue(content, as_maintainer, as_learner):
    assert as_maintainer.get("/admin/progress/report/").status_code == 403
    assert as_learner.get("/admin/progress/report/").status_code == 302


def test_with_the_right_to_look_nothing_is_handled(queue, maintainer):
    maintainer.user_permissions.remove(Permission.objects.get(codename="change_report"))
    pks = list(Report.objects.values_list("pk", flat=True))
    queue.post("/admin/progress/report/", {"action": "mark_as_handled", "_selected_action": pks})
    assert Report.objects.open().count() == 2
