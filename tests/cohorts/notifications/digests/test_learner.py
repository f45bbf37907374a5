"""What a learner's weekly mail says."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort, Extension, Override
from progress.cohorts.models import Group as CohortGroup
from progress.cohorts.notifications.digests.learner import learner_week, plans_by_user
from stages.content import outline_of_stages
from tests.cohorts.notifications.digests.weekly import IN_IT, WEEK, run, sent_to, tick
from tests.cohorts.roster_pages import enrol_many

# --- Pure ---------------------------------------------------------------------------------------------

TOPICS = {pk: SimpleNamespace(pk=pk, title=f"Topic {pk}") for pk in range(1, 10)}


def event(topic, status="done", cause="tick", at=IN_IT):
    return SimpleNamespace(topic_id=topic, status=status, cause=cause, at=at)


@pytest.mark.parametrize(
    ("events", "statuses", "done", "begun"),
    [
        ([], {}, [], []),
        ([event(1)], {1: "done"}, [1], []),
        ([event(1, "learning"), event(1)], {1: "done"}, [1], []),
        ([event(1, "learning")], {1: "learning"}, [], [1]),
        ([event(1), event(1, "none")], {}, [], []),  # and taken away again
        ([event(1), event(1, "none", "undo")], {}, [], []),
        ([event(1, at=WEEK.begins - timedelta(seconds=1))], {1: "done"}, [], []),
        ([event(1, at=WEEK.begins)], {1: "done"}, [1], []),
        ([event(1, at=WEEK.ends)], {1: "done"}, [], []),
        ([event(1, cause="import")], {1: "done"}, [], []),
        ([event(1, cause="override")], {1: "done"}, [], []),
        ([event(1, "skipped")], {1: "skipped"}, [], []),
        ([event(99)], {99: "done"}, [], []),  # a topic that is in the roadmap no more
    ],
)
def test_it_tells_a_learner_what_they_did(events, statuses, done, begun):
    found = learner_week(WEEK, TOPICS, events, statuses, [])
    assert [topic.pk for topic in found.done] == done
    assert [topic.pk for topic in found.started] == begun
    assert bool(found) == bool(done or begun)


# --- As it is sent ------------------------------------------------------------------------------------


def test_a_learner_reads_what_they_did_and_what_comes_next(cohort, learner, content):
    cohort.assignments.update(due=date(2026, 3, 14))
    tick(learner, content.topics["maps"])
    tick(learner, content.topics["boots"])
    assert run() == (2, 0, 0)
    [mail] = sent_to(learner)
    assert mail.subject == "Your week: 2 topics done"
    assert "Hello Lena Learner,\n\nLast week you finished 2 topics: Maps and Boots.\n" in mail.body
    assert "- Routes, by Saturday, 14 March (Another way, Autumn hikers)\n" in mail.body
    assert "http://127.0.0.1:8000/me/\n" in mail.body
    assert "overdue" not in mail.body
    assert "\n\n\n" not in mail.body
    headers = dict(mail.message().items())
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("due", "number"),
    [
        (None, 0),
        (date(2026, 3, 8), 0),  # overdue is for the instructor to see, and not for this mail to scold
        (date(2026, 3, 9), 1),
        (date(2026, 3, 15), 1),
        (date(2026, 3, 16), 0),  # not next week
    ],
)
def test_an_empty_week_is_told_of_only_when_something_is_due_in_the_next(cohort, learner, due, number):
    cohort.assignments.update(due=due)
    run()
    assert len(sent_to(learner)) == number
    if number:
        assert sent_to(learner)[0].subject == "What comes next on Waymark"
        assert "finished" not in sent_to(learner)[0].body


def test_a_track_that_begins_is_news(cohort, learner):
    cohort.assignments.update(starts=date(2026, 3, 11))
    run()
    assert "Another way (Autumn hikers) begins on Wednesday, 11 March." in sent_to(learner)[0].body


def test_what_an_instructor_marked_is_news(cohort, learner, instructor, content):
    topic = content.topics["maps"]
    tick(learner, topic, cause="override")
    Override.objects.create(cohort=cohort, learner=learner, topic=topic, by=instructor, reason="Seen", before="none")
    Override.objects.update(at=IN_IT)
    run()
    [mail] = sent_to(learner)
    assert "Ines Instructor marked Maps as done for you." in mail.body
    assert "Last week" not in mail.body


def test_each_learner_has_the_plans_of_their_own_page(cohort, learner, content):
    """Groups, picks, extensions, late joining and a second cohort included."""
    people = [learner, *enrol_many(cohort, 7)]
    second = Cohort.objects.create(name="Winter", code="WINTER22", starts=date(2026, 2, 1))
    for person in people[::2]:
        second.join(person)
    one = cohort.assignments.get()
    Assignment.objects.filter(pk=one.pk).update(starts=date(2026, 2, 1), due=date(2026, 4, 1))
    Extension.objects.create(assignment=one, user=people[1], due=date(2026, 5, 1))
    some = Assignment.objects.create(cohort=second, track=content.merged, due=date(2026, 3, 20), to_everyone=False)
    group = CohortGroup.objects.create(cohort=second, name="A")
    group.members.add(second.enrolments.get(user=people[2]))
    some.groups.add(group)
    some.picked.add(second.enrolments.get(user=people[4]))
    hidden = Assignment.objects.create(cohort=second, track=content.other, visible_from=date(2026, 3, 10))
    cohort.enrolments.filter(user=people[5]).update(joined_at=datetime(2026, 2, 20, tzinfo=UTC))

    def facts(plans):
        return [
            (plan.assignment.pk, plan.due, plan.section_due_dates, plan.due_by_topic, plan.next_due({}))
            for plan in plans
        ]

    found = plans_by_user([person.pk for person in people], outline_of_stages())
    assert {pk: facts(plans) for pk, plans in found.items()} == {
        person.pk: facts(plans_for(person)) for person in people
    }
    assert {len(plans) for plans in found.values()} == {1, 2}
    assert all(plan.assignment != hidden for plans in found.values() for plan in plans)
