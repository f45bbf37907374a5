"""An edit that changes anyone's numbers first shows what it does, and is saved when somebody agrees to just that."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from progress.cohorts.models import Assignment, Cohort
from progress.models import Certificate, TopicProgress
from stages.models import Revision, Stage, Topic, Track, TrackTopic
from tests.conftest import make_user
from tests.stages.revisions.test_recorder import Forms, filled_in

TOPICS = "/admin/stages/topic/"


def tick(user, content, *slugs):
    for slug in slugs:
        TopicProgress.objects.record(user, content.topics[slug], "done")


def post(client, row, **changes):
    """Send the ordinary form of a row with some values changed; None is for what a browser leaves out."""
    path = f"/admin/stages/{row._meta.model_name}/{row.pk}/change/"
    data = filled_in(client.get(path)) | changes
    return client.post(path, {name: value for name, value in data.items() if value is not None})


def act(client, action, *rows, **more):
    path = f"/admin/stages/{rows[0]._meta.model_name}/"
    return client.post(path, {"action": action, "_selected_action": [row.pk for row in rows], "index": 0, **more})


def agree(client, page, **more):
    """Press "Save it"."""
    form = Forms(page.text)
    assert "_impact" in form.data
    return client.post(form.action, form.data | more)


def said(change):
    return change.scope.title, [tuple(group) for group in change.groups]


@pytest.fixture
def walkers(content, learner, outsider):
    """Lena has done all of the first stage and Otto one topic of it: of four required topics, 2 and 1."""
    tick(learner, content, "boots", "maps")
    tick(outsider, content, "maps")
    return learner, outsider


# --- Shown first, then saved --------------------------------------------------------------------------


def test_retiring_shows_whose_percentages_change_and_saves_nothing(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["boots"])
    assert "<strong>2 learners see another percentage.</strong>" in page.text
    impact = page.context["impact"]
    assert [said(change) for change in impact.phases[0].changes] == [
        ("The whole roadmap", [(50, 33, 1), (25, 33, 1)]),
        ("Stage: First steps", [(50, 100, 1)]),
        ("Level: beginner", [(50, 100, 1)]),
    ]
    assert "1 learner counts otherwise, at the same percentage" in page.text
    assert "Visitors without an account" in page.text
    assert Topic.objects.get(slug="boots").state == "published"
    assert not Revision.objects.exists()
    assert not LogEntry.objects.exists()


def test_publish_it_does_what_was_shown_and_says_so_once(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["boots"])
    assert "1 topic retired" not in as_maintainer.get("/admin/").text  # what was taken back is not said
    answer = agree(as_maintainer, page)
    assert answer.status_code == 302
    assert as_maintainer.get(answer.url).text.count("1 topic retired") == 1
    assert Topic.objects.get(slug="boots").state == "retired"
    assert Revision.objects.count() == LogEntry.objects.count() == 1


@pytest.mark.parametrize("changes", [{"title": "Shoes"}, {"summary": "New."}, {"body": "*New*"}, {}])
def test_texts_are_saved_at_once(content, walkers, as_maintainer, changes):
    assert post(as_maintainer, content.topics["boots"], **changes).status_code == 302


def test_drafts_and_what_nobody_has_begun_are_saved_at_once(content, as_maintainer, learner):
    assert act(as_maintainer, "retire", content.topics["boots"]).status_code == 302
    tick(learner, content, "maps")
    draft = Topic.objects.create(slug="d", title="D", summary="D.", stage=content.first, state="draft")
    assert post(as_maintainer, draft, required=None).status_code == 302


def edit_topic(client, content):
    return post(client, content.topics["weather"], required=None)


def move(client, content):
    return post(client, content.topics["boots"], stage=content.second.pk)


def draft_stage(client, content):
    return act(client, "make_draft", content.second)


def retire_track(client, content):
    return act(client, "retire", content.other)


def edit_track(client, content):
    return post(client, content.other.sections.first(), **{"places-0-required": None})


def take_out(client, content):
    return post(client, content.other.sections.first(), **{"places-0-DELETE": "on"})


def add_a_topic(client, content):
    data = filled_in(client.get(f"{TOPICS}add/")) | {"title": "T", "slug": "t", "summary": "T."}
    data |= {"stage": content.first.pk, "state": "published", "prerequisites": []}
    return client.post(f"{TOPICS}add/", data)


def delete_a_topic(client, content):
    return client.post(f"{TOPICS}{content.topics['weather'].pk}/delete/", {"post": "yes"})


def delete_a_track(client, content):
    return client.post(f"/admin/stages/track/{content.other.pk}/delete/", {"post": "yes"})


def merge(client, content):
    return post(client, content.topics["weather"], replaces="maps", retire_replaced=None)


EDITS = [edit_topic, move, draft_stage, retire_track, edit_track, take_out, add_a_topic, delete_a_topic]
EDITS += [delete_a_track, merge]


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_that_changes_numbers_asks_first(content, walkers, as_maintainer, edit):
    page = edit(as_maintainer, content)
    assert page.status_code == 200
    assert page.context["impact"].phases[0].changes
    assert not Revision.objects.exists()
    assert agree(as_maintainer, page).status_code == 302
    assert Revision.objects.exists()


def test_a_merge_counts_the_ticks_that_it_takes_along(content, walkers, as_maintainer):
    impact = merge(as_maintainer, content).context["impact"]
    found = dict(map(said, impact.phases[0].changes))
    assert found["The whole roadmap"] == [(25, 50, 1), (50, 75, 1)]
    assert found["Stage: Further on"] == [(0, 50, 2)]


def test_all_rows_of_a_list_are_chosen_again(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["boots"], select_across="1")
    assert agree(as_maintainer, page).status_code == 302
    assert set(Topic.objects.values_list("state", flat=True)) == {"retired"}


# --- Agreed to just that ------------------------------------------------------------------------------


def test_when_something_else_has_changed_the_new_impact_is_shown(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["boots"])
    Topic.objects.filter(slug="weather").update(state="draft")
    again = agree(as_maintainer, page)
    assert "Something else has changed since you looked" in again.text
    assert again.context["impact"].phases[0].changes[0].totals == (3, 2)
    assert Topic.objects.get(slug="boots").state == "published"
    assert agree(as_maintainer, again).status_code == 302


def test_it_is_shown_again_when_it_concerns_many_more(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["weather"])
    for number in range(3):
        tick(make_user(f"More{number}"), content, "maps")
    assert "Something else has changed" in agree(as_maintainer, page).text


def test_a_tick_meanwhile_keeps_nobody_from_publishing(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["weather"])
    tick(walkers[1], content, "boots")
    assert agree(as_maintainer, page).status_code == 302


def test_agreement_to_one_edit_is_none_to_another(content, walkers, as_maintainer):
    page = act(as_maintainer, "retire", content.topics["boots"])
    other = agree(as_maintainer, page, _selected_action=[content.topics["weather"].pk])
    assert "Something else has changed" in other.text
    assert set(Topic.objects.values_list("state", flat=True)) == {"published"}


@pytest.mark.parametrize("token", ["", "x", "x-1", "-", "1-٣"])
def test_nonsense_is_no_agreement(content, walkers, as_maintainer, token):
    assert act(as_maintainer, "retire", content.topics["boots"], _impact=token).context["impact"]


def test_going_back_shows_the_form_as_it_was_filled_in(content, walkers, as_maintainer):
    topic = content.topics["weather"]
    form = Forms(post(as_maintainer, topic, required=None, title="<Rain>", summary="It & that").text)
    page = as_maintainer.post(form.action, form.data | {"_go_back": "1"})
    shown = page.context["adminform"].form
    assert (shown["title"].value(), shown["required"].value()) == ("<Rain>", False)
    assert "Nothing has been saved yet." in page.text
    assert "Please correct" not in page.text
    assert Topic.objects.get(slug="weather").title == "Weather"
    data = {name: value for name, value in filled_in(page).items() if name != "_go_back"}
    assert as_maintainer.post(form.action, data | {"required": "on"}).status_code == 302  # nothing changes numbers now
    assert Topic.objects.get(slug="weather").title == "<Rain>"


# --- Cohorts and certificates -------------------------------------------------------------------------


@pytest.fixture
def cohort(content, walkers):
    cohort = Cohort.objects.create(name="Hikers", places=9)
    cohort.join(walkers[0])
    Assignment.objects.create(cohort=cohort, track=content.other)
    return cohort


def test_a_retired_topic_reaches_a_cohort_at_once(content, cohort, as_maintainer):
    impact = act(as_maintainer, "retire", content.topics["routes"]).context["impact"]
    [change] = impact.phases[0].in_cohorts
    assert said(change) == ("Hikers: Another way", [(50, 100, 1)])
    assert impact.summary == "2 learners see another percentage, 1 cohort"


def test_an_edited_track_waits_for_a_cohort(content, cohort, as_maintainer):
    page = edit_track(as_maintainer, content)
    assert page.context["impact"].phases[0].in_cohorts == []
    assert [scope.title for scope in page.context["impact"].phases[0].waiting] == ["Hikers: Another way"]
    assert "Their instructors are told" in page.text


def test_a_cohort_counts_its_own_learners_only(content, cohort, walkers, as_maintainer):
    some = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    cohort.join(walkers[1])
    some.picked.add(cohort.enrolments.get(user=walkers[1]))
    group = cohort.groups.create(name="Evening")
    more = make_user("More")
    cohort.join(more)
    group.members.add(cohort.enrolments.get(user=more))
    some.groups.add(group)
    impact = act(as_maintainer, "retire", content.topics["boots"]).context["impact"]
    assert [said(change) for change in impact.phases[0].in_cohorts] == [("Hikers: The roadmap", [(25, 33, 1)])]
    assert impact.phases[0].in_cohorts[0].scope.among == {walkers[1].pk, more.pk}


def test_archived_cohorts_and_what_nobody_sees_yet_are_left_out(content, cohort, as_maintainer):
    tomorrow = timezone.now().date() + timedelta(days=2)
    cohort.assignments.update(visible_from=tomorrow)
    assert act(as_maintainer, "retire", content.topics["routes"]).context["impact"].cohorts == set()
    cohort.assignments.update(visible_from=None)
    cohort.archive()
    assert act(as_maintainer, "retire", content.topics["routes"]).context["impact"].cohorts == set()


@pytest.fixture
def issued(content, learner):
    return Certificate.objects.create(
        user=learner, track=content.other, name="L", track_title="Another way", topics=[["maps", "Maps"]]
    )


def test_a_certificate_that_will_say_something_else_is_counted(content, issued, as_maintainer):
    page = post(as_maintainer, content.other.sections.last(), **{"places-1-required": "on"})
    assert "<strong>0 learners see another percentage, 1 certificate.</strong>" in page.text
    assert "It will say that 2 required topics were added since." in page.text  # routes came before, now snacks
    page = retire_track(as_maintainer, content)
    assert "It will say that the track is no longer offered." in page.text


def test_what_takes_over_from_a_covered_topic_changes_no_certificate(content, issued, as_maintainer):
    TrackTopic.objects.exclude(topic__slug="maps").delete()
    assert merge(as_maintainer, content).status_code == 302


# --- Planned ------------------------------------------------------------------------------------------


def test_what_a_date_will_do_is_shown_with_its_date(content, walkers, as_maintainer):
    draft = Topic.objects.create(slug="d", title="D", summary="D.", stage=content.first, state="draft")
    then = timezone.now() + timedelta(days=3)
    when = {"publish_at_0": f"{then:%Y-%m-%d}", "publish_at_1": "10:00:00", "state": "published"}
    page = post(as_maintainer, draft, **when)
    [phase] = page.context["impact"].phases
    assert phase.at.date() == then.date()
    assert said(phase.changes[0]) == ("The whole roadmap", [(50, 40, 1), (25, 20, 1)])
    assert agree(as_maintainer, page).status_code == 302
    assert Topic.objects.get(slug="d").publish_at == phase.at
    assert post(as_maintainer, Topic.objects.get(slug="d"), **when, title="E").status_code == 302


def test_what_is_hidden_until_a_date_is_shown_twice(content, walkers, as_maintainer):
    then = timezone.now() + timedelta(days=3)
    page = post(as_maintainer, content.topics["boots"], publish_at_0=f"{then:%Y-%m-%d}", publish_at_1="10:00:00")
    at_once, later = page.context["impact"].phases
    assert said(at_once.changes[0])[1] == [(50, 33, 1), (25, 33, 1)]
    assert said(later.changes[0])[1] == [(33, 50, 1), (33, 25, 1)]


# --- What it costs ------------------------------------------------------------------------------------


def queries(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured]


def measuring(found):
    return [sql for sql in found if "topicprogress" in sql or "certificate" in sql or "assignment" in sql]


@pytest.mark.parametrize("learners", [1, 12])
def test_it_asks_for_no_learner_unless_something_counts_otherwise(content, cohort, as_maintainer, learners):
    for number in range(learners):
        tick(make_user(f"More{number}"), content, "maps")
    topic = content.topics["boots"]
    path = f"{TOPICS}{topic.pk}/change/"
    data = filled_in(as_maintainer.get(path))
    text = queries(lambda: as_maintainer.post(path, data | {"title": "Shoes"}))
    assert measuring(text) == []
    edit = queries(lambda: as_maintainer.post(path, data | {"level": "advanced"}))
    assert len(measuring(edit)) == 1
    retire = queries(lambda: act(as_maintainer, "retire", topic))
    assert len(measuring(retire)) == 3  # the learners, the cohorts and the certificates


def test_a_save_without_impact_costs_fifteen_queries_more(content, as_maintainer, monkeypatch):
    path = f"/admin/stages/source/{content.source.pk}/change/"
    data = filled_in(as_maintainer.get(path))

    def save(title):
        return len(queries(lambda: as_maintainer.post(path, data | {"title": title})))

    save("Warm")
    whole = save("One")
    monkeypatch.setattr("progress.impact.capture_content", lambda: None)
    monkeypatch.setattr("progress.impact.impact_of", lambda before, revisions: None)
    assert whole - save("Two") == 15
    assert Stage.objects.count() == 2
    assert Track.objects.count() == 2
