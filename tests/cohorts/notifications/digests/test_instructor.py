"""What an instructor's weekly mail says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from progress.cohorts.models import Assignment, Cohort, DigestDelivery, Enrolment, Override
from progress.cohorts.reports.gradebook import summarize
from progress.cohorts.reports.roster import load_roster
from progress.models import ProgressEvent, TopicProgress
from tests.cohorts.notifications.digests.weekly import IN_IT, WEEK, look, run, sent_to, tick
from tests.cohorts.roster_pages import enrol_many


def test_an_instructor_reads_who_finished_is_stuck_and_is_silent(cohort, instructor, learner, content):
    finisher, stuck, silent = enrol_many(cohort, 3)
    User.objects.filter(pk=finisher.pk).update(name="Farid")
    User.objects.filter(pk=stuck.pk).update(name="Greta, the second")
    User.objects.filter(pk=silent.pk).update(name="ليلى")
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    cohort.assignments.update(due=date(2026, 3, 1))
    for slug in ("maps", "routes"):
        tick(finisher, content.topics[slug])
    tick(stuck, content.topics["routes"], "learning")
    tick(learner, content.topics["maps"], at=datetime(2026, 1, 20, tzinfo=UTC))
    run()
    [mail] = sent_to(instructor)
    assert mail.subject == "Autumn hikers: the week of 2 March"
    numbers = summarize(load_roster(cohort).learners)
    assert f"4 learners · half of them have {numbers.percentage} % or more · 1 done · 2 quiet" in mail.body
    assert "2 learners were at it last week; topics finished: 2\n" in mail.body
    assert "Finished last week:\n- everything: Farid\n" in mail.body
    assert "- Routes: 1 learner is on it (Greta, the second)\n" in mail.body
    assert "- ليلى: nothing ticked in the first 67 days; 2 topics overdue\n" in mail.body
    assert "- Lena Learner: nothing ticked for 48 days; 1 topic overdue\n" in mail.body
    assert mail.body.index("ليلى") < mail.body.index("Lena Learner")  # the longest silence first
    assert f"http://127.0.0.1:8000/cohorts/{cohort.pk}/\n" in mail.body
    assert "\n\n\n" not in mail.body


def test_who_finished_one_track_of_two_is_named_with_it(cohort, learner, content):
    Assignment.objects.create(cohort=cohort, track=content.merged)
    for slug in ("maps", "routes"):
        tick(learner, content.topics[slug])
    found = look(cohort)
    assert (found.finished, found.finished_tracks) == ([], [(content.other, ["Lena Learner"])])
    for slug in ("boots", "weather"):
        tick(learner, content.topics[slug])
    found = look(cohort)
    assert (found.finished, found.finished_tracks) == (["Lena Learner"], [])


@pytest.mark.parametrize(
    ("at", "is_told"), [(WEEK.begins, True), (WEEK.ends, False), (WEEK.begins - timedelta(1), False)]
)
def test_who_finished_is_told_in_the_week_of_the_last_topic(cohort, learner, content, at, is_told):
    tick(learner, content.topics["maps"], at=WEEK.begins - timedelta(days=30))
    tick(learner, content.topics["routes"], at=at)
    assert look(cohort).finished == (["Lena Learner"] if is_told else [])


def nothing(cohort, learner, content):
    pass


def ticked_in_it(cohort, learner, content):
    tick(learner, content.topics["maps"])


def ticked_and_took_it_back(cohort, learner, content):
    tick(learner, content.topics["maps"])
    ProgressEvent.objects.create(user=learner, topic=content.topics["maps"], status="none", cause="undo", at=IN_IT)
    TopicProgress.objects.all().delete()


def ticked_before(cohort, learner, content):
    tick(learner, content.topics["maps"], at=WEEK.begins - timedelta(days=30))


def ticked_elsewhere(cohort, learner, content):
    tick(learner, content.topics["boots"])  # which is not assigned


def joined(cohort, learner, content):
    cohort.enrolments.update(joined_at=IN_IT)


def fell_silent(cohort, learner, content):
    tick(learner, content.topics["maps"], at=datetime(2026, 2, 27, tzinfo=UTC))  # quiet since the 6th of March


def disputed(cohort, learner, content, at=IN_IT):
    topic = content.topics["maps"]
    tick(learner, topic, cause="override", at=datetime(2026, 1, 20, tzinfo=UTC))
    facts = {"cohort": cohort, "learner": learner, "topic": topic, "reason": "Seen", "before": "none"}
    Override.objects.create(by=cohort.instructors.get(), disputed_at=at, dispute="I never did.", **facts)


def disputed_before(cohort, learner, content):
    disputed(cohort, learner, content, at=WEEK.begins - timedelta(days=3))


@pytest.mark.parametrize(
    ("happened", "is_told"),
    [
        (nothing, False),
        (ticked_in_it, True),
        (ticked_and_took_it_back, False),
        (ticked_before, False),
        (ticked_elsewhere, False),
        (joined, True),
        (fell_silent, True),
        (disputed, True),
        (disputed_before, False),
    ],
)
def test_an_instructor_is_told_only_of_what_changed(cohort, instructor, learner, content, happened, is_told):
    happened(cohort, learner, content)
    run()
    assert bool(sent_to(instructor)) == is_told
    if happened == disputed:
        assert "- Lena Learner: Maps\n" in sent_to(instructor)[0].body


def test_an_instructor_reads_that_a_track_has_changed_which_alone_is_no_news(cohort, instructor, learner, content):
    content.other.sections.first().places.create(topic=content.topics["weather"])
    run()
    assert not sent_to(instructor)
    DigestDelivery.objects.all().delete()
    tick(learner, content.topics["maps"])
    run()
    [mail] = sent_to(instructor)
    assert "Tracks that have changed since you assigned them:\n- Another way: 1 topic more\n" in mail.body


def test_of_two_cohorts_only_the_one_with_news_is_told_of(cohort, instructor, learner, content):
    Cohort.objects.create(name="Quiet hikers", code="QUIET222").instructors.add(instructor)
    tick(learner, content.topics["maps"])
    run()
    [mail] = sent_to(instructor)
    assert "Quiet hikers" not in mail.body
