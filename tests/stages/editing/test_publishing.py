"""What is published with a time to come: nobody sees it before, and everybody from then on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from progress.models import TopicProgress
from stages.fixture_io import FixtureError, files, read, snapshot
from stages.models import Exercise, Stage, Topic, Track
from stages.sync.load import load
from tests.content import make_exercise, stage, topic, write_files

PAGES = ["/", "/?view=map", "/?view=table", "/stages/first/", "/tracks/other/", "/search/?q=maps", "/sources/leaflet/"]
SOON, JUST_NOW = timedelta(hours=1), -timedelta(seconds=1)


def plan(row, when):
    row.publish_at = timezone.now() + when
    row.save()


def seen(client, words="/topics/maps/"):
    return {path: words in client.get(path).text for path in PAGES}


def test_no_page_shows_a_topic_before_its_time(content, client):
    assert all(seen(client).values())
    plan(content.topics["maps"], SOON)
    assert not any(seen(client).values())
    assert client.get("/topics/maps/").status_code == 404
    assert client.post("/topics/maps/progress/", {"status": "done"}).status_code == 404


def test_every_page_shows_it_when_its_time_has_come(content, client):
    """Nothing has to run, and nothing that was kept from before is shown: the same pages were asked for just now."""
    plan(content.topics["maps"], SOON)
    seen(client)
    Topic.objects.filter(slug="maps").update(publish_at=timezone.now() + JUST_NOW)
    assert all(seen(client).values())
    assert client.get("/topics/maps/").status_code == 200


def test_a_planned_stage_takes_its_topics_along(content, client):
    plan(content.first, SOON)
    assert "/topics/maps/" not in client.get("/").text
    assert client.get("/topics/maps/").status_code == client.get("/stages/first/").status_code == 404
    assert not Topic.objects.published().filter(stage=content.first).exists()


def test_a_planned_track_is_not_there_yet(content, client):
    plan(content.other, SOON)
    assert client.get("/tracks/other/").status_code == 404
    assert "Another way" not in client.get("/tracks/").text
    plan(content.other, JUST_NOW)
    assert client.get("/tracks/other/").status_code == 200


def test_a_date_does_not_publish_a_draft(content, client):
    Topic.objects.filter(slug="maps").update(state="draft", publish_at=timezone.now() + JUST_NOW)
    assert client.get("/topics/maps/").status_code == 404


def test_planning_costs_no_tick(content, as_learner, learner):
    TopicProgress.objects.record(learner, content.topics["maps"], "done")
    plan(content.topics["maps"], SOON)
    assert learner.topic_progress.count() == 1
    plan(content.topics["maps"], JUST_NOW)
    assert "1 of 4" in as_learner.get("/").text


@pytest.mark.parametrize("model", [Stage, Topic, Exercise, Track])
def test_python_and_the_database_agree_on_what_is_published(content, model):
    for slug in ("double", "twice", "half"):
        make_exercise(content.topics["maps"], slug)
    rows = list(model.objects.all())
    for row, when in zip(rows, [SOON, JUST_NOW], strict=False):
        plan(row, when)
    published = set(model.objects.published())
    assert {row for row in model.objects.all() if row.is_published()} == published
    assert rows[0] not in published


def test_the_time_goes_through_the_files(db, tmp_path):
    entries = [stage(), topic("maps", publish_at="2030-05-04T10:00:00+02:00")]
    load(write_files(tmp_path / "first", *entries))
    assert Topic.objects.get(slug="maps").publish_at == datetime(2030, 5, 4, 8, tzinfo=UTC)
    written = files(snapshot())
    [text] = [text for name, text in written.items() if name.startswith("stage-")]
    assert "publish_at: '2030-05-04T08:00:00Z'" in text
    folder = tmp_path / "second"
    folder.mkdir()
    for name, text in written.items():
        (folder / name).write_text(text)
    assert files(read(folder)) == written
    assert not load(folder)
    assert files(snapshot()) == written


def test_an_unquoted_time_is_the_same_time(db, tmp_path):
    folder = write_files(tmp_path / "files", stage(), topic("maps", publish_at=datetime(2030, 5, 4, 8, tzinfo=UTC)))
    load(folder)
    assert Topic.objects.get(slug="maps").publish_at == datetime(2030, 5, 4, 8, tzinfo=UTC)
    assert not load(folder)


@pytest.mark.parametrize("value", ["2030-05-04", "2030-05-04T08:00:00", "soon", 7, "2030-02-31T08:00:00Z"])
def test_a_time_that_leaves_a_doubt_is_refused(db, tmp_path, value):
    with pytest.raises(FixtureError, match=r"publish_at .* give day, time and offset"):
        load(write_files(tmp_path / "files", stage(), topic("maps", publish_at=value)))
