"""What readers take away: the table, check-lists, pages for paper, and tracks as data."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from progress.models import TopicProgress
from stages.models import Resource, State, TopicResource
from tests.progress.tracking.test_ticks import tick


def rows_of(client):
    response = client.get("/me/data/progress.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_table_has_every_topic_and_where_the_learner_stands(content, as_learner, learner):
    tick(as_learner, "maps", "done")
    tick(as_learner, "routes", "skipped")
    rows = rows_of(as_learner)
    assert [(row["topic"], row["status"]) for row in rows] == [
        ("Boots", "not started"),
        ("Maps", "done"),
        ("Snacks", "not started"),
        ("Routes", "skipped"),
        ("Weather", "not started"),
    ]
    assert rows[2]["required"] == "no"
    assert rows[1]["link"] == "http://testserver/topics/maps/"
    assert rows[1]["stage"] == "First steps"


@pytest.mark.parametrize(
    ("zone", "day"), [("", "2026-03-01"), ("Asia/Tokyo", "2026-03-02"), ("Nowhere", "2026-03-01")]
)
def test_its_days_are_the_learners_own(content, as_learner, learner, zone, day):
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    TopicProgress.objects.create(user=learner, topic=content.topics["maps"], status="done", changed_at=at)
    learner.time_zone = zone
    learner.save()
    assert rows_of(as_learner)[1]["changed"] == day


@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t", "\r", "\n", "\n=", "\u00a0=", "\u200b=", " \ufeff@", "\uff1d", "\uff0b", "\ufe62"],
)
def test_no_cell_is_a_formula(content, as_learner, start):
    content.topics["maps"].title = f'{start}HYPERLINK("http://evil.example")'
    content.topics["maps"].save()
    content.first.title = f"{start}1"
    content.first.save()
    rows = rows_of(as_learner)
    assert rows[1]["topic"] == f'\'{start}HYPERLINK("http://evil.example")'
    assert rows[1]["stage"] == f"'{start}1"


def test_the_table_keeps_what_has_left_the_roadmap(content, as_learner):
    tick(as_learner, "maps", "done")
    content.topics["maps"].state = State.RETIRED
    content.topics["maps"].save()
    last = rows_of(as_learner)[-1]
    assert (last["topic"], last["stage"], last["status"]) == ("Maps", "", "done")


LIST = """\
# The roadmap

1 of 4 required topics done.

## First steps

- [ ] [Boots](http://testserver/topics/boots/) *(learning)*
- [x] [Maps](http://testserver/topics/maps/)
- [ ] [Snacks](http://testserver/topics/snacks/) *(optional, skipped)*

## Further on

- [ ] [Routes](http://testserver/topics/routes/)
- [ ] [Weather](http://testserver/topics/weather/)
"""


@pytest.mark.parametrize("who", ["visitor", "learner"])
def test_a_check_list_has_the_readers_own_ticks(content, client, as_learner, who):
    reader = as_learner if who == "learner" else client
    for slug, status in (("maps", "done"), ("boots", "learning"), ("snacks", "skipped")):
        tick(reader, slug, status)
    response = reader.get("/roadmap/checklist.md")
    assert response.text == LIST
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="waymark-roadmap.md"'
    assert "private" in response.headers["Cache-Control"]


def test_a_check_list_of_a_track_or_a_stage_has_its_own_headings(content, client):
    track = client.get("/tracks/other/checklist.md").text
    assert [line for line in track.splitlines() if line.startswith("#")] == ["# Another way", "## Start", "## Finish"]
    assert track.count("/topics/routes/") == 2
    stage = client.get("/stages/second/checklist.md").text
    assert stage.count("- [ ]") == 2
    content.other.sections.update(part="Part [one]")
    track = client.get("/tracks/other/checklist.md").text
    assert [line for line in track.splitlines() if line.startswith("##")] == [
        r"## Part \[one\]",
        "### Start",
        "### Finish",
    ]


@pytest.mark.parametrize("path", ["tracks/nope/print/", "stages/nope/print/", "tracks/nope/track.json"])
def test_what_is_not_published_is_not_given_away(content, client, path):
    assert client.get(f"/{path}").status_code == 404
    content.other.state = State.DRAFT
    content.other.save()
    assert client.get(f"/{path.replace('nope', 'other')}").status_code == 404


def test_a_draft_is_on_no_export(content, client):
    content.topics["maps"].state = State.DRAFT
    content.topics["maps"].body = "Unfinished."
    content.topics["maps"].save()
    for path in ("roadmap/print/", "stages/first/print/", "tracks/other/print/", "roadmap/checklist.md"):
        assert "Maps" not in client.get(f"/{path}").text, path
    assert "Maps" not in client.get("/roadmap/roadmap.json").text


def test_the_page_for_paper_has_every_lesson_once_and_its_links_written_out(content, client):
    for slug in ("maps", "routes", "snacks"):
        content.topics[slug].body = f"All about **{slug}**.\n\n### A heading"
        content.topics[slug].save()
    hidden = Resource.objects.create(url="https://example.org/gone/", title="Gone", publisher="E", state=State.RETIRED)
    TopicResource.objects.create(topic=content.topics["maps"], resource=hidden)
    page = client.get("/tracks/other/print/").text
    assert page.count("All about <strong>routes</strong>.") == 1
    assert page.count("It stands further up on these pages.") == 1
    assert "<h3>" in page
    assert "<h4>A heading</h4>" in page
    assert '<a href="https://example.org/maps/">https://example.org/maps/</a>' in page
    assert "gone" not in page
    assert "css/progress/print.css" in page


def test_the_page_for_paper_shows_what_is_done(content, as_learner):
    tick(as_learner, "maps", "done")
    page = as_learner.get("/stages/first/print/").text
    assert page.count("☑") == 1
    assert page.count("☐") == 2


def test_a_track_as_data_says_what_is_in_it(content, client):
    response = client.get("/tracks/other/track.json")
    found = json.loads(response.content)
    assert (found["slug"], found["version"], found["topics"]) == ("other", 1, 3)
    assert [section["title"] for section in found["sections"]] == ["Start", "Finish"]
    maps = found["sections"][0]["topics"][0]
    assert maps["prerequisites"] == ["boots"]
    assert maps["resources"][0]["url"] == "https://example.org/maps/"
    assert maps["url"] == "http://testserver/topics/maps/"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "public" in response.headers["Cache-Control"]
    assert "Cookie" not in response.headers["Vary"]


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_track_as_data_is_sent_again_only_when_it_has_changed(content, client, encoding):
    headers = {"Accept-Encoding": encoding}
    tag = client.get("/tracks/other/track.json", headers=headers).headers["ETag"]
    again = client.get("/tracks/other/track.json", headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    content.topics["maps"].title = "Charts"
    content.topics["maps"].save()
    changed = client.get("/tracks/other/track.json", headers={**headers, "If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_pages_lead_to_what_can_be_taken_along(content, client):
    assert "/roadmap/print/" in client.get("/").text
    assert "/tracks/other/checklist.md" in client.get("/tracks/other/").text
    assert "/stages/first/print/" in client.get("/stages/first/").text
