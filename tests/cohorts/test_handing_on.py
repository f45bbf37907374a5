"""An author deletes their account: what becomes of the tracks that they composed."""

import pytest

from progress.cohorts.models import Assignment, Cohort, OwnTrack
from progress.models import TopicProgress
from stages.models import Track
from tests.conftest import client_of, make_user


@pytest.fixture
def track(own):
    return own.track


def follow(cohort, track):
    return Assignment.objects.create(cohort=cohort, track=track)


def erase(person):
    """As a person does it, from the page of the account."""
    answer = client_of(person).post("/accounts/delete/", {"password": "walk-the-line-27"})
    assert answer.status_code == 302


def test_the_instructors_of_the_cohorts_that_follow_it_are_its_authors_then(cohort, track, instructor, outsider):
    cohort.instructors.add(outsider)
    follow(cohort, track)
    assert client_of(outsider).get(f"/cohorts/tracks/{track.slug}/compose/").status_code == 404
    erase(instructor)
    assert list(track.own.authors.all()) == [outsider]
    assert client_of(outsider).get(f"/cohorts/tracks/{track.slug}/compose/").status_code == 200


def test_a_track_that_no_cohort_follows_goes_and_every_tick_stays(content, track, instructor, learner):
    TopicProgress.objects.create(user=learner, topic=content.topics["maps"], status="done")
    erase(instructor)
    assert not Track.objects.filter(slug=track.slug).exists()
    assert learner.standings.count() == 1


def test_a_track_with_another_author_stays_theirs(cohort, track, instructor, outsider):
    track.own.authors.add(outsider)
    cohort.instructors.add(make_user("Ivo Instructor"))
    follow(cohort, track)
    erase(instructor)
    assert list(track.own.authors.all()) == [outsider]


def test_learners_whose_cohort_nobody_leads_any_more_keep_it(cohort, track, instructor, learner):
    follow(cohort, track)
    erase(instructor)
    assert client_of(learner).get(track.get_absolute_url()).status_code == 200
    assert OwnTrack.objects.count() == 1


def test_an_heir_of_several_cohorts_is_one_author(cohort, track, instructor, outsider):
    for made in (cohort, Cohort.objects.create(name="Winter")):
        made.instructors.add(outsider)
        follow(made, track)
    erase(instructor)
    assert list(track.own.authors.all()) == [outsider]
