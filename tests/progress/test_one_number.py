"""The same learner has the same number on every page that shows one, and in everything that leaves the site."""

import csv
import io
import re

import pytest
from django.test import Client

from progress.models import Share, TopicProgress
from progress.sharing import share_cards, views
from stages.content import outline_of_stages, outlines
from stages.models import Level, Track
from stages.roadmap.layouts import RoadmapLayout

LAYOUTS = pytest.mark.parametrize("layout", RoadmapLayout)


def bars(page):
    """{name of the bar: (done, total, percentage)} of a page."""
    found = {}
    for name, text in re.findall(r'id="bar-([\w-]+)"(.*?)</div>', page, re.DOTALL):
        if match := re.search(r"<strong>(\d+) of (\d+)</strong> done <span class=\"percentage\">(\d+) %", text):
            found[name] = tuple(map(int, match.groups()))
    return found


def expected(measured):
    return measured.done, measured.total, measured.percentage


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


# --- The four layouts -----------------------------------------------------------------------------


def done_by_section(page, layout, sections):
    """{slug of a section: (done, total)} as a page tells it in one of the layouts."""
    found = {name: numbers[:2] for name, numbers in bars(page).items()}
    if layout == RoadmapLayout.MAP:
        posts = {
            section.slug: page.split(f'id="post-{section.slug}"')[1].split("</text></g></g>")[0]
            for section in sections
        }
        matches = {slug: re.search(r">(\d+) of (\d+) done", post) for slug, post in posts.items()}
        return {slug: tuple(map(int, match.groups())) for slug, match in matches.items() if match}
    if layout == RoadmapLayout.OUTLINE:
        # It has a section under each level that the section has topics of.
        branches = {
            section.slug: [found[f"{level}--{section.slug}"] for level in Level if f"{level}--{section.slug}" in found]
            for section in sections
        }
        return {slug: tuple(map(sum, zip(*numbers, strict=True))) for slug, numbers in branches.items() if numbers}
    return {section.slug: found[section.slug] for section in sections if section.slug in found}


@LAYOUTS
def test_the_roadmap_says_the_same_however_it_is_seen(walked, as_learner, layout):
    outline = outline_of_stages()
    page = as_learner.get(f"/?view={layout}").text
    assert bars(page)["total"] == expected(walked.measure(outline.topics))
    measured = {section.slug: walked.measure(section.topics) for section in outline.sections}
    assert done_by_section(page, layout, outline.sections) == {
        slug: (measure.done, measure.total) for slug, measure in measured.items() if measure.total
    }


@LAYOUTS
def test_every_track_says_the_same_however_it_is_seen(walked, as_learner, layout):
    tracks = list(Track.objects.published().filter(follows_stages=False))
    for pk, outline in outlines(tracks).items():
        [track] = [track for track in tracks if track.pk == pk]
        page = as_learner.get(f"/tracks/{track.slug}/?view={layout}").text
        assert bars(page)["total"] == expected(walked.measure(outline.topics)), track.slug
        measured = {section.slug: walked.measure(section.topics) for section in outline.sections}
        assert done_by_section(page, layout, outline.sections) == {
            slug: (measure.done, measure.total) for slug, measure in measured.items() if measure.total
        }


def test_the_levels_on_the_learners_page_add_up_to_the_whole(walked, as_learner):
    topics = outline_of_stages().topics
    me = bars(as_learner.get("/me/").text)
    for level in Level:
        number = expected(walked.measure([topic for topic in topics if topic.level == level]))
        assert me[f"level-{level}"] == bars(as_learner.get("/?view=outline").text)[f"level-{level}"] == number
    assert tuple(map(sum, zip(*(me[f"level-{level}"][:2] for level in Level), strict=True))) == me["total"][:2]


# --- What others see, and what is taken along -----------------------------------------------------


@pytest.fixture
def shared(learner):
    return Share.objects.create(user=learner).get_absolute_url()


def test_the_public_page_says_the_same_as_the_learners_own(walked, as_learner, shared):
    me, public = bars(as_learner.get("/me/").text), bars(Client().get(shared).text)
    assert public == {name: me[name] for name in public}
    assert public.keys() == {"total", *(section.slug for section in outline_of_stages().sections)}


def test_card_badge_and_announcement_say_the_same(walked, shared, monkeypatch):
    done, total, percentage = expected(walked.measure(outline_of_stages().topics))
    drawn = []
    monkeypatch.setattr(views.share_cards, "draw_card", lambda card: drawn.append(card) or b"")
    Client().get(f"{shared}card.png")
    stages = tuple(
        (section.level, walked.measure(section.topics).is_complete) for section in outline_of_stages().sections
    )
    assert drawn == [share_cards.ShareCard("Lena Learner", percentage, done, total, stages, "Waymark", "Django")]
    badge = Client().get(f"{shared}badge.svg").text
    assert set(re.findall(r"(\d+) %", badge)) == {str(percentage)}
    assert f"{done} of {total} topics" in badge
    page = Client().get(shared).text
    assert page.count(f"{percentage} % of the way to Django: {done} of {total} topics done") == 3


def test_the_claim_of_a_certificate_says_the_same_as_its_track(walked, as_learner):
    tracks = list(Track.objects.published())
    found = outlines(tracks)
    for track in tracks:
        measure = walked.measure(found[track.pk].topics)
        page = as_learner.get("/certificate/" if track.follows_stages else f"/tracks/{track.slug}/certificate/").text
        assert bars(page) == {"total": expected(measure)}
        assert re.search(r"(\d+) (?:is|are) left:", page)[1] == str(measure.left)


def listed(text):
    """{slug: (ticked, required)} of a check-list; a topic that is in it twice is required if it is so anywhere."""
    found = {}
    for box, slug, remark in re.findall(r"^- \[([ x])\] .*/topics/([\w-]+)/\)(.*)$", text, re.MULTILINE):
        ticked, required = box == "x", "optional" not in remark
        assert found.get(slug, (ticked,))[0] == ticked
        found[slug] = ticked, required or found.get(slug, (None, False))[1]
    return found


def test_every_check_list_has_as_many_ticks(walked, as_learner):
    tracks = list(Track.objects.published())
    found = outlines(tracks)
    ways = [(f"/tracks/{track.slug}/", found[track.pk].topics) for track in tracks]
    ways += [(f"/stages/{section.slug}/", section.topics) for section in outline_of_stages().sections]
    for path, topics in [("/roadmap/", outline_of_stages().topics), *ways]:
        text = as_learner.get(f"{path}checklist.md").text
        measure, boxes = walked.measure(topics), listed(text)
        assert list(boxes.values()).count((True, True)) == measure.done, path
        assert sum(required for _, required in boxes.values()) == measure.total, path
        assert f"\n{measure.done} of {measure.total} required topic" in text, path


def test_the_table_and_the_file_have_as_many_done(walked, as_learner):
    measure = walked.measure(outline_of_stages().topics)
    table = as_learner.get("/me/data/progress.csv").content.decode("utf-8-sig")
    rows = [row["status"] for row in csv.DictReader(io.StringIO(table)) if row["required"] == "yes"]
    assert (rows.count("done"), len(rows)) == (measure.done, measure.total)
    assert (rows.count("skipped"), rows.count("learning")) == (measure.skipped, measure.learning)
    required = {topic.slug for topic in outline_of_stages().topics if topic.required}
    rows = as_learner.get("/me/data/waymark.json").json()["standings"]
    assert sum(row["status"] == "done" and row["topic"] in required for row in rows) == measure.done


# --- What counts ----------------------------------------------------------------------------------


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
