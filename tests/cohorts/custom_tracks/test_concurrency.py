"""Several authors at the same moment."""

import pytest
from django.contrib.auth.models import Permission

from progress.cohorts.models import CustomTrack
from stages.models import Track
from tests.conftest import client_of, make_user
from tests.progress.tracking.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def authors():
    people = [make_user(f"Person{number} X") for number in range(2)]
    people[0].user_permissions.set(Permission.objects.filter(codename="add_cohort"))
    return people


@pytest.fixture
def own(content, authors):
    made = {"title": "Mine", "summary": "-", "copy": "other", "key": "bcdf2345"}
    client_of(authors[0]).post("/cohorts/tracks/new/", made)
    own = CustomTrack.objects.get()
    own.authors.set(authors)
    return own


def posts(own, authors, *changes):
    """As many jobs as there are (verb, values), by the authors in turn."""
    jobs = []
    for number, (verb, values) in enumerate(changes):
        client, place = client_of(authors[number % 2]), f"/cohorts/tracks/{own.track.slug}/{verb}"
        jobs.append(lambda client=client, place=place, values=values: client.post(place, values))
    return jobs


def assert_total(own):
    for section in own.track.sections.all():
        positions = [place.position for place in section.places.all()]
        assert len(set(positions)) == len(positions)
    positions = [section.position for section in own.track.sections.all()]
    assert len(set(positions)) == len(positions)


def test_whatever_is_moved_at_once_no_topic_is_lost_and_positions_stay_unique(own, authors):
    moves = [
        {"move": "start/maps/finish/"},
        {"move": "finish/snacks/start/"},
        {"up": "start/routes/start/"},
        {"down": "finish/routes/finish/snacks"},
        {"move": "finish/snacks/finish/"},
        {"move": "start/maps/start/routes"},
        {"move": "finish/snacks/start/maps"},
        {"move": "start/maps/finish/routes"},
    ]
    answers = at_once(posts(own, authors, *(("topics/move/", values) for values in moves)))
    assert {answer.status_code for answer in answers} == {302}
    places = own.track.sections.values_list("places__topic__slug", flat=True)
    assert sorted(places) == ["maps", "routes", "routes", "snacks"]
    assert_total(own)


def test_the_same_topic_added_eight_times_is_there_once(own, authors):
    added = {"topic": "weather", "section": "start"}
    answers = at_once(posts(own, authors, *[("topics/add/", added)] * 8))
    assert {answer.status_code for answer in answers} == {302}
    assert own.track.sections.filter(places__topic__slug="weather").count() == 1
    assert_total(own)


def test_sections_of_two_authors_are_both_there_and_equal_forms_make_one(own, authors):
    forms = [{"title": f"New {number}", "key": f"bcdf234{number}"} for number in range(4)]
    at_once(posts(own, authors, *(("sections/add/", form) for form in [*forms, *forms])))
    assert own.track.sections.filter(title__startswith="New").count() == 4
    assert_total(own)


def test_of_two_authors_who_leave_at_once_one_stays(own, authors):
    at_once(posts(own, authors, ("authors/leave/", {}), ("authors/leave/", {})))
    assert own.authors.count() == 1


def test_equal_forms_make_one_track(own, authors):
    client = [client_of(authors[0]) for _press in range(8)]
    form = {"title": "Again", "summary": "-", "copy": "other", "key": "bcdf2346"}
    answers = at_once([lambda one=one: one.post("/cohorts/tracks/new/", form) for one in client])
    assert {answer.status_code for answer in answers} == {302}
    assert Track.objects.filter(title="Again").count() == 1
