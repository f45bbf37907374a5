"""/search/, and the QuerySet method behind it, on whichever database the suite runs."""

import pytest

from stages.models import Resource, Topic


@pytest.mark.usefixtures("roadmap")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("QuerySets", "querysets"),
        ("queryse", "querysets"),
        ("custom user", "custom-user-model"),
        ("csrf", "csrf-protection"),
        ("Docker Compose", "docker-compose"),
        ("MIGRATIONS", "migrations"),
        ("web scraping", "web-scraping"),
    ],
)
def test_the_best_topic_comes_first(text, first):
    assert Topic.objects.search(text)[0].slug == first


@pytest.mark.usefixtures("roadmap")
def test_every_word_must_be_there():
    assert Topic.objects.search("async views").filter(slug="async-views").exists()
    assert not Topic.objects.search("async zebra").exists()


@pytest.mark.usefixtures("roadmap")
def test_it_finds_by_summary_and_by_resource():
    assert Topic.objects.search("stampede").get().slug == "caching-strategies"
    assert Resource.objects.search("gunicorn").exists()


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "' OR 1=1 --", "a:* | b", "\\", "%", "_", "((", "خرائط", "x" * 5000]
)
def test_odd_input_is_no_error(content, client, text):
    assert client.get("/search/", {"q": text}).status_code == 200


def test_a_percent_sign_is_not_a_wild_card(content):
    assert not Topic.objects.search("%").exists()


def test_it_finds_other_scripts(content):
    Topic.objects.filter(slug="maps").update(title="خرائط")
    assert Topic.objects.search("خرائط").get().slug == "maps"


def test_drafts_are_not_found(content, client):
    Topic.objects.filter(slug="maps").update(state="draft")
    page = client.get("/search/", {"q": "maps"}).text
    assert 'href="/topics/maps/"' not in page


def test_the_page_shows_rows_to_tick_and_resources(content, client):
    page = client.get("/search/", {"q": "maps"}).text
    assert 'id="first--maps-tick"' in page
    assert "Reading maps" in page


def test_no_result_says_so(content, client):
    assert "Nothing here has “zebra”" in client.get("/search/", {"q": "zebra"}).text


def test_the_question_is_escaped(content, client):
    assert "<script>" not in client.get("/search/", {"q": "<script>"}).text.split("<main")[1]


def test_a_title_counts_more_than_a_summary_and_that_more_than_a_lesson(content):
    Topic.objects.filter(slug="boots").update(body="Maps and compass.")
    Topic.objects.filter(slug="routes").update(summary="Draw maps and compass.")
    Topic.objects.filter(slug="weather").update(title="Maps and compass")
    assert [topic.slug for topic in Topic.objects.search("maps and compass")] == ["weather", "routes", "boots"]
