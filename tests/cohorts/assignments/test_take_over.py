"""What changed in the track of an assignment, and taking it over."""

import pytest

from progress.cohorts.audience import load_audiences
from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment
from progress.cohorts.track_snapshot import content_hash, take_snapshot
from progress.cohorts.track_updates import current_snapshots, pending_update
from stages.content import outline_of_stages, outline_of_track
from stages.models import State, Topic, Track
from tests.cohorts.assignment_pages import days_of, page_of, path
from tests.cohorts.roster_pages import text_of
from tests.conftest import client_of
from tests.progress.test_one_number import bars


@pytest.mark.parametrize("track", ["merged", "other"])
def test_the_form_of_now_is_what_would_be_agreed_on(content, track):
    for slug in ("routes", "snacks"):
        Topic.objects.filter(slug=slug).update(position=0)
    track = getattr(content, track)
    assert current_snapshots([content.merged, content.other], outline_of_stages())[track.pk] == take_snapshot(
        outline_of_track(track)
    )


def test_an_unchanged_track_says_nothing(cohort, assignment, as_instructor):
    for place in ("", "assign/", f"assignments/{assignment.pk}/"):
        assert "has changed since" not in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text


def test_every_list_says_what_changed(cohort, edited, as_instructor):
    for place in ("", "assign/"):
        page = as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text
        assert "The track has changed since: 1 topic more, 1 less, 1 required now" in page
        assert f"/assignments/{edited.pk}/#changes" in page
    page = text_of(page_of(edited, as_instructor).text)
    assert "More Weather Less Maps Required now Snacks" in page
    # Ada and Lena have half and less; nobody gains: 50, 100 and 0 become 0, 33 and 0.
    assert "Half of the learners have 50 % of it or more; then it is 0 % ." in page
    assert "rises for 0, falls for 2, and stays for 1." in page


def test_what_was_foretold_is_what_comes(cohort, edited, people, as_instructor):
    update = pending_update(
        edited,
        current_snapshots([edited.track], outline_of_stages())[edited.track_id],
        outline_of_stages(),
        load_audiences(cohort),
    )
    foretold = {effect.name: effect for effect in update.effects}
    before = {name: bars_of(cohort, one, as_instructor) for name, one in people.items()}
    as_instructor.post(path(edited, "take-over/"), {"shown": update.content_hash})
    for name, one in people.items():
        effect = foretold[one.user.name]
        assert before[name] == triple(effect.before)
        assert bars_of(cohort, one, as_instructor) == triple(effect.after)
        assert bars(client_of(one.user).get("/me/").text)[f"assignment-{edited.pk}"] == triple(effect.after)
    assert {name: triple(effect.after) for name, effect in foretold.items()} == {
        "Ada": (1, 3, 33),
        "Ben": (0, 3, 0),
        "Lena Learner": (0, 3, 0),
    }


def test_the_due_dates_that_come_with_it_are_foretold(dated, edited, as_instructor):
    page = page_of(edited, as_instructor)
    assert "Due dates Start from March 8 to March 6 What it does" in text_of(page.text)
    as_instructor.post(path(edited, "take-over/"), {"shown": page.context["update"].content_hash})
    assert list(days_of(edited, as_instructor).values())[1:] == ["2026-03-06", "2026-03-11"]


def triple(measured):
    return measured.done, measured.total, measured.percentage


def bars_of(cohort, enrolment, client):
    found = bars(client.get(f"/cohorts/{cohort.pk}/learners/{enrolment.user_id}/").text)
    return found[f"assignment-{cohort.assignments.get(track__slug='other').pk}"]


def test_it_is_taken_over_when_the_instructor_says_so(cohort, edited, as_instructor, people, content):
    shown = page_of(edited, as_instructor).context["update"].content_hash
    for _again in range(2):
        response = as_instructor.post(path(edited, "take-over/"), {"shown": shown}, follow=True)
        assert "The cohort follows the track as it is now." in response.text
        edited.refresh_from_db()
        assert edited.track_snapshot == take_snapshot(outline_of_track(content.other))
    assert "has changed since" not in response.text
    assert people["Lena"].user.topic_progress.get().status == "done"


@pytest.mark.parametrize("shown", ["old", "", "made up"])
def test_nothing_is_taken_over_that_was_not_shown(edited, as_instructor, content, shown):
    if shown == "old":
        shown = page_of(edited, as_instructor).context["update"].content_hash
        content.other.sections.first().places.create(topic=content.topics["boots"])
    form = edited.track_snapshot
    response = as_instructor.post(path(edited, "take-over/"), {"shown": shown}, follow=True)
    assert "The track has changed again, so nothing was taken over." in response.text
    edited.refresh_from_db()
    assert edited.track_snapshot == form
    assert content_hash(take_snapshot(outline_of_track(content.other))) in response.text  # what can be taken over now


def test_only_those_who_have_it_are_counted(edited, people, as_instructor):
    Assignment.objects.update(to_everyone=False)
    assert "Nobody has it now, so no number changes." in page_of(edited, as_instructor).text
    edited.picked.add(people["Ada"])
    assert "falls for 1, and stays for 0." in page_of(edited, as_instructor).text


def test_a_retired_topic_and_its_replacement_are_named(cohort, assignment, content, as_instructor):
    Topic.objects.filter(slug__in=["maps", "snacks"]).update(state=State.RETIRED)
    content.topics["weather"].replaces = ["maps"]
    content.topics["weather"].save()
    content.other.sections.first().places.create(topic=content.topics["weather"])
    page = text_of(page_of(assignment, as_instructor).text)
    assert "Replaced “Maps” was replaced by “Weather” Less Snacks retired, so it counts nowhere already" in page


def test_a_merge_and_a_split_are_named(assignment, content, as_instructor):
    Topic.objects.filter(slug="maps").update(state=State.RETIRED)
    for slug in ("weather", "boots"):
        Topic.objects.filter(slug=slug).update(replaces=["maps"])
        content.other.sections.first().places.create(topic=content.topics[slug], position=5)
    assert "“Maps” was split into “Weather” and “Boots”" in text_of(page_of(assignment, as_instructor).text).replace(
        "“Boots” and “Weather”", "“Weather” and “Boots”"
    )
    Topic.objects.filter(slug="snacks").update(state=State.RETIRED)
    Topic.objects.filter(slug="boots").update(replaces=[])
    Topic.objects.filter(slug="weather").update(replaces=["maps", "snacks"])
    assert "“Maps” and “Snacks” were merged into “Weather”" in text_of(page_of(assignment, as_instructor).text)


@pytest.mark.parametrize("state", [State.DRAFT, State.RETIRED])
def test_a_track_that_is_not_published_says_that_nobody_sees_it(cohort, assignment, as_instructor, learner, state):
    Track.objects.filter(pk=assignment.track_id).update(state=state)
    for place in ("assign/", f"assignments/{assignment.pk}/"):
        assert "not published, so learners do not see it" in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text
    assert plans_for(learner) == []
