"""How long topics take: shown, summed, and hidden for those who ask."""

import pytest

from stages.content import outline_of_stages, outline_of_track
from stages.models import Topic
from stages.outline import Minutes


@pytest.fixture
def timed(content):
    for slug, (least, most) in {"boots": (10, 20), "maps": (20, 30), "snacks": (5, 9), "routes": (90, 150)}.items():
        Topic.objects.filter(slug=slug).update(minutes_min=least, minutes_max=most)
    return content


@pytest.mark.parametrize(
    ("minutes", "text"),
    [((0, 0), ""), ((5, 10), "5–10 min"), ((60, 120), "60–120 min"), ((100, 170), "2–3 h"), ((1200, 2400), "20–40 h")],
)
def test_a_range_reads_well(minutes, text):
    assert str(Minutes(*minutes)) == text


def test_only_what_is_required_is_summed_and_each_topic_once(timed):
    outline = outline_of_stages()
    assert outline.minutes == (120, 200)
    assert outline.sections[0].minutes == (30, 50)
    # The other track names one topic under two headings.
    assert outline_of_track(timed.other).minutes == (110, 180)


@pytest.mark.parametrize("path", ["/", "/stages/first/", "/topics/maps/", "/tracks/other/"])
def test_times_are_shown_and_can_be_hidden(timed, client, path):
    page = client.get(path)
    assert 'class="minutes"' in page.text
    assert "data-minutes" not in page.text
    response = client.post("/display/", {"minutes": "hidden", "next": path})
    assert response.url == path
    assert '<html lang="en" data-minutes="hidden">' in client.get(path).text
    assert "Show times" in client.get(path).text
    client.post("/display/", {"minutes": "shown", "next": path})
    assert "data-minutes" not in client.get(path).text


def test_nonsense_is_refused(client, db):
    assert client.post("/display/", {"minutes": "maybe"}).status_code == 400


def test_it_does_not_lead_off_the_site(client, db):
    assert client.post("/display/", {"minutes": "hidden", "next": "https://example.org/"}).url == "/"


def test_it_makes_no_session(client, db):
    response = client.post("/display/", {"minutes": "hidden"})
    assert list(response.cookies) == ["minutes"]
    assert response.cookies["minutes"]["httponly"]
