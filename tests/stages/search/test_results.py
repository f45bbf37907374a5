"""What /search/ and the palette find, with and without a slip."""

import pytest

from stages.models import Track


def search(client, text):
    return client.get("/search/", {"q": text}).text.split("<main")[1].split("<footer")[0]


@pytest.mark.usefixtures("roadmap")
@pytest.mark.parametrize(
    ("typed", "spelling", "slug"),
    [
        ("qureysets", "querysets", "querysets"),
        ("quersyets", "querysets", "querysets"),
        ("migratons", "migrations", "migrations"),
        ("middlewaare", "middleware", "middleware"),
        ("docker compsoe", "docker compose", "docker-compose"),
    ],
)
def test_a_slip_finds_what_was_meant_and_says_so(client, typed, spelling, slug):
    page = search(client, typed)
    assert f"Nothing here has “{typed}”. Showing results for “<strong>{spelling}</strong>”." in page
    assert f'href="/topics/{slug}/"' in page
    assert f'value="{typed}"' in page  # what was typed stays, to be changed or not


@pytest.mark.usefixtures("roadmap")
@pytest.mark.parametrize("typed", ["kotlin", "angular", "laravel", "golang", "zebra"])
def test_what_is_not_here_is_not_guessed_at(client, typed):
    assert f"Nothing here has “{typed}”. Try another word" in search(client, typed)


def test_few_results_offer_another_spelling(client, content):
    content.topics["maps"].summary = "There is a wether here."
    content.topics["maps"].save()
    page = search(client, "wethe")
    assert 'href="/topics/maps/"' in page
    assert "Did you mean" not in page  # it is a word of this site
    content.resource.title = "On waether"
    content.resource.save()
    page = search(client, "waether")
    assert "On waether" in page
    assert 'Did you mean <a href="?q=weather">weather</a>?' in page


def test_it_finds_stages_tracks_and_pages(client, as_learner, content):
    assert 'href="/stages/first/"' in search(client, "first st")
    assert 'href="/tracks/other/"' in search(client, "another")
    assert 'href="/accounts/login/"' in search(client, "sign in")
    assert 'href="/me/"' in search(as_learner, "progress")
    assert 'href="/me/"' not in search(client, "progress")
    assert 'href="/admin/"' not in search(as_learner, "admin")


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("your data", "/me/data/"),
        ("notes", "/me/notes/"),
        ("stars", "/me/notes/"),
        ("share", "/me/share/"),
        ("certificates", "/me/share/"),
        ("delete account", "/accounts/delete/"),
    ],
)
def test_members_find_the_pages_that_are_theirs(client, as_learner, content, typed, path):
    for address in ("/search/", "/search/palette/"):
        found = as_learner.get(address, {"q": typed}).text, client.get(address, {"q": typed}).text
        results = [text.split("<main")[-1].split("<footer")[0] for text in found]
        assert [f'href="{path}"' in text for text in results] == [True, False]
    assert as_learner.get(path).status_code == 200


def test_drafts_of_tracks_and_stages_are_not_found(client, content):
    Track.objects.filter(slug="other").update(state="draft")
    content.first.state = "draft"
    content.first.save()
    assert "Nothing here" in search(client, "another")
    assert "Nothing here" in search(client, "first steps")


def test_the_palette_lists_each_kind_under_its_heading(client, content):
    page = client.get("/search/palette/", {"q": "map"}).text
    assert page.index(">Topics<") < page.index('href="/topics/maps/"') < page.index(">Resources<")
    assert 'href="https://example.org/maps/" rel="external"' in page
    assert "2 results" in page
    assert 'href="/search/?q=map"' in page
    assert "<html" not in page


def test_the_palette_offers_pages_before_anything_is_typed(as_learner, as_maintainer, client, content):
    assert 'href="/accounts/login/"' in client.get("/search/palette/").text
    assert 'href="/me/"' in as_learner.get("/search/palette/").text
    assert 'href="/admin/"' not in as_learner.get("/search/palette/").text
    assert 'href="/admin/"' in as_maintainer.get("/search/palette/").text
    assert "/search/?q=" not in client.get("/search/palette/").text


def test_the_palette_escapes_what_is_typed(client, content):
    assert "<script>" not in client.get("/search/palette/", {"q": "<script>alert(1)</script>"}).text
