"""The page on which instructors compose a track, and what its buttons do."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from progress.cohorts.custom_tracks.editor import MAX_SECTIONS, MAX_TOPICS, TrackEditor
from progress.cohorts.models import CustomTrack
from stages.models import State, Topic
from tests.cohorts.custom_track_pages import AS_COPIED, ROOT, order, path

MOVES = [
    ("topics/move/", {"up": "start/routes/start/"}, [("Start", ["routes", "maps"]), AS_COPIED[1]]),
    ("topics/move/", {"down": "start/maps/start/routes"}, [("Start", ["routes", "maps"]), AS_COPIED[1]]),
    (
        "topics/move/",
        {"move": "start/maps/finish/routes"},
        [("Start", ["routes"]), ("Finish", ["routes", "maps", "snacks"])],
    ),
    (
        "topics/move/",
        {"move": "finish/snacks/start/"},
        [("Start", ["snacks", "maps", "routes"]), ("Finish", ["routes"])],
    ),
    ("topics/move/", {"up": "start/maps/start/"}, AS_COPIED),
    (
        "topics/move-chosen/",
        {"chosen": ["start/maps"], "to": "finish"},
        [("Start", ["routes"]), ("Finish", ["routes", "snacks", "maps"])],
    ),
    (
        "topics/add/",
        {"topic": "weather", "section": "start"},
        [("Start", ["maps", "routes", "weather"]), AS_COPIED[1]],
    ),
    ("topics/add/", {"topic": "maps", "section": "start"}, AS_COPIED),
    ("topics/remove/", {"remove": "finish/routes"}, [AS_COPIED[0], ("Finish", ["snacks"])]),
    ("sections/move/", {"down": "start/finish"}, AS_COPIED[::-1]),
    ("sections/move/", {"up": "finish/"}, AS_COPIED[::-1]),
    ("sections/add/", {"title": "More", "key": "bcdf2345"}, [*AS_COPIED, ("More", [])]),
    ("sections/start/remove/", {"number": "2"}, [AS_COPIED[1]]),
]


@pytest.mark.parametrize(("verb", "values", "wanted"), MOVES)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_change_sent_twice_is_made_once(own, as_instructor, verb, values, wanted, headers):
    for _again in range(2):
        answer = as_instructor.post(path(own, verb), values, headers=headers)
        assert answer.status_code == (200 if headers else 302)
        assert order(own) == wanted


def test_it_says_where_the_topic_is_now_and_keeps_the_keyboard_on_it(own, as_instructor):
    values = {"down": "start/maps/finish/routes"}
    answer = as_instructor.post(path(own, "topics/move/"), values, headers={"HX-Request": "true"}).text
    assert "Maps, now 2 of 3 in Finish." in answer
    assert re.search(r'id="down--finish--maps"[^>]*autofocus', answer)
    assert answer.count("autofocus") == 1
    assert "<html" not in answer
    page = as_instructor.post(path(own, "topics/move/"), {"down": "finish/maps/finish/snacks"}, follow=True).text
    assert "Maps, now 3 of 3 in Finish." in page
    assert re.search(r'id="down--finish--maps"[^>]*autofocus', page)


def test_every_button_of_the_page_states_something_that_holds(own, as_instructor):
    """What up and down say is sent for each topic in turn: none of it is stale, and no topic is lost."""
    page = as_instructor.get(path(own)).text
    found = re.findall(r'formaction="([^"]+)" name="(up|down)" value="([^"]*)"', page)
    assert len(found) == 2 * (4 + 2)
    before = order(own)
    for place, name, value in found:
        text = as_instructor.post(place, {name: value}, follow=True).text
        assert "any more" not in text
        assert sorted(topic for _title, topics in order(own) for topic in topics) == [
            "maps",
            "routes",
            "routes",
            "snacks",
        ]
        put_back(own, before)


def put_back(own, before):
    editor = TrackEditor(own.track)
    for title, topics in before:
        section = next(one for one in editor.sections if one.title == title)
        for row in list(own.track.sections.values_list("places__topic__slug", "slug")):
            if row[0] in topics and row[1] != section.slug and not editor.has_topic(section, row[0]):
                editor.move_topic(row[1], row[0], section.slug, "")
        for after, topic in zip(["", *topics], topics, strict=False):
            editor.move_topic(section.slug, topic, section.slug, after)
    for after, (title, _topics) in zip([None, *before], before, strict=False):
        slug = {section.title: section.slug for section in editor.sections}
        editor.move_section(slug[title], slug[after[0]] if after else "")
    assert order(own) == before


@pytest.mark.parametrize(
    ("verb", "values", "says"),
    [
        ("topics/move/", {"move": "start/snacks/finish/maps"}, "not in “Finish” any more"),
        ("topics/move/", {"up": "start/weather/start/"}, "not in “Start” any more"),
        ("topics/move/", {"move": "start/routes/finish/"}, "“Finish” has that topic already"),
        ("topics/move/", {"move": "start/maps/gone/"}, "section is not in the track any more"),
        ("topics/required/", {"required": "start/weather/no"}, "not in “Start” any more"),
        ("topics/add/", {"topic": "draft", "section": "start"}, "not in the roadmap"),
        ("topics/move-chosen/", {"to": "start"}, "Choose the topics to move first"),
        ("sections/move/", {"up": "gone/"}, "section is not in the track any more"),
        ("sections/add/", {"title": "  "}, "A section needs a title"),
        ("sections/add/", {"title": "x" * 161}, "too long"),
        ("sections/start/remove/", {"number": "1"}, "has changed meanwhile"),
    ],
)
def test_a_form_that_is_out_of_date_is_told_and_nothing_is_lost(own, content, as_instructor, verb, values, says):
    Topic.objects.create(slug="draft", stage=content.first, title="D", summary="-", state=State.DRAFT)
    assert says in as_instructor.post(path(own, verb), values, follow=True).text
    assert says in as_instructor.post(path(own, verb), values, headers={"HX-Request": "true"}).text
    assert order(own) == AS_COPIED


@pytest.mark.parametrize("verb", ["topics/move/", "topics/remove/", "topics/required/", "sections/move/"])
@pytest.mark.parametrize("value", ["", "start", "a/b/c/d/e", "start/maps/perhaps"])
def test_what_no_button_sends_is_refused(own, as_instructor, verb, value):
    values = dict.fromkeys(["up", "remove", "required"], value)
    assert as_instructor.post(path(own, verb), values).status_code == 400
    assert order(own) == AS_COPIED


def test_there_is_a_limit_to_sections_and_topics(own, as_instructor, content, monkeypatch):
    monkeypatch.setattr("progress.cohorts.custom_tracks.editor.MAX_SECTIONS", 2)
    monkeypatch.setattr("progress.cohorts.custom_tracks.editor.MAX_TOPICS", 4)
    page = as_instructor.post(path(own, "sections/add/"), {"title": "More"}, follow=True).text
    assert "A track has at most 2 sections." in page
    page = as_instructor.post(path(own, "topics/add/"), {"topic": "weather", "section": "start"}, follow=True).text
    assert "A track has room for 4 topics." in page
    assert order(own) == AS_COPIED
    monkeypatch.setattr("progress.cohorts.custom_tracks.editor.MAX_TOPICS", 3)
    page = as_instructor.post(f"{ROOT}/new/", {"title": "N", "summary": "-", "copy": "other"})
    assert page.status_code == 422
    assert "too long for a copy" in page.text
    assert CustomTrack.objects.count() == 1


def test_required_and_optional_are_stated(own, as_instructor):
    for wanted in ("no", "no", "yes"):
        as_instructor.post(path(own, "topics/required/"), {"required": f"start/maps/{wanted}"})
        place = own.track.sections.get(slug="start").places.get(topic__slug="maps")
        assert place.required is (wanted == "yes")


@pytest.mark.parametrize(
    ("text", "topics", "says"),
    [
        ("map", ["maps"], "in Start"),
        ("mpas", ["maps"], "These are for “maps”"),
        ("nonsense", [], "No topic for “nonsense”"),
        ("weather", ["weather"], "Weather"),
    ],
)
def test_topics_are_found_by_title(own, content, as_instructor, text, topics, says):
    Topic.objects.filter(slug="boots").update(state=State.RETIRED)
    page = as_instructor.get(path(own), {"q": text}).text
    assert re.findall(r'id="add--([^"]+)"', page) == topics
    assert says in page
    assert "add--boots" not in as_instructor.get(path(own), {"q": "boots"}).text


@pytest.mark.parametrize(
    ("text", "says"), [("map", "1 topic found."), ("hut", "30 topics found."), ("zz", "0 topics")]
)
def test_a_search_says_aloud_how_many_it_found(own, content, as_instructor, text, says):
    Topic.objects.bulk_create(
        Topic(slug=f"hut-{number}", title=f"Hut {number}", summary="-", stage=content.first) for number in range(30)
    )
    answer = as_instructor.get(path(own), {"q": text}, headers={"HX-Request": "true"}).text
    assert f'innerHTML:#live">{says}' in answer
    assert 'innerHTML:#live">' not in as_instructor.get(path(own), {"q": text}).text


def test_of_two_authors_neither_overwrites_the_others_title(own, as_instructor):
    for verb, fields in (
        ("compose/", {"title": "Better", "summary": "My way."}),
        ("sections/start/edit/", {"title": "Begin"}),
    ):
        form = as_instructor.get(path(own, verb)).context["form"]
        version = form["version"].value()
        assert as_instructor.post(path(own, verb), {**fields, "version": version}).status_code == 302
        late = as_instructor.post(path(own, verb), {**fields, "title": "Late", "version": version})
        assert late.status_code == 422
        assert "Another author saved this in the meantime" in late.text
        assert 'value="Late"' in late.text
        again = re.search(r'name="version" value="(\w+)"', late.text)[1]
        assert as_instructor.post(path(own, verb), {**fields, "title": "Late", "version": again}).status_code == 302
        assert as_instructor.post(path(own, verb), {**fields, "title": "Late", "version": version}).status_code == 302
    own.track.refresh_from_db()
    assert own.track.title == "Late"
    assert own.track.sections.get(slug="start").title == "Late"


def test_a_section_without_topics_is_for_its_authors(own, as_instructor):
    as_instructor.post(path(own, "sections/add/"), {"title": "Not yet"})
    assert "Not yet" in as_instructor.get(path(own)).text
    assert "Not yet" not in as_instructor.get(path(own, "")).text


def test_a_topic_that_left_the_roadmap_can_be_removed(own, as_instructor):
    Topic.objects.filter(slug="maps").update(state=State.RETIRED)
    assert "no longer in the roadmap" in as_instructor.get(path(own)).text
    assert "Maps" not in as_instructor.get(path(own, "")).text.split('class="sections"')[1].split("</ol>")[0]
    as_instructor.post(path(own, "topics/remove/"), {"remove": "start/maps"})
    assert order(own)[0] == ("Start", ["routes"])


@pytest.mark.parametrize("size", [30, 300])
def test_composing_makes_a_fixed_number_of_queries(own, as_instructor, content, size):
    topics = Topic.objects.bulk_create(
        Topic(slug=f"t-{number}", title=f"T {number}", summary="-", stage=content.first) for number in range(size)
    )
    section = own.track.sections.first()
    section.places.bulk_create(
        type(section.places.model())(section=section, topic=topic, position=9 + number)
        for number, topic in enumerate(topics)
    )
    found = {}
    for verb in ("", "compose/", "compose/?q=t", "changes/", "authors/", "remove/", "sections/start/edit/"):
        as_instructor.get(path(own, verb))  # what depends on the content alone is asked once
        with CaptureQueriesContext(connection) as captured:
            assert as_instructor.get(path(own, verb)).status_code == 200
        found[verb] = len([query for query in captured if "SAVEPOINT" not in query["sql"]])
    values = {"move": f"start/t-{size - 1}/start/"}
    with CaptureQueriesContext(connection) as captured:
        as_instructor.post(path(own, "topics/move/"), values, headers={"HX-Request": "true"})
    # The order is written in as many statements as the database wants for so many rows.
    found["move"] = len([query for query in captured if query["sql"].startswith("SELECT")])
    assert found == {
        "": 9,
        "compose/": 9,
        "compose/?q=t": 9,
        "changes/": 10,
        "authors/": 5,
        "remove/": 5,
        "sections/start/edit/": 6,
        "move": 13,
    }


def test_limits_leave_room_for_the_roadmap():
    assert MAX_SECTIONS >= 40
    assert MAX_TOPICS >= 500
