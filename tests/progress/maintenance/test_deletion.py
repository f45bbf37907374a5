"""Nothing is deleted in the admin that people have to do with: the page says how many, and offers to retire it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from progress.cohorts.models import Assignment, Cohort, CustomTrack, Override
from progress.models import Certificate, Note, Report, ResourceTick, Star, TopicProgress
from stages.models import Resource, Stage, Topic, Track
from tests.conftest import make_user
from tests.stages.revisions.test_recorder import Forms

ONE = "1 person has progress, notes, stars or reports there."


def tick(content, learner):
    TopicProgress.objects.record(learner, content.topics["boots"], "done")


def untick(content, learner):
    tick(content, learner)
    TopicProgress.objects.record(learner, content.topics["boots"], "none")


def star(content, learner):
    Star.objects.create(user=learner, topic=content.topics["boots"])


def write(content, learner):
    Note.objects.create(user=learner, topic=content.topics["boots"], text="Mine.")


def report(content, learner):
    Report.objects.create(user=learner, topic=content.topics["boots"], text="Wrong.")


def override(content, learner):
    Override.objects.create(learner=learner, topic=content.topics["boots"], reason="Told me.", before="none")


TRACES = [tick, untick, star, write, report, override]


def delete(client, row):
    return client.post(f"/admin/stages/{row._meta.model_name}/{row.pk}/delete/", {"post": "yes"})


def delete_selected(client, row):
    data = {"action": "delete_selected", "_selected_action": [row.pk], "index": 0, "post": "yes"}
    return client.post(f"/admin/stages/{row._meta.model_name}/", data)


WAYS = pytest.mark.parametrize("way", [delete, delete_selected])


@WAYS
@pytest.mark.parametrize("trace", TRACES)
def test_a_topic_that_somebody_left_something_at_stays(content, learner, as_maintainer, trace, way):
    trace(content, learner)
    page = way(as_maintainer, content.topics["boots"])
    assert page.status_code == 200
    assert ONE in page.text
    assert "Lena" not in page.text
    assert "lena@" not in page.text
    assert "Retire it instead" in page.text
    assert Topic.objects.filter(slug="boots").exists()


@WAYS
def test_everyone_counts_once(content, learner, outsider, as_maintainer, way):
    for trace in TRACES:
        trace(content, learner)
    star(content, outsider)
    assert "2 people have progress" in way(as_maintainer, content.topics["boots"]).text


@WAYS
def test_what_a_visitor_reported_is_kept(content, as_maintainer, way):
    Report.objects.create(topic=content.topics["boots"], text="Wrong.")
    assert "1 report without a name is about it." in way(as_maintainer, content.topics["boots"]).text
    assert Report.objects.count() == 1


@WAYS
@pytest.mark.parametrize("trace", ["tick", "report", "visitor"])
def test_a_resource_that_somebody_has_been_through_or_reported_stays(content, learner, as_maintainer, trace, way):
    if trace == "tick":
        ResourceTick.objects.create(user=learner, resource=content.resource)
    else:
        Report.objects.create(user=learner if trace == "report" else None, resource=content.resource, kind="link")
    page = way(as_maintainer, content.resource)
    assert (ONE if trace != "visitor" else "1 report without a name is about it.") in page.text
    assert Resource.objects.exists()


@WAYS
def test_what_check_links_found_is_kept_too(content, as_maintainer, way):
    Report.objects.create(resource=content.resource, kind=Report.Kind.FLAGGED)
    assert "1 report without a name is about it." in way(as_maintainer, content.resource).text
    assert Report.objects.count() == 1


@WAYS
def test_a_stage_with_topics_stays(content, learner, as_maintainer, way):
    tick(content, learner)
    page = way(as_maintainer, content.first)
    assert "3 topics are in it." in page.text
    assert ONE in page.text
    assert Stage.objects.count() == 2


@WAYS
def test_a_track_that_cohorts_follow_or_certificates_name_stays(content, learner, as_maintainer, way):
    cohort = Cohort.objects.create(name="Hikers", places=9)
    cohort.join(learner)
    left = make_user("Left")
    cohort.join(left)
    cohort.leave(left)
    Assignment.objects.create(cohort=cohort, track=content.other)
    facts = {"name": "L", "track_title": "T", "topics": []}
    Certificate.objects.create(user=learner, track=content.other, **facts)
    CustomTrack.objects.create(track=content.other).authors.add(learner)
    page = way(as_maintainer, content.other)
    assert "1 cohort follows it, with 1 learner." in page.text
    assert "1 certificate names it." in page.text
    assert "1 instructor composed it." in page.text
    assert Track.objects.count() == 2
    assert Certificate.objects.get().track == content.other


@WAYS
def test_what_concerns_nobody_can_be_deleted(content, as_maintainer, way):
    for row in (content.topics["snacks"], content.resource, content.other):
        assert way(as_maintainer, row).status_code == 302
        assert not type(row).objects.filter(pk=row.pk).exists()


@WAYS
def test_retiring_instead_is_one_press_away(content, learner, as_maintainer, way):
    tick(content, learner)
    form = Forms(way(as_maintainer, content.topics["boots"]).text)
    page = as_maintainer.post(form.action, form.data)
    assert page.context["impact"]
    form = Forms(page.text)
    as_maintainer.post(form.action, form.data)
    assert Topic.objects.get(slug="boots").state == "retired"
    assert learner.topic_progress.count() == 1


def test_it_is_said_before_anybody_asks_to_delete(content, learner, as_maintainer):
    tick(content, learner)
    page = as_maintainer.get(f"/admin/stages/topic/{content.topics['boots'].pk}/delete/")
    assert ONE in page.text
    assert "Yes, I’m sure" not in page.text


@pytest.mark.parametrize("size", [1, 30])
def test_the_refusal_makes_as_many_queries_for_many_learners(content, as_maintainer, size):
    for number in range(size):
        tick(content, make_user(f"Walker{number}"))
    with CaptureQueriesContext(connection) as captured:
        as_maintainer.get(f"/admin/stages/topic/{content.topics['boots'].pk}/delete/")
    assert len(captured) == 9


def test_a_tick_at_the_very_moment_is_not_lost(content, learner, as_maintainer, monkeypatch):
    """It came after the page had counted; the database refuses, and that is said."""
    tick(content, learner)
    monkeypatch.setattr("stages.admin.protected_delete.deletion_blockers", lambda model, pks: [])
    monkeypatch.setattr("django.contrib.admin.options.get_deleted_objects", lambda *args: ([], {}, set(), []))
    answer = delete(as_maintainer, content.topics["boots"])
    assert answer.status_code == 302
    monkeypatch.undo()
    assert "nothing was deleted" in as_maintainer.get(answer.url).text
    assert learner.topic_progress.count() == 1
