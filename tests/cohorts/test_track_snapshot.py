"""Cohorts follow a track as it was assigned, and edits of it wait; groups and picked learners have it alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment
from progress.cohorts.reports.roster import load_roster
from progress.cohorts.track_snapshot import outline_from_snapshot, take_snapshot
from progress.models import TopicProgress
from stages.content import outline_of_stages, outline_of_track
from stages.models import State
from tests.cohorts.roster_pages import join


@pytest.mark.parametrize("track", ["merged", "other"])
def test_what_is_kept_gives_the_same_outline(content, track):
    outline = outline_of_track(getattr(content, track))
    assert outline_from_snapshot(take_snapshot(outline), outline_of_stages()) == outline


def test_an_edit_of_the_track_does_not_reach_the_cohort(content, cohort, learner):
    before = [topic.slug for topic in plans_for(learner)[0].outline.topics]
    content.other.sections.first().places.create(topic=content.topics["weather"])
    content.other.sections.first().places.filter(topic=content.topics["maps"]).delete()
    assert [topic.slug for topic in plans_for(learner)[0].outline.topics] == before
    assert [topic.slug for topic in load_roster(cohort).plans[0].outline.topics] == before


def test_the_page_of_the_track_says_what_the_cohort_has_otherwise(content, cohort, as_learner, as_instructor):
    says = "Autumn hikers follows it as it was."
    assert says not in as_learner.get("/tracks/other/").text
    content.other.sections.first().places.create(topic=content.topics["weather"], position=9)
    content.other.sections.first().places.filter(topic=content.topics["maps"]).delete()
    page = as_learner.get("/tracks/other/").text
    assert says in page
    assert 'Not in your assignment: <a href="/topics/weather/">Weather</a>.' in page
    assert 'Still in it: <a href="/topics/maps/">Maps</a>.' in page
    assert says not in as_instructor.get("/tracks/other/").text


def test_what_a_topic_is_comes_from_the_roadmap_as_it_is_now(content, cohort, learner):
    maps, routes = content.topics["maps"], content.topics["routes"]
    maps.title = "Maps of today"
    maps.save()
    routes.state = State.RETIRED
    routes.save()
    [plan] = plans_for(learner)
    assert [topic.title for topic in plan.outline.topics] == ["Maps of today", "Snacks"]
    assert [section.number for section in plan.outline.sections] == list(range(1, len(plan.outline.sections) + 1))


def test_a_copy_for_the_next_term_takes_the_track_as_it_is_now(content, cohort, instructor):
    content.other.sections.first().places.create(topic=content.topics["weather"])
    copy = cohort.duplicate("Spring hikers", cohort.today, "BCDFGHJK", instructor)
    assert copy.assignments.get().track_snapshot == take_snapshot(outline_of_track(content.other))
    assert copy.assignments.get().track_snapshot != cohort.assignments.get().track_snapshot


def test_only_those_whom_it_is_for_have_it(content, cohort, learner):
    ada, ben = join(cohort, "Ada", "Ben")
    assignment = cohort.assignments.get()
    assignment.to_everyone = False
    assignment.save()
    assert [plans_for(person) for person in (learner, ada, ben)] == [[], [], []]
    assignment.picked.add(cohort.enrolments.get(user=ada))
    group = cohort.groups.create(name="Evening")
    group.members.add(cohort.enrolments.get(user=ben))
    assignment.groups.add(group)
    assert [len(plans_for(person)) for person in (learner, ada, ben)] == [0, 1, 1]
    assert {found.name: len(found.plans) for found in load_roster(cohort).learners} == {
        "Lena Learner": 0,
        "Ada": 1,
        "Ben": 1,
    }
    cohort.leave(ben)
    assert plans_for(ben) == []
    cohort.join(ben)  # who comes back is in the group again
    assert len(plans_for(ben)) == 1


def test_being_in_a_group_and_picked_counts_once(content, cohort, learner):
    assignment, enrolment = cohort.assignments.get(), cohort.enrolments.get()
    Assignment.objects.update(to_everyone=False)
    for name in ("One", "Two"):
        group = cohort.groups.create(name=name)
        group.members.add(enrolment)
        assignment.groups.add(group)
    assignment.picked.add(enrolment)
    assert len(plans_for(learner)) == 1
    [found] = load_roster(cohort).learners
    assert len(found.plans) == 1


def test_what_a_learner_does_in_topics_of_others_is_not_seen(content, cohort, learner):
    """Neither the standing nor when it was."""
    [ada] = join(cohort, "Ada")
    merged = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    merged.picked.add(cohort.enrolments.get(user=ada))
    for person in (learner, ada):
        TopicProgress.objects.record(person, content.topics["boots"], "done")  # the roadmap has it, the other not
    seen = {found.name: found for found in load_roster(cohort).learners}
    assert seen["Ada"].last_active == timezone.localdate()
    assert seen["Ada"].measured.done == 1
    assert seen["Lena Learner"].last_active is None
    assert not any(seen["Lena Learner"].statuses)
    assert seen["Lena Learner"].status_of(content.topics["boots"]) is None


def test_whoever_joins_late_is_not_late_on_the_first_day(content, cohort, learner):
    today = cohort.today
    Assignment.objects.update(starts=today - timedelta(days=60), due=today + timedelta(days=10))
    cohort.enrolments.update(joined_at=timezone.now() - timedelta(days=60))
    join(cohort, "Ada", days=0)
    cohort.enrolments.filter(user__name="Ada").update(joined_at=timezone.now())
    overdue = {found.name: found.overdue for found in load_roster(cohort).learners}
    assert overdue == {"Ada": 0, "Lena Learner": 2}
