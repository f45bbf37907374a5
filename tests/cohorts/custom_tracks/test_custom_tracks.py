"""The tracks that instructors make: new ones and copies, their list, their authors, and their end."""

import pytest
from django.test import Client

from progress.cohorts.models import CustomTrack
from stages.content import outline_of_track
from stages.models import State, Topic, Track
from tests.cohorts.custom_track_pages import AS_COPIED, ROOT, order, path
from tests.conftest import client_of, make_user

# --- The list, and new ones -----------------------------------------------------------------------


def test_a_copy_has_everything_the_original_has_and_is_private(own, content, instructor):
    assert order(own) == AS_COPIED
    assert (own.track.private, own.original, list(own.authors.all())) == (True, content.other, [instructor])
    copied, original = (outline_of_track(track) for track in (own.track, content.other))
    assert copied == original
    assert own.track not in Track.objects.published()


def test_the_same_form_sent_twice_makes_one_track(own, as_instructor):
    form = {"title": "Mine", "summary": "My way.", "copy": "other", "key": "bcdf2345"}
    answer = as_instructor.post(f"{ROOT}/new/", form)
    assert answer.url == path(own)
    assert CustomTrack.objects.count() == 1


@pytest.mark.parametrize(("copy", "sections"), [("", []), ("roadmap", ["First steps", "Further on"])])
def test_it_begins_empty_or_as_a_copy_of_the_merged_roadmap(content, instructor, as_instructor, copy, sections):
    as_instructor.post(f"{ROOT}/new/", {"title": "New", "summary": "-", "copy": copy})
    assert [title for title, _topics in order(CustomTrack.objects.get())] == sections


def test_a_copy_of_an_own_track_is_another_one(own, as_instructor):
    as_instructor.post(f"{ROOT}/new/", {"title": "Again", "summary": "-", "copy": own.track.slug})
    other = CustomTrack.objects.exclude(pk=own.pk).get()
    assert order(other) == AS_COPIED
    assert other.original == own.track


@pytest.mark.parametrize("copy", ["draft", "no-such-track", "somebody-elses"])
def test_what_one_may_not_read_cannot_be_copied(content, as_instructor, copy):
    Track.objects.create(slug="draft", title="D", summary="-", state=State.DRAFT)
    CustomTrack.objects.create(track=Track.objects.create(slug="somebody-elses", title="S", summary="-", private=True))
    assert as_instructor.post(f"{ROOT}/new/", {"title": "N", "summary": "-", "copy": copy}).status_code == 404
    assert CustomTrack.objects.count() == 1


def test_only_who_may_teach_makes_one_and_is_offered_it(content, as_learner, as_instructor):
    for client, offered in ((as_learner, False), (as_instructor, True), (Client(), False)):
        assert ("Make it your own" in client.get("/tracks/other/").text) is offered
    assert as_learner.get(f"{ROOT}/new/").status_code == 403
    assert as_learner.post(f"{ROOT}/new/", {"title": "N", "summary": "-"}).status_code == 403


def test_the_list_has_ones_own_and_no_others(own, as_instructor, outsider):
    page = as_instructor.get(f"{ROOT}/").text
    assert "Mine" in page
    assert "Began as a copy of “Another way”" in page
    assert "Mine" not in client_of(outsider).get(f"{ROOT}/").text


def test_an_author_who_instructs_nobody_still_has_the_way_to_the_list(own, outsider):
    link = f'href="{ROOT}/"'
    assert link not in client_of(outsider).get("/cohorts/").text
    own.authors.add(outsider)
    assert link in client_of(outsider).get("/cohorts/").text


# --- Authors --------------------------------------------------------------------------------------


def test_a_track_is_shared_by_a_verified_address_or_with_a_colleague(own, cohort, as_instructor, outsider):
    colleague = make_user("Carl Colleague")
    assert "Carl" not in as_instructor.get(path(own, "authors/")).text
    cohort.instructors.add(colleague)
    assert "Carl Colleague" in as_instructor.get(path(own, "authors/")).text
    for _again in range(2):
        as_instructor.post(path(own, "authors/"), {"person": colleague.pk})
        as_instructor.post(path(own, "authors/"), {"email": "OTTO@example.com"})
    assert {str(person) for person in own.authors.all()} == {"Ines Instructor", "Carl Colleague", "Otto Outsider"}
    assert client_of(outsider).get(path(own)).status_code == 200


def test_nobody_is_found_by_guessing(own, as_instructor, outsider):
    outsider.emailaddress_set.update(verified=False)
    assert as_instructor.post(path(own, "authors/"), {"email": outsider.email}).status_code == 422
    assert as_instructor.post(path(own, "authors/"), {"person": outsider.pk}).status_code == 404
    for _guess in range(19):
        assert as_instructor.post(path(own, "authors/"), {"email": "x@example.org"}).status_code == 422
    assert as_instructor.post(path(own, "authors/"), {"email": "x@example.org"}).status_code == 429
    assert own.authors.count() == 1


def test_the_last_author_stays_and_others_leave(own, as_instructor, outsider):
    assert "You are its last author" in as_instructor.post(path(own, "authors/leave/"), follow=True).text
    own.authors.add(outsider)
    for _again in range(2):
        assert as_instructor.post(path(own, "authors/leave/")).url == f"{ROOT}/"
    assert [str(person) for person in own.authors.all()] == ["Otto Outsider"]
    assert as_instructor.get(path(own)).status_code == 404


def test_it_is_deleted_only_while_no_cohort_follows_it(own, cohort, as_instructor, content):
    assignment = cohort.assignments.create(track=own.track)
    answer = as_instructor.post(path(own, "remove/"), {"wanted": "delete"})
    assert answer.status_code == 409
    assert "Autumn hikers" in answer.text
    assert CustomTrack.objects.exists()
    assignment.delete()
    for _again in range(2):
        assert as_instructor.post(path(own, "remove/"), {"wanted": "delete"}).url == f"{ROOT}/"
    assert not Track.objects.filter(private=True).exists()
    assert Topic.objects.filter(slug="maps").exists()


def test_cohorts_of_others_are_counted_and_not_named(own, as_instructor, cohort):
    cohort.assignments.create(track=own.track)
    cohort.instructors.clear()
    page = as_instructor.get(path(own, "remove/")).text
    assert "1 cohort of other instructors" in page
    assert "Autumn hikers" not in page


def test_it_is_hidden_and_brought_back(own, cohort, as_instructor, as_learner):
    cohort.assignments.create(track=own.track)
    assert as_learner.get(path(own, "")).status_code == 200
    for _again in range(2):
        as_instructor.post(path(own, "remove/"), {"wanted": "retired"})
    assert as_learner.get(path(own, "")).status_code == 404
    assert "Mine" not in as_learner.get("/me/").text
    assert as_instructor.get(path(own, "")).url == path(own)
    as_instructor.post(path(own, "remove/"), {"wanted": "published"})
    assert as_learner.get(path(own, "")).status_code == 200
