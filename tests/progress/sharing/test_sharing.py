"""The public page of a learner: off by default, behind a link, and only what they chose."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image

from progress.models import Note, ProgressEvent, Share, Status, TopicProgress
from progress.sharing import share_cards
from progress.sharing.share_cards import ShareCard
from stages.models import Topic

ALL = {"show_progress": "on", "show_calendar": "on", "show_projects": "on"}


@pytest.fixture
def walker(content, learner):
    """A learner who has done two of the four required topics, one of them a project, and wrote a note."""
    Topic.objects.filter(slug="routes").update(kind=Topic.Kind.PROJECT)
    for slug in ("boots", "routes"):
        TopicProgress.objects.record(learner, content.topics[slug], Status.DONE)
    Note.objects.create(user=learner, topic=content.topics["boots"], text="my-secret-note")
    return learner


@pytest.fixture
def link(walker):
    return Share.objects.create(user=walker, show_calendar=True).get_absolute_url()


# --- On and off -----------------------------------------------------------------------------------


def test_nothing_is_shared_until_it_is_turned_on(walker, as_learner):
    page = as_learner.get("/me/share/").text
    assert "Your page is off." in page
    assert not Share.objects.exists()


def test_it_is_turned_on_with_what_was_chosen(walker, as_learner, client):
    as_learner.post("/me/share/", {"show_projects": "on"})
    share = Share.objects.get(user=walker)
    assert (share.show_progress, share.show_calendar, share.show_projects) == (False, False, True)
    assert client.get(share.get_absolute_url()).status_code == 200
    assert share.get_absolute_url() in as_learner.get("/me/share/").text


def test_turning_it_on_twice_makes_one_link(walker, as_learner):
    as_learner.post("/me/share/", ALL)
    token = Share.objects.get().token
    as_learner.post("/me/share/", ALL)
    assert Share.objects.get().token == token


def test_a_link_cannot_be_guessed(walker, as_learner, as_outsider):
    as_learner.post("/me/share/", ALL)
    as_outsider.post("/me/share/", ALL)
    tokens = set(Share.objects.values_list("token", flat=True))
    assert len(tokens) == 2
    assert all(re.fullmatch(r"[\w-]{22}", token) for token in tokens)


@pytest.mark.parametrize("page", ["", "card.png", "badge.svg"])
def test_turned_off_the_link_leads_nowhere(link, as_learner, client, page):
    assert client.get(link + page).status_code == 200
    as_learner.post("/me/share/stop/")
    as_learner.post("/me/share/stop/")
    assert client.get(link + page).status_code == 404
    assert not Share.objects.exists()


@pytest.mark.parametrize("page", ["", "card.png", "badge.svg"])
def test_a_new_link_ends_the_old_one(link, as_learner, client, page):
    old = Share.objects.get().token
    for _press in range(2):
        as_learner.post("/me/share/renew/", {"token": old})
    new = Share.objects.get()
    assert new.token != old
    assert client.get(link + page).status_code == 404
    assert client.get(new.get_absolute_url() + page).status_code == 200


def test_a_second_press_does_not_make_a_third_link(link, as_learner):
    old = Share.objects.get().token
    as_learner.post("/me/share/renew/", {"token": old})
    new = Share.objects.get().token
    as_learner.post("/me/share/renew/", {"token": old})
    assert Share.objects.get().token == new


def test_an_old_tab_does_not_turn_it_on_again(link, as_learner):
    token = Share.objects.get().token
    as_learner.post("/me/share/stop/")
    answer = as_learner.post("/me/share/", ALL | {"token": token}, follow=True)
    assert "Nothing was saved" in answer.text
    assert not Share.objects.exists()


def test_a_link_that_is_off_cannot_be_renewed(link, as_learner):
    token = Share.objects.get().token
    as_learner.post("/me/share/stop/")
    assert as_learner.post("/me/share/renew/", {"token": token}).status_code == 404
    assert not Share.objects.exists()


@pytest.mark.parametrize("token", ["", "\0", "nobody"])
def test_nonsense_renews_nothing(link, as_learner, token):
    as_learner.post("/me/share/renew/", {"token": token})
    assert Share.objects.get().get_absolute_url() == link


def test_nobody_changes_the_page_of_another(link, as_outsider):
    before = Share.objects.values().get()
    as_outsider.post("/me/share/renew/", {"token": before["token"]})
    as_outsider.post("/me/share/", {"token": before["token"]})
    as_outsider.post("/me/share/stop/")
    assert Share.objects.values().get() == before


@pytest.mark.parametrize("token", ["nobody", "a" * 22, "ä"])
def test_an_unknown_link_leads_nowhere(content, client, token):
    assert client.get(f"/shared/{token}/").status_code == 404
    assert client.get(f"/shared/{token}/card.png").status_code == 404
    assert client.get(f"/shared/{token}/badge.svg").status_code == 404


def test_the_page_of_a_closed_account_is_gone(link, walker, client):
    walker.is_active = False
    walker.save()
    assert client.get(link).status_code == 404


# --- What is on it --------------------------------------------------------------------------------

SECTIONS = {
    "show_progress": "Stage by stage",
    "show_calendar": "A year on the trail",
    "show_projects": "Projects built",
}


@pytest.mark.parametrize("shown", SECTIONS)
def test_it_shows_the_chosen_section_and_no_other(link, client, shown):
    Share.objects.update(**{name: name == shown for name in SECTIONS})
    page = client.get(link).text
    assert {name: title in page for name, title in SECTIONS.items()} == {name: name == shown for name in SECTIONS}
    assert ("50 %" in page) == (shown == "show_progress")
    assert ("Routes" in page) == (shown == "show_projects")


def test_it_counts_as_every_other_page_does(link, client, as_learner):
    bar = re.search(r'id="bar-total".*?</div>', as_learner.get("/me/").text, re.DOTALL)[0]
    assert "2 of 4" in bar
    assert bar in client.get(link).text
    assert "50 %" in client.get(f"{link}badge.svg").text


@pytest.mark.parametrize("name", ["Lena Learner", "", "lena@example.com", "<b>Lena</b>"])
def test_neither_address_nor_note_is_on_it(link, walker, client, name):
    walker.name = name
    walker.save()
    for page in (client.get(link).text, client.get(f"{link}badge.svg").text):
        assert "example.com" not in page
        assert "my-secret-note" not in page
    page = client.get(link).text
    assert (f"{escape(name)}’s way" if name and "@" not in name else "A learner’s way") in page


def test_only_finished_projects_are_built(link, content, client, walker):
    Topic.objects.filter(slug__in=["maps", "weather"]).update(kind=Topic.Kind.PROJECT)
    TopicProgress.objects.record(walker, content.topics["maps"], Status.LEARNING)
    cards_shown = client.get(link).text.split("Projects built")[1].split("Stage by stage")[0]
    assert re.findall(r"/topics/(\w+)/", cards_shown) == ["routes"]


def test_the_calendar_has_the_days_of_the_learners_clock(link, walker, client, monkeypatch):
    """Two ticks around midnight in Auckland are two days there, and one in Greenwich."""
    now = datetime(2026, 5, 20, 9, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    times = [datetime(2026, 5, 10, 11, tzinfo=UTC), datetime(2026, 5, 10, 13, tzinfo=UTC)]
    for event, at in zip(ProgressEvent.objects.order_by("pk"), times, strict=True):
        ProgressEvent.objects.filter(pk=event.pk).update(at=at)
    assert "Active on 1 day in" in client.get(link).text
    walker.time_zone = "Pacific/Auckland"
    walker.save()
    assert "Active on 2 days in" in client.get(link).text
    walker.time_zone = "Nowhere/Land"
    walker.save()
    assert "Active on 1 day in" in client.get(link).text


def test_the_calendar_has_the_days_of_the_browser_that_turned_it_on(content, learner, as_learner, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 5, 20, 9, tzinfo=UTC))
    for slug, hour in (("maps", 11), ("boots", 13)):
        at = datetime(2026, 5, 10, hour, tzinfo=UTC)
        ProgressEvent.objects.create(user=learner, topic=content.topics[slug], status="done", at=at)
    as_learner.cookies["zone"] = "Pacific/Auckland"
    as_learner.post("/me/share/", {"show_calendar": "on"})
    link = learner.share.get_absolute_url()
    assert "Active on 2 days in" in client.get(link).text
    as_learner.cookies["zone"] = ""
    as_learner.post("/me/share/", {"show_calendar": "on", "show_progress": "on", "token": learner.share.token})
    assert "Active on 2 days in" in client.get(link).text  # a browser that says nothing changes nothing


def test_the_calendar_counts_what_the_learner_did_within_a_year(link, walker, client):
    events = list(ProgressEvent.objects.order_by("pk"))
    ProgressEvent.objects.filter(pk=events[0].pk).update(cause=ProgressEvent.Cause.RESET)
    unticked = events[1].at - timedelta(days=7)
    ProgressEvent.objects.create(user=walker, topic=events[1].topic, status="none", at=unticked)
    assert "Active on 1 day in" in client.get(link).text
    ProgressEvent.objects.filter(pk=events[1].pk).update(at=events[1].at - timedelta(days=400))
    assert "Active on 0 days in" in client.get(link).text


# --- How it travels -------------------------------------------------------------------------------


def test_neither_search_engines_nor_other_sites_learn_the_link(link, client):
    for page in ("", "card.png", "badge.svg"):
        headers = client.get(link + page).headers
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in client.get(link).text


def test_whoever_reads_it_can_still_sign_out(link, outsider):
    """A policy that hides the origin from forms would have them refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(outsider)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', client.get(link).text)[1]
    headers = {"Origin": "http://testserver"}
    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}, headers=headers).status_code == 302


def test_the_page_is_kept_by_nobody(link, client, as_learner):
    assert client.get(link).headers["Cache-Control"] == "private, no-store"
    assert as_learner.get("/me/share/").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("picture", ["card.png", "badge.svg"])
def test_pictures_are_kept_a_while_and_sent_again_when_they_changed(link, content, walker, client, picture):
    first = client.get(link + picture)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in first.headers.get("Vary", "")
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(link + picture, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=300"
    TopicProgress.objects.record(walker, content.topics["maps"], Status.DONE)
    changed = client.get(link + picture, headers=known)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_the_page_names_its_card_in_full(link, content, walker, client):
    page = client.get(link).text
    picture = re.search(r'property="og:image" content="([^"]+)"', page)[1]
    assert picture.startswith(f"http://testserver{link}card.png?")
    assert 'property="og:title" content="Lena Learner’s way to the goal"' in page
    assert 'property="og:image:alt" content="50 % of the way to the goal: 2 of 4 topics done"' in page
    assert 'name="twitter:card" content="summary_large_image"' in page
    response = client.get(picture)
    assert response.headers["Content-Type"] == "image/png"
    assert Image.open(BytesIO(response.content)).size == (1200, 630)
    TopicProgress.objects.record(walker, content.topics["maps"], Status.DONE)
    assert picture not in client.get(link).text  # what keeps the old card asks for another


# --- The badge ------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("shown", [True, False])
def test_the_badge_is_a_small_drawing_that_says_what_it_shows(link, client, shown):
    Share.objects.update(show_progress=shown)
    response = client.get(f"{link}badge.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert len(response.content) < 5000
    badge = ET.fromstring(response.content)
    assert badge.attrib["role"] == "img"
    named = [badge.find(f"*[@id='{name}']").text for name in badge.attrib["aria-labelledby"].split()]
    assert ("50 %" in named[0], "2 of 4" in named[1]) == (shown, shown)
    assert [text.text for text in badge.iter(f"{SVG}text")] == ["Waymark", "50 %" if shown else "on the way"]


def test_the_badge_needs_nothing_that_the_policy_forbids(link, client):
    badge = client.get(f"{link}badge.svg").text
    assert "style" not in badge
    assert "script" not in badge
    assert "href" not in badge


def test_the_snippets_have_the_badge_and_the_link(link, as_learner):
    page = as_learner.get("/me/share/").text
    url = f"http://testserver{link}"
    assert f"[![My way to the goal on Waymark]({url}badge.svg)]({url})" in page
    assert f"&lt;a href=&quot;{url}&quot;" in page.replace('"', "&quot;")


# --- The card -------------------------------------------------------------------------------------

STAGES = tuple((level, True) for level in ("beginner", "intermediate", "advanced", "") * 5)


@pytest.mark.parametrize(
    "card",
    [
        ShareCard(),
        ShareCard("Lena Learner"),
        ShareCard("Lena Learner", 0, 0, 4),
        ShareCard("Lena Learner", 37, 84, 229, STAGES),
        ShareCard("W" * 150, 100, 229, 229, STAGES),
        ShareCard("ليلى المتعلمة", 100, 229, 229, STAGES),
    ],
)
def test_a_card_is_a_light_picture_of_the_right_size(card):
    png = share_cards.draw_card(card)
    assert len(png) < 100_000
    assert Image.open(BytesIO(png)).size == (1200, 630)


def test_equal_cards_are_drawn_once_and_are_equal():
    share_cards.draw_card.cache_clear()
    first = share_cards.draw_card(ShareCard("Lena", 1, 1, 100))
    assert share_cards.draw_card(ShareCard("Lena", 1, 1, 100)) is first
    share_cards.draw_card.cache_clear()
    assert share_cards.draw_card(ShareCard("Lena", 1, 1, 100)) == first
    assert share_cards.draw_card(ShareCard("Lena", 2, 2, 100)) != first


@pytest.mark.parametrize(
    ("name", "drawable"),
    [
        ("Lena Learner", True),
        ("O’Neill-Smith, Jr.", True),
        ("ليلى", False),
        ("李", False),
        ("Ада", False),
        ("🥾", False),
        ("नीला", False),
        ("Le\nna", False),
        ("Lena \u202eAda", False),
        ("", True),
    ],
)
def test_it_knows_which_names_it_can_draw(name, drawable):
    assert share_cards.can_draw(name) is drawable


@pytest.mark.parametrize("percentage", [None, 40])
def test_a_name_that_it_cannot_draw_is_left_out(percentage):
    nameless = share_cards.draw_card(ShareCard("", percentage, 4, 10))
    assert share_cards.draw_card(ShareCard("ليلى", percentage, 4, 10)) == nameless
    assert share_cards.draw_card(ShareCard("Lena", percentage, 4, 10)) != nameless
