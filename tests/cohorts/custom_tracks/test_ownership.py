"""An author deletes their account: what becomes of the tracks that they composed."""

import pytest

from progress.cohorts.models import Assignment, Cohort, CustomTrack
from progress.models import TopicProgress
from stages.models import Track
from tests.conftest import client_of, make_user


@pytest.fixture
def track(own):
    return own.track


@pytest.fixture
def as_admin(db):
    return client_of(make_user("Ada Admin", is_staff=True, is_superuser=True))


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
    assert list(track.custom_track.authors.all()) == [outsider]
    assert client_of(outsider).get(f"/cohorts/tracks/{track.slug}/compose/").status_code == 200


def test_a_track_that_no_cohort_follows_goes_and_every_tick_stays(content, track, instructor, learner):
    TopicProgress.objects.create(user=learner, topic=content.topics["maps"], status="done")
    erase(instructor)
    assert not Track.objects.filter(slug=track.slug).exists()
    assert learner.topic_progress.count() == 1


def test_a_track_with_another_author_stays_theirs(cohort, track, instructor, outsider):
    track.custom_track.authors.add(outsider)
    cohort.instructors.add(make_user("Ivo Instructor"))
    follow(cohort, track)
    erase(instructor)
    assert list(track.custom_track.authors.all()) == [outsider]


def test_learners_whose_cohort_nobody_leads_any_more_keep_it(cohort, track, instructor, learner):
    follow(cohort, track)
    erase(instructor)
    assert client_of(learner).get(track.get_absolute_url()).status_code == 200
    assert CustomTrack.objects.count() == 1


def test_whoever_leads_their_cohort_next_is_its_author(cohort, track, instructor, outsider, as_admin):
    follow(cohort, track)
    erase(instructor)
    page = as_admin.get(f"/admin/cohorts/cohort/{cohort.pk}/change/")
    form = page.context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    answer = as_admin.post(f"/admin/cohorts/cohort/{cohort.pk}/change/", values | {"instructors": [outsider.pk]})
    assert answer.status_code == 302
    assert list(track.custom_track.authors.all()) == [outsider]
    assert client_of(outsider).get(f"/cohorts/tracks/{track.slug}/compose/").status_code == 200


def test_whoever_leads_a_cohort_gets_no_track_that_has_an_author(cohort, track, instructor, outsider):
    follow(cohort, track)
    other = CustomTrack.objects.create(track=Track.objects.create(slug="alone", title="A", summary="-", private=True))
    outsider.led_cohorts.add(cohort)
    assert list(track.custom_track.authors.all()) == [instructor]
    assert not other.authors.exists()


def test_an_heir_of_several_cohorts_is_one_author(cohort, track, instructor, outsider):
    for made in (cohort, Cohort.objects.create(name="Winter")):
        made.instructors.add(outsider)
        follow(made, track)
    erase(instructor)
    assert list(track.custom_track.authors.all()) == [outsider]


def test_who_deletes_an_account_is_told_which_cohorts_have_nobody_else(cohort, instructor, as_instructor, outsider):
    Cohort.objects.create(name="Winter").instructors.add(instructor, outsider)
    page = as_instructor.get("/accounts/delete/").text
    assert "Nobody else leads this cohort" in page
    assert "Autumn hikers" in page
    assert "Winter" not in page
    cohort.instructors.add(outsider)
    assert "Nobody else leads" not in as_instructor.get("/accounts/delete/").text
