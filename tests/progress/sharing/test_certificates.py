"""Certificates: issued for a whole track and nothing less, once, and kept whatever becomes of the track."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.utils.formats import date_format

from progress.models import Certificate, Status, TopicProgress
from stages.models import State, Topic, TrackTopic
from tests.conftest import client_of, make_user
from tests.progress.tracking.test_concurrency import at_once

CLAIM = "/tracks/other/certificate/"


def do(user, content, *slugs, status=Status.DONE):
    for slug in slugs:
        TopicProgress.objects.record(user, content.topics[slug], status)


@pytest.fixture
def finisher(content, learner):
    """A learner who has done all that the other track requires; snacks are optional there."""
    do(learner, content, "maps", "routes")
    return learner


@pytest.fixture
def issued(finisher, as_learner):
    as_learner.post(CLAIM, {"name": "Lena Learner"})
    return Certificate.objects.get()


# --- Getting one ----------------------------------------------------------------------------------


def test_it_is_offered_when_the_track_is_complete(finisher, as_learner):
    page = as_learner.get("/tracks/other/").text
    assert f'href="{CLAIM}"' in page
    assert 'id="bar-total" data-complete' in page
    form = as_learner.get(CLAIM).text
    assert 'value="Lena Learner"' in form
    assert "Issue my certificate" in form


def test_the_roadmap_offers_none_without_its_track(content, learner, as_learner):
    do(learner, content, "boots", "maps", "routes", "weather")
    assert 'href="/certificate/"' in as_learner.get("/").text
    content.merged.state = State.DRAFT
    content.merged.save()
    assert 'href="/certificate/"' not in as_learner.get("/").text


def test_it_is_issued_with_a_name_and_what_it_covers(issued):
    assert issued.name == "Lena Learner"
    assert issued.track_title == "Another way"
    assert issued.topics == [["maps", "Maps"], ["routes", "Routes"]]


@pytest.mark.parametrize("status", [Status.LEARNING, Status.SKIPPED, None])
def test_it_is_not_issued_for_less(content, learner, as_learner, status):
    do(learner, content, "maps")
    if status:
        do(learner, content, "routes", status=status)
    answer = as_learner.post(CLAIM, {"name": "Lena"})
    assert answer.status_code == 409
    assert "1 is left" in answer.text
    assert "Routes" in answer.text
    assert not Certificate.objects.exists()


def test_it_is_not_issued_for_a_track_that_requires_nothing(content, as_learner):
    TrackTopic.objects.update(required=False)
    assert as_learner.post(CLAIM, {"name": "Lena"}).status_code == 409
    assert "requires nothing" in as_learner.get(CLAIM).text
    assert not Certificate.objects.exists()


def test_retired_topics_are_not_needed(content, learner, as_learner):
    do(learner, content, "maps")
    Topic.objects.filter(slug="routes").update(state=State.RETIRED)
    as_learner.post(CLAIM, {"name": "Lena"})
    assert Certificate.objects.get().topics == [["maps", "Maps"]]


def test_a_topic_under_two_headings_is_required_if_it_is_so_anywhere(content, learner, as_learner):
    TrackTopic.objects.filter(section__slug="finish", topic__slug="routes").update(required=False)
    do(learner, content, "maps")
    assert as_learner.post(CLAIM, {"name": "Lena"}).status_code == 409
    do(learner, content, "routes")
    as_learner.post(CLAIM, {"name": "Lena"})
    assert [slug for slug, _title in Certificate.objects.get().topics] == ["maps", "routes"]


@pytest.mark.parametrize("name", ["", "   ", "123", "\u200b", "x" * 151])
def test_it_needs_a_name(finisher, as_learner, name):
    answer = as_learner.post(CLAIM, {"name": name})
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(("name", "written"), [("  Lena \n Learner ", "Lena Learner"), ("ليلى", "ليلى"), ("李", "李")])
def test_any_script_is_a_name(finisher, as_learner, client, name, written):
    answer = as_learner.post(CLAIM, {"name": name})
    assert Certificate.objects.get().name == written
    assert f"{written}</p>" in client.get(answer.url).text


def test_an_address_is_not_offered_as_a_name(finisher, as_learner):
    finisher.name = "lena@example.com"
    finisher.save()
    assert "example.com" not in as_learner.get(CLAIM).text


def test_asking_twice_leads_to_the_same_one(issued, as_learner):
    for answer in (as_learner.post(CLAIM, {"name": "Somebody Else"}), as_learner.get(CLAIM)):
        assert (answer.status_code, answer.url) == (302, issued.get_absolute_url())
    assert Certificate.objects.get().name == "Lena Learner"


def test_the_merged_roadmap_has_one_too(content, learner, as_learner):
    do(learner, content, "boots", "maps", "routes", "weather")
    assert 'href="/certificate/"' in as_learner.get("/").text
    answer = as_learner.post("/certificate/", {"name": "Lena"})
    assert Certificate.objects.get().track == content.merged
    assert as_learner.get("/tracks/roadmap/certificate/").url == answer.url


@pytest.mark.parametrize("state", [State.DRAFT, State.RETIRED])
def test_a_track_that_is_not_offered_has_none(content, finisher, as_learner, state):
    content.other.state = state
    content.other.save()
    assert as_learner.get(CLAIM).status_code == 404
    assert as_learner.post(CLAIM, {"name": "Lena"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_many_presses_at_once_make_one(content):
    user = make_user("Lena Learner")
    do(user, content, "maps", "routes")
    clients = [client_of(user) for _ in range(16)]
    connection.close()
    answers = at_once([lambda client=client: client.post(CLAIM, {"name": "Lena"}) for client in clients])
    [certificate] = Certificate.objects.all()
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, certificate.get_absolute_url())}


# --- Showing it -----------------------------------------------------------------------------------


def test_everyone_with_the_link_can_check_it(issued, client, as_outsider, as_learner):
    for reader in (client, as_outsider, as_learner):
        page = reader.get(issued.get_absolute_url()).text
        assert "Lena Learner" in page
        assert "Another way" in page
        assert f"http://testserver{issued.get_absolute_url()}" in page
        assert date_format(issued.issued_at) in page
        assert "example.com" not in page
        assert "has grown" not in page
        assert ("It is yours." in page) == (reader is as_learner)


def test_neither_search_engines_nor_other_sites_learn_its_link(issued, client):
    headers = client.get(issued.get_absolute_url()).headers
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("token", ["nobody", "a" * 22, "ä"])
def test_an_unknown_link_proves_nothing(issued, client, token):
    assert client.get(f"/certificates/{token}/").status_code == 404


def test_its_owner_finds_it_again(issued, as_learner, as_outsider):
    assert issued.get_absolute_url() in as_learner.get("/me/share/").text
    assert issued.get_absolute_url() not in as_outsider.get("/me/share/").text


def test_its_day_is_that_of_the_learner(issued, finisher, client):
    Certificate.objects.update(issued_at="2026-03-07T22:30:00Z")
    assert "March 7, 2026" in client.get(issued.get_absolute_url()).text
    finisher.time_zone = "Europe/Helsinki"
    finisher.save()
    assert "March 8, 2026" in client.get(issued.get_absolute_url()).text


def test_its_day_is_that_of_the_browser_for_who_chose_no_zone(finisher, as_learner, client):
    as_learner.cookies["zone"] = "Pacific/Kiritimati"  # 14 hours ahead of UTC
    as_learner.post(CLAIM, {"name": "Lena Learner"})
    issued = Certificate.objects.get()
    Certificate.objects.update(issued_at="2026-03-07T22:30:00Z")
    assert "March 8, 2026" in client.get(issued.get_absolute_url()).text
    assert "March 8, 2026" in as_learner.get("/me/share/").text
    client.cookies["zone"] = "Pacific/Midway"
    assert "March 8, 2026" in client.get(issued.get_absolute_url()).text
    finisher.time_zone = "Europe/Lisbon"
    finisher.save()
    assert "March 7, 2026" in client.get(issued.get_absolute_url()).text


@pytest.mark.parametrize("zone", ["Nowhere/Land", "x" * 200])
def test_a_zone_that_is_none_is_not_kept(finisher, as_learner, zone):
    as_learner.cookies["zone"] = zone
    as_learner.post(CLAIM, {"name": "Lena Learner"})
    assert Certificate.objects.get().time_zone == ""


def test_it_is_not_shown_while_the_account_is_turned_off(issued, finisher, client):
    for active, status in ((False, 404), (True, 200)):
        finisher.is_active = active
        finisher.save()
        assert client.get(issued.get_absolute_url()).status_code == status


# --- Keeping it -----------------------------------------------------------------------------------


def covered_on(page):
    return re.findall(r"<li>(?:<a [^>]*>)?([^<]+)", page.split('id="covered"')[1])


def test_it_is_kept_when_the_track_grows_and_says_so(issued, content, client, as_learner):
    TrackTopic.objects.create(section=content.other.sections.first(), topic=content.topics["weather"], position=9)
    page = client.get(issued.get_absolute_url()).text
    assert "grown since, by 1 required topic" in page
    assert covered_on(page) == ["Maps", "Routes"]
    assert as_learner.get(CLAIM).url == issued.get_absolute_url()


def test_optional_topics_are_no_growth(issued, content, client):
    section = content.other.sections.first()
    TrackTopic.objects.create(section=section, topic=content.topics["weather"], position=9, required=False)
    assert "has grown" not in client.get(issued.get_absolute_url()).text


def test_it_is_kept_when_topics_are_renamed_or_retired(issued, client):
    Topic.objects.filter(slug="maps").update(title="Charts")
    Topic.objects.filter(slug="routes").update(state=State.RETIRED)
    page = client.get(issued.get_absolute_url()).text
    assert covered_on(page) == ["Maps", "Routes"]
    assert "/topics/maps/" in page
    assert "/topics/routes/" not in page


def test_what_took_over_from_a_covered_topic_is_no_growth(issued, content, client):
    Topic.objects.filter(slug="routes").update(state=State.RETIRED)
    Topic.objects.filter(slug="weather").update(replaces=["routes"])
    TrackTopic.objects.create(section=content.other.sections.first(), topic=content.topics["weather"], position=9)
    assert "has grown" not in client.get(issued.get_absolute_url()).text


@pytest.mark.parametrize("end", ["retired", "deleted"])
def test_it_is_kept_when_the_track_ends(issued, content, client, as_learner, end):
    if end == "deleted":
        content.other.delete()
    else:
        content.other.state = State.RETIRED
        content.other.save()
    page = client.get(issued.get_absolute_url()).text
    assert "Another way" in page
    assert "no longer offered" in page
    assert covered_on(page) == ["Maps", "Routes"]
    assert issued.get_absolute_url() in as_learner.get("/me/share/").text


def test_it_is_kept_when_a_topic_is_unticked(issued, finisher, content, client):
    do(finisher, content, "maps", status="none")
    assert client.get(issued.get_absolute_url()).status_code == 200


def test_it_goes_with_the_account(issued, finisher, client):
    finisher.delete()
    assert client.get(issued.get_absolute_url()).status_code == 404
    assert not Certificate.objects.exists()


def test_a_visitor_signs_in_first(content):
    assert Client().get(CLAIM).url.startswith("/accounts/login/?next=/tracks/other/certificate/")
