"""What learners and maintainers see of links that do not answer."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from progress.maintenance import admin_link_checks
from progress.maintenance.link_reports import save_check
from progress.models import Report
from stages.admin.link_actions import suggestion
from stages.links.results import CheckResult, Outcome, Problem
from stages.models import LinkCheck, Resource, TopicResource

GOOD = CheckResult(Outcome.GOOD, 200)
BAD = CheckResult(Outcome.FAILED, 404, Problem.STATUS)
NEW = "https://example.org/atlas/"
MOVED = CheckResult(Outcome.GOOD, 200, "", NEW, NEW)
FOR_NOW = CheckResult(Outcome.GOOD, 200, "", "https://example.org/login/")


def find(resource, *answers):
    for answer in answers:
        LinkCheck.objects.get_or_create(resource=resource)
        save_check(resource, answer)


def day(resource, text="2026-03-05T12:00Z"):
    LinkCheck.objects.filter(resource=resource).update(last_good_at=timezone.datetime.fromisoformat(text))


ARCHIVE = "https://web.archive.org/web/20260305/https://example.org/maps/"


@pytest.fixture
def dead(content):
    find(content.resource, GOOD, BAD, BAD, BAD)
    day(content.resource)
    return content.resource


# --- Learners ---


def recommend(content, title, **fields):
    url = f"https://example.org/{title.lower()}/"
    resource = Resource.objects.create(url=url, title=title, publisher="E", **fields)
    TopicResource.objects.create(topic=content.topics["maps"], resource=resource, position=2)
    return resource


def test_a_dead_link_comes_with_its_archive_and_others_of_the_topic(content, dead, client):
    recommend(content, "Compass")
    recommend(content, "Old sextant", outdated="Nobody uses one.")
    find(recommend(content, "Lost globe"), BAD, BAD, BAD)
    page = client.get("/topics/maps/").text
    card = page.split(">Reading maps</a></h3>")[1].split("</li>\n    <li class")[0].split('class="card')[0]
    assert "This page does not answer any more." in card
    assert "It last did on March 5, 2026." in card
    assert f'href="{ARCHIVE}"' in card
    assert 'href="https://example.org/compass/"' in card
    assert "globe" not in card
    assert "sextant" not in card
    assert page.count("This page does not answer") == 2


@pytest.mark.parametrize("answers", [[], [BAD, BAD], [BAD, BAD, BAD, GOOD]])
def test_other_links_say_nothing(content, client, answers):
    find(content.resource, *answers)
    assert "does not answer" not in client.get("/topics/maps/").text


def test_another_address_is_alive_until_proven_otherwise(content, dead, client):
    Resource.objects.update(url=NEW)
    assert "does not answer" not in client.get("/topics/maps/").text


def test_dead_links_cost_no_query(content, as_learner):
    def count():
        with CaptureQueriesContext(connection) as captured:
            as_learner.get("/topics/maps/")
        return len(captured)

    before = count()
    for number in range(5):
        find(recommend(content, f"Globe-{number}"), BAD, BAD, BAD)
    assert count() == before


# --- The list of resources ---


@pytest.mark.parametrize(
    ("answers", "filters"),
    [
        ([], {"never"}),
        ([CheckResult(Outcome.UNKNOWN, None, Problem.ROBOTS)], {"never"}),
        ([GOOD], set()),
        ([BAD], {"failing"}),
        ([BAD, BAD, BAD], {"failing", "dead"}),
        ([MOVED], {"redirected", "moved"}),
        ([FOR_NOW], {"redirected"}),
    ],
)
def test_resources_are_found_by_what_is_known_of_their_links(content, as_maintainer, answers, filters):
    find(content.resource, *answers)
    found = {
        value
        for value in ("never", "dead", "failing", "redirected", "moved")
        if as_maintainer.get(f"/admin/stages/resource/?link={value}").context["cl"].result_count
    }
    assert found == filters
    content.resource.url = NEW
    content.resource.save()
    assert as_maintainer.get("/admin/stages/resource/?link=never").context["cl"].result_count == 1


def test_the_list_says_what_is_known_in_a_fixed_number_of_queries(content, dead, as_maintainer):
    def look():
        with CaptureQueriesContext(connection) as captured:
            page = as_maintainer.get("/admin/stages/resource/").text
        return page, len(captured)

    page, before = look()
    assert "dead: it answered with an error (404)" in page
    assert "last good on March 5, 2026" in page
    for number in range(20):
        find(recommend(content, f"Globe-{number}"), MOVED)
    page, after = look()
    assert f'moved for good to <a href="{NEW}">' in page
    assert after == before


@pytest.fixture
def at_once(monkeypatch):
    """A test never ends its transaction, so what waits for that would never come."""
    monkeypatch.setattr(admin_link_checks, "on_commit", lambda act: act())


@pytest.fixture
def check_now(content, as_maintainer, server, make_fetcher, at_once, monkeypatch):
    monkeypatch.setattr(admin_link_checks, "Fetcher", lambda timeouts: make_fetcher())

    def check_now(resources):
        chosen = {"action": "check_now", "_selected_action": [resource.pk for resource in resources]}
        return as_maintainer.post("/admin/stages/resource/", chosen, follow=True).text

    return check_now


def test_links_are_checked_at_once(content, allowed, server, check_now):
    paths = ["ok", "moved", "status/404"]
    resources = [
        Resource.objects.create(url=f"http://one.test:{server.port}/{path}", title=path, publisher="E")
        for path in paths
    ]
    resources.append(recommend(content, "Old", state="retired"))
    page = check_now(resources)
    assert "2 links answer." in page
    assert "/status/404: it answered with an error (404)" in page
    assert "1 link was not asked for" in page


def test_only_a_few_are_checked_at_once(content, server, check_now):
    resources = [recommend(content, f"Globe-{number}") for number in range(11)]
    assert "Choose 10 links at most" in check_now(resources)
    assert not LinkCheck.objects.exists()
    assert server.seen == []


def test_a_check_from_the_admin_reaches_nobody_inside(content, server, as_maintainer, at_once):
    inside = Resource.objects.create(url=f"http://127.0.0.1:{server.port}/ok", title="Inside", publisher="E")
    chosen = {"action": "check_now", "_selected_action": [inside.pk]}
    page = as_maintainer.post("/admin/stages/resource/", chosen, follow=True).text
    assert "it leads where check_links may not go" in page
    assert server.seen == []


# --- The queue ---


@pytest.fixture
def queue(maintainer, as_maintainer):
    maintainer.user_permissions.add(*Permission.objects.filter(codename__in=["view_report", "change_report"]))
    return as_maintainer


def act(client, action, page="progress/report", rows=None):
    rows = Report.objects.all() if rows is None else rows
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(f"/admin/{page}/", chosen, follow=True).text


def test_reports_and_dead_links_wait_in_one_queue(content, dead, queue):
    Report.objects.create(topic=content.topics["boots"], text="They pinch.")
    page = queue.get("/admin/progress/report/").text
    assert "They pinch." in page
    assert "Check_links found a dead link" in page or "check_links found a dead link" in page
    assert "dead: it answered with an error (404)" in page
    assert "Put the archive’s address in place" in page
    assert 'href="/topics/maps/"' in page  # where the dead link stands


def test_the_queue_takes_a_fixed_number_of_queries(content, dead, queue):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert queue.get("/admin/progress/report/").status_code == 200
        return len(captured)

    before = count()
    for number in range(12):
        find(recommend(content, f"Globe-{number}"), BAD, BAD, BAD)
    assert count() == before


def test_a_flagged_link_opens(dead, queue):
    page = queue.get(f"/admin/progress/report/{Report.objects.get().pk}/change/").text
    assert "dead: it answered with an error (404)" in page
    assert "check_links" in page


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("put_archive_in_place", "url", ARCHIVE),
        ("mark_as_outdated", "outdated", "Its page has not answered since we last checked."),
        ("retire", "state", "retired"),
    ],
)
def test_an_action_changes_the_resource_and_handles_every_report_of_the_link(
    content, dead, queue, learner, action, field, value
):
    told = {"topic": content.topics["maps"], "resource": dead}
    Report.objects.create(kind="link", user=learner, **told)
    other = Report.objects.create(kind="wrong", text="Not about the link.", **told)
    page = act(queue, action, rows=Report.objects.filter(kind="flagged"))
    assert "1 resource changed: Reading maps." in page
    assert "2 reports handled." in page
    assert getattr(Resource.objects.get(), field) == value
    assert list(Report.objects.open()) == [other]
    assert "does not answer" not in queue.get("/topics/maps/").text or action == "mark_as_outdated"


@pytest.mark.parametrize("page", ["progress/report", "stages/resource"])
def test_a_link_that_has_moved_takes_its_new_address(content, queue, page):
    find(content.resource, MOVED)
    Report.objects.create(topic=content.topics["maps"], resource=content.resource, kind="link")
    assert "Take the address it has moved to" in queue.get("/admin/progress/report/").text
    rows = Report.objects.all() if page == "progress/report" else [content.resource]
    assert "1 resource changed" in act(queue, "take_new_address", page, rows)
    assert Resource.objects.get().url == NEW
    log = queue.get(f"/admin/stages/resource/{content.resource.pk}/history/").text
    assert "Changed" in log


def test_an_address_that_is_too_long_to_take_is_not_suggested(content, queue):
    far = f"{NEW}{'x' * 5000}"
    find(content.resource, CheckResult(Outcome.GOOD, 200, "", far, far))
    Report.objects.create(topic=content.topics["maps"], resource=content.resource, kind="link")
    page = queue.get("/admin/progress/report/")
    assert suggestion(content.resource) == ""
    assert f">{NEW}{'x' * 30}" in page.text
    assert f">{NEW}{'x' * 40}" not in page.text
    page = act(queue, "take_new_address", "stages/resource", [content.resource])
    assert page.count("Enter a valid URL.") == 1


def test_what_redirects_for_now_keeps_its_address(content, queue):
    find(content.resource, FOR_NOW)
    page = act(queue, "take_new_address", "stages/resource", [content.resource])
    assert "“Reading maps” stays as it is: it is not known to have moved for good." in page
    assert Resource.objects.get().url == "https://example.org/maps/"


def test_an_address_that_another_resource_has_is_not_taken_twice(content, queue):
    find(content.resource, MOVED)
    recommend(content, "Atlas")
    page = act(queue, "take_new_address", "stages/resource", [content.resource])
    assert "A resource with this address exists already." in page
    assert Resource.objects.filter(url=NEW).count() == 1


def test_what_is_alive_is_not_put_into_the_archive(content, queue):
    find(content.resource, GOOD)
    assert "it is not known to be dead" in act(queue, "put_archive_in_place", "stages/resource", [content.resource])


def test_whoever_may_not_change_resources_has_no_such_actions(dead, queue, maintainer):
    maintainer.user_permissions.remove(Permission.objects.get(codename="change_resource"))
    act(queue, "retire")
    assert Resource.objects.get().state == "published"
    assert "retire" not in dict(
        queue.get("/admin/progress/report/")
        .context["cl"]
        .model_admin.get_action_choices(queue.get("/admin/progress/report/").wsgi_request)
    )


def test_a_report_is_about_something(db):
    with pytest.raises(ValidationError):
        Report(text="About nothing.").full_clean()


def test_readers_cannot_flag(content, client):
    assert "flagged" not in client.get("/topics/maps/report/").text
    client.post("/topics/maps/report/", {"kind": "flagged", "text": "Ha.", "resource": "", "website": ""})
    assert not Report.objects.exists()
