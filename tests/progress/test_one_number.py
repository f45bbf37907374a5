"""The same learner has the same number on every page that shows one."""

import re

import pytest

from progress.models import TopicProgress
from progress.standings import Standings
from stages.models import Topic, Track
from stages.outline import outline_of_stages, outlines


def bars(page):
    """{name of the bar: (done, total, percentage)} of a page."""
    found = {}
    for name, text in re.findall(r'id="bar-([\w-]+)"(.*?)</div>', page, re.DOTALL):
        if match := re.search(r"<strong>(\d+) of (\d+)</strong> done <span class=\"percentage\">(\d+) %", text):
            found[name] = tuple(map(int, match.groups()))
    return found


def expected(measured):
    return measured.done, measured.total, measured.percentage


@pytest.fixture
def walked(roadmap, learner):
    """A learner with every kind of standing all over the roadmap."""
    for number, topic in enumerate(Topic.objects.order_by("pk")):
        status = ["done", "none", "learning", "done", "skipped", "done", "done"][number % 7]
        if status != "none":
            TopicProgress.objects.create(user=learner, topic=topic, status=status)
    return Standings.of_learner(learner)


def test_every_page_says_the_same(walked, as_learner):
    outline = outline_of_stages()
    total = expected(walked.measure(outline.topics))
    roadmap, me = bars(as_learner.get("/").text), bars(as_learner.get("/me/").text)
    assert roadmap["total"] == me["total"] == total
    assert total[0] not in (0, total[1])
    for section in outline.sections:
        number = expected(walked.measure(section.topics))
        topic = section.topics[0].slug
        assert roadmap[section.slug] == me[section.slug] == number
        assert bars(as_learner.get(f"/stages/{section.slug}/").text)[section.slug] == number
        assert bars(as_learner.get(f"/topics/{topic}/").text)[section.slug] == number


def test_every_track_says_the_same(walked, as_learner):
    tracks = list(Track.objects.published())
    found = outlines(tracks)
    listed, me = bars(as_learner.get("/tracks/").text), bars(as_learner.get("/me/").text)
    for track in tracks:
        number = expected(walked.measure(found[track.pk].topics))
        assert listed[track.slug] == number
        if not track.follows_stages:
            assert me[track.slug] == number
            assert bars(as_learner.get(f"/tracks/{track.slug}/").text)["total"] == number


def test_the_answer_to_a_tick_says_the_same_as_the_page(walked, as_learner, learner):
    answer = as_learner.post(
        "/topics/querysets/progress/",
        {"status": "done", "page": "roadmap", "reader": learner.pk},
        headers={"HX-Request": "true"},
    )
    page = bars(as_learner.get("/").text)
    assert bars(answer.text) == {name: page[name] for name in ("orm-and-databases", "total")}


def test_drafts_and_retired_topics_count_nowhere(content, as_learner, learner):
    TopicProgress.objects.record(learner, content.topics["maps"], "done")
    TopicProgress.objects.record(learner, content.topics["routes"], "done")
    content.topics["maps"].state = "retired"
    content.topics["maps"].save()
    content.second.state = "draft"
    content.second.save()
    page = as_learner.get("/")
    assert bars(page.text) == {"total": (0, 1, 0), "first": (0, 1, 0)}
    assert "Maps" not in page.text
    assert "Routes" not in page.text
    assert as_learner.get("/topics/routes/").status_code == 404
    assert as_learner.get("/tracks/other/").text.count('class="row full"') == 1  # snacks alone is left


def test_an_empty_stage_has_nothing_to_do(content, client):
    content.second.topics.all().delete()
    text = client.get("/stages/second/").text
    assert "Nothing to do here" in text
    assert "0 %" not in text
