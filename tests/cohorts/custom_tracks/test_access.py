"""Who reads a private track, in which form, and that nobody else notices that it is there."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from progress.cohorts.models import Cohort, CustomTrack
from stages.models import State, Track
from tests.conftest import client_of, make_user

TITLE = "Unheard-of way"


@pytest.fixture
def track(own):
    Track.objects.filter(pk=own.pk).update(title=TITLE, summary="Unheard-of, too.")
    own.refresh_from_db()
    return own.track


@pytest.fixture
def assignment(track, cohort):
    return cohort.assignments.create(track=track)


def status(user, track):
    return client_of(user).get(f"/cohorts/tracks/{track.slug}/").status_code


def test_its_readers_are_authors_instructors_and_the_learners_who_have_it(
    track, assignment, cohort, instructor, learner, outsider, maintainer
):
    co_instructor, former, late = make_user("Cora"), make_user("Fred"), make_user("Late")
    cohort.instructors.add(co_instructor)
    cohort.join(former)
    cohort.leave(former)
    cohort.join(late)
    people = (instructor, co_instructor, learner, late, former, outsider, maintainer)
    assert [status(person, track) for person in people] == [200, 200, 200, 200, 404, 404, 404]
    assert Client().get(f"/cohorts/tracks/{track.slug}/").status_code == 302  # to log in, as for every slug
    assert Client().get("/cohorts/tracks/no-such-track/").status_code == 302
    assignment.to_everyone = False
    assignment.save()
    assignment.picked.add(cohort.enrolments.get(user=late))
    assert [status(person, track) for person in (learner, late)] == [404, 200]
    assignment.to_everyone = True
    assignment.visible_from = timezone.localdate() + timedelta(days=3)
    assignment.save()
    assert [status(person, track) for person in (co_instructor, learner)] == [200, 404]
    cohort.instructors.remove(co_instructor)
    assert status(co_instructor, track) == 404


def test_the_address_of_a_public_track_is_not_that_of_an_own_one(track, content, as_instructor):
    assert as_instructor.get("/cohorts/tracks/other/").status_code == 404
    assert as_instructor.get(f"/tracks/{track.slug}/").status_code == 404


def places_of(track, topic="maps"):
    """Every page that is asked for a track by its slug."""
    return [
        f"/cohorts/tracks/{track.slug}/",
        f"/tracks/{track.slug}/map.css",
        f"/tracks/{track.slug}/checklist.md",
        f"/tracks/{track.slug}/print/",
        f"/tracks/{track.slug}/track.json",
        f"/tracks/{track.slug}/reset/",
    ]


def test_everything_on_its_page_works_for_its_learner(track, assignment, as_learner):
    for place in places_of(track):
        answer = as_learner.get(place)
        assert answer.status_code == 200, place
        assert "public" not in answer.headers.get("Cache-Control", ""), place
        assert "Access-Control-Allow-Origin" not in answer.headers, place
    for look in ("map", "table", "outline", "checklist"):
        page = as_learner.get(f"/cohorts/tracks/{track.slug}/?view={look}")
        assert page.status_code == 200
        assert TITLE in page.text
        assert "/certificate/" not in page.text
        assert f"/tracks/{track.slug}/map.css?v=" in page.text or look != "map"


def test_there_is_no_dead_link_on_its_page(track, assignment, as_learner, as_instructor):
    for client in (as_learner, as_instructor):
        page = client.get(f"/cohorts/tracks/{track.slug}/").text
        for link in set(re.findall(r'href="(/(?!static)[^"#]*)', page)):
            assert client.get(link.replace("&amp;", "&")).status_code in (200, 302), link
    assert "Make it your own" in page
    assert f"/cohorts/tracks/{track.slug}/compose/" in page


def test_nobody_else_finds_it_on_any_page(track, assignment, content, as_outsider, cohort):
    """Neither where it could be listed nor where its slug is asked for."""
    for client in (as_outsider, Client()):
        for place in places_of(track):
            assert client.get(place).status_code in (404, 302), place
            assert TITLE not in client.get(place, follow=True).text
        assert client.get(f"/tracks/{track.slug}/certificate/").status_code in (404, 302)
        for place in (
            "/",
            "/tracks/",
            "/tracks/other/",
            "/sources/",
            "/sources/leaflet/",
            "/stages/first/",
            "/topics/maps/",
            f"/topics/maps/?track={track.slug}",
            "/search/?q=unheard",
            "/search/palette/?q=unheard",
            "/roadmap/roadmap.json",
            "/tracks/other/track.json",
            "/roadmap/print/",
        ):
            answer = client.get(place)
            assert answer.status_code == 200
            assert TITLE not in answer.text, place
            link = rf'="[^"]*([?]track=|/tracks/){track.slug}'  # encoded in the way back of a log-in, not in links
            assert not re.search(link, answer.text.replace(f'name="next" value="{place}"', "")), place
        beside = client.get(f"/topics/maps/beside/?track={track.slug}", headers={"HX-Request": "true"})
        assert beside.status_code == 200
        assert track.slug not in beside.text
    for place in ("/me/", "/me/data/", "/me/data/waymark.json", "/cohorts/", "/cohorts/tracks/"):
        assert TITLE not in as_outsider.get(place).text


def test_in_public_lists_its_own_people_do_not_find_it_either(track, assignment, as_learner, as_instructor):
    for client in (as_learner, as_instructor):
        for place in ("/tracks/", "/search/?q=unheard", "/search/palette/?q=unheard"):
            assert TITLE not in client.get(place).text


def test_a_topic_leads_along_it_for_its_readers_alone(track, assignment, as_learner, as_outsider):
    query = f"?track={track.slug}"
    page = as_learner.get(f"/topics/maps/{query}").text
    assert TITLE in page
    assert f'rel="next" href="/topics/routes/{query}"' in page
    page = as_outsider.get(f"/topics/maps/{query}").text
    assert 'rel="next" href="/topics/snacks/"' in page


@pytest.mark.parametrize("page", ["track", "table", "outline", "map"])
def test_a_tick_moves_its_bar_for_its_learner_and_tells_others_nothing(track, assignment, learner, outsider, page):
    values = {"status": "done", "page": page, "track": track.slug}
    answer = client_of(learner).post("/topics/maps/progress/", values, headers={"HX-Request": "true"})
    assert TITLE in answer.text
    assert learner.topic_progress.get().status == "done"
    for client in (client_of(outsider), Client()):
        answer = client.post("/topics/maps/progress/", values, headers={"HX-Request": "true"})
        assert answer.headers.get("HX-Refresh") == "true"
        assert TITLE not in answer.text


def test_an_edit_reaches_its_authors_and_not_the_cohort(track, assignment, content, as_instructor, as_learner, cohort):
    """What is agreed on is what is read: on the page, along the topics, in the export, and by another instructor."""
    as_instructor.post(f"/cohorts/tracks/{track.slug}/topics/add/", {"topic": "weather", "section": "start"})
    cohort.instructors.add(other := make_user("Cora"))

    def topics(client):
        data = json.loads(client.get(f"/tracks/{track.slug}/track.json").text)
        return [topic["slug"] for section in data["sections"] for topic in section["topics"]]

    assert topics(as_instructor) == ["maps", "routes", "weather", "routes", "snacks"]
    assert topics(as_learner) == topics(client_of(other)) == ["maps", "routes", "routes", "snacks"]
    assert "weather--tick" not in as_learner.get(f"/cohorts/tracks/{track.slug}/").text
    assert (
        TITLE not in as_learner.get(f"/topics/weather/?track={track.slug}").text.split("<main")[1].split("</nav>")[0]
    )


def test_it_can_be_started_over(track, assignment, learner, as_learner):
    as_learner.post("/topics/maps/progress/", {"status": "done"})
    answer = as_learner.post(f"/tracks/{track.slug}/reset/", {"number": "1"})
    assert answer.url == f"/cohorts/tracks/{track.slug}/"
    assert not learner.topic_progress.exists()


def test_a_draft_is_nobodys(track, assignment, as_learner):
    Track.objects.filter(pk=track.pk).update(state=State.DRAFT)
    assert as_learner.get(f"/cohorts/tracks/{track.slug}/").status_code == 404


# --- Assigning ------------------------------------------------------------------------------------


def test_its_authors_assign_it_and_other_instructors_do_not(track, cohort, as_instructor, instructor):
    place = f"/cohorts/{cohort.pk}/assign/"
    page = as_instructor.get(place).text
    assert '<optgroup label="Your own tracks">' in page
    assert TITLE in page
    other = make_user("Cora")
    cohort.instructors.add(other)
    page = client_of(other).get(place).text
    assert TITLE not in page
    assert "optgroup" not in page
    answer = client_of(other).post(place, {"track": track.pk, "required": "on"})
    assert answer.status_code == 400
    assert not cohort.assignments.filter(track=track).exists()
    assert as_instructor.post(place, {"track": track.pk, "required": "on"}).status_code == 302
    assignment = cohort.assignments.get(track=track)
    # Whoever instructs the cohort keeps what it follows.
    edit = f"/cohorts/{cohort.pk}/assignments/{assignment.pk}/"
    assert client_of(other).post(edit, {"due": "2030-05-01", "required": "on"}).status_code == 302


def test_learners_find_it_among_their_assignments(track, assignment, as_learner):
    page = as_learner.get("/me/").text
    assert f'href="/cohorts/tracks/{track.slug}/"' in page
    assert TITLE in page


def test_a_cohort_elsewhere_gives_no_right_to_it(track, assignment, outsider):
    other = Cohort.objects.create(name="Another")
    other.instructors.add(outsider)
    assert status(outsider, track) == 404
    assert not CustomTrack.objects.filter(authors=outsider).exists()
