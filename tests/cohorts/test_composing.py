"""Instructors compose their own tracks."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.composing import SECTIONS, TOPICS, Bench, NotSoError, moved
from progress.cohorts.models import OwnTrack
from stages.models import State, Topic, Track
from stages.outline import outline_of_track
from tests.conftest import client_of, make_user

ROOT = "/cohorts/tracks"


@pytest.fixture
def own(content, instructor, as_instructor):
    """A copy of the other track, made by the instructor: Start (maps, routes), Finish (routes, snacks optional)."""
    as_instructor.post(f"{ROOT}/new/", {"title": "Mine", "summary": "My way.", "copy": "other", "key": "bcdf2345"})
    return OwnTrack.objects.get()


def path(own, verb="compose/"):
    return f"{ROOT}/{own.track.slug}/{verb}"


def order(own):
    """The sections with their topics as the database orders them."""
    return [
        (section.title, [place.topic.slug for place in section.places.all()]) for section in own.track.sections.all()
    ]


AS_COPIED = [("Start", ["maps", "routes"]), ("Finish", ["routes", "snacks"])]


# --- The list, and new ones -----------------------------------------------------------------------


def test_a_copy_has_everything_the_original_has_and_is_private(own, content, instructor):
    assert order(own) == AS_COPIED
    assert (own.track.private, own.original, list(own.authors.all())) == (True, content.other, [instructor])
    copied, original = (outline_of_track(track) for track in (own.track, content.other))
    assert copied == original
    assert own.track not in Track.objects.published()


def test_the_same_form_sent_twice_makes_one_track(own, as_instructor):
    form = {"title": "Mine", "summary": "My way.", "copy": "other", "key": "bcdf2345"}
    answer = as_instructor.post(f"{ROOT}/new/", form)
    assert answer.url == path(own)
    assert OwnTrack.objects.count() == 1


@pytest.mark.parametrize(("copy", "sections"), [("", []), ("roadmap", ["First steps", "Further on"])])
def test_it_begins_empty_or_as_a_copy_of_the_merged_roadmap(content, instructor, as_instructor, copy, sections):
    as_instructor.post(f"{ROOT}/new/", {"title": "New", "summary": "-", "copy": copy})
    assert [title for title, _topics in order(OwnTrack.objects.get())] == sections


def test_a_copy_of_an_own_track_is_another_one(own, as_instructor):
    as_instructor.post(f"{ROOT}/new/", {"title": "Again", "summary": "-", "copy": own.track.slug})
    other = OwnTrack.objects.exclude(pk=own.pk).get()
    assert order(other) == AS_COPIED
    assert other.original == own.track


@pytest.mark.parametrize("copy", ["draft", "no-such-track", "somebody-elses"])
def test_what_one_may_not_read_cannot_be_copied(content, as_instructor, copy):
    Track.objects.create(slug="draft", title="D", summary="-", state=State.DRAFT)
    OwnTrack.objects.create(track=Track.objects.create(slug="somebody-elses", title="S", summary="-", private=True))
    assert as_instructor.post(f"{ROOT}/new/", {"title": "N", "summary": "-", "copy": copy}).status_code == 404
    assert OwnTrack.objects.count() == 1


def test_only_who_may_teach_makes_one_and_is_offered_it(content, as_learner, as_instructor):
    for client, offered in ((as_learner, False), (as_instructor, True), (Client(), False)):
        assert ("Make it your own" in client.get("/tracks/other/").text) is offered
    assert as_learner.get(f"{ROOT}/new/").status_code == 403
    assert as_learner.post(f"{ROOT}/new/", {"title": "N", "summary": "-"}).status_code == 403


def test_the_list_has_ones_own_and_no_others(own, as_instructor, outsider):
    page = as_instructor.get(f"{ROOT}/").text
    assert "Mine" in page
    assert "Began as a copy of “Another way”" in page
    assert "Mine" not in client_of(outsider).get(f"{ROOT}/").text


# --- Composing ------------------------------------------------------------------------------------

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
    bench = Bench(own.track)
    for title, topics in before:
        section = next(one for one in bench.sections if one.title == title)
        for row in list(own.track.sections.values_list("places__topic__slug", "slug")):
            if row[0] in topics and row[1] != section.slug and not bench.has(section, row[0]):
                bench.move_topic(row[1], row[0], section.slug, "")
        for after, topic in zip(["", *topics], topics, strict=False):
            bench.move_topic(section.slug, topic, section.slug, after)
    for after, (title, _topics) in zip([None, *before], before, strict=False):
        slug = {section.title: section.slug for section in bench.sections}
        bench.move_section(slug[title], slug[after[0]] if after else "")
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
    monkeypatch.setattr("progress.cohorts.composing.SECTIONS", 2)
    monkeypatch.setattr("progress.cohorts.composing.TOPICS", 4)
    page = as_instructor.post(path(own, "sections/add/"), {"title": "More"}, follow=True).text
    assert "A track has at most 2 sections." in page
    page = as_instructor.post(path(own, "topics/add/"), {"topic": "weather", "section": "start"}, follow=True).text
    assert "A track has room for 4 topics." in page
    assert order(own) == AS_COPIED
    monkeypatch.setattr("progress.cohorts.composing.TOPICS", 3)
    page = as_instructor.post(f"{ROOT}/new/", {"title": "N", "summary": "-", "copy": "other"})
    assert page.status_code == 422
    assert "too long for a copy" in page.text
    assert OwnTrack.objects.count() == 1


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


@given(st.lists(st.integers(), unique=True), st.data())
def test_moving_keeps_the_same_things_in_a_total_order(things, data):
    for _move in range(4):
        if not things:
            return
        thing = data.draw(st.sampled_from(things))
        after = data.draw(st.sampled_from([None, *(other for other in things if other != thing)]))
        result = moved(things, thing, after)
        assert sorted(result) == sorted(things)
        assert result.index(thing) == (0 if after is None else result.index(after) + 1)
        assert [one for one in result if one != thing] == [one for one in things if one != thing]
        things = result


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["start", "finish"]),
            st.sampled_from(["maps", "routes", "snacks", "weather"]),
            st.sampled_from(["start", "finish"]),
            st.sampled_from(["", "maps", "routes", "snacks"]),
        ),
        max_size=8,
    )
)
def test_any_moves_keep_the_topics_and_number_them_through(moves):
    from types import SimpleNamespace

    def row(slug, position):
        return SimpleNamespace(
            topic=SimpleNamespace(slug=slug), position=position, section=None, save=lambda **_: None
        )

    class Unsaved(Bench):
        def __init__(self):
            self.sections = [
                SimpleNamespace(slug="start", rows=[row("maps", 0), row("routes", 1)]),
                SimpleNamespace(slug="finish", rows=[row("routes", 5), row("snacks", 5)]),
            ]

        def number(self, things):
            for position, thing in enumerate(things):
                thing.position = position

    bench = Unsaved()
    for move in moves:
        before = [[row.topic.slug for row in section.rows] for section in bench.sections]
        try:
            bench.move_topic(*move)
        except NotSoError:
            assert [[row.topic.slug for row in section.rows] for section in bench.sections] == before
        slugs = [row.topic.slug for section in bench.sections for row in section.rows]
        assert sorted(slugs) == ["maps", "routes", "routes", "snacks"]
        for section in bench.sections:
            assert len({row.topic.slug for row in section.rows}) == len(section.rows)
            positions = [row.position for row in section.rows]
            assert len(set(positions)) == len(positions) or move is None or positions == [5, 5]


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
        with CaptureQueriesContext(connection) as captured:
            assert as_instructor.get(path(own, verb)).status_code == 200
        found[verb] = len([query for query in captured if "SAVEPOINT" not in query["sql"]])
    values = {"move": f"start/t-{size - 1}/start/"}
    with CaptureQueriesContext(connection) as captured:
        as_instructor.post(path(own, "topics/move/"), values, headers={"HX-Request": "true"})
    # The order is written in as many statements as the database wants for so many rows.
    found["move"] = len([query for query in captured if query["sql"].startswith("SELECT")])
    assert found == {
        "": 12,
        "compose/": 10,
        "compose/?q=t": 10,
        "changes/": 11,
        "authors/": 5,
        "remove/": 5,
        "sections/start/edit/": 6,
        "move": 11,
    }


def test_limits_leave_room_for_the_roadmap():
    assert SECTIONS >= 40
    assert TOPICS >= 500


# --- Authors --------------------------------------------------------------------------------------


def test_a_track_is_shared_by_a_verified_address_or_with_a_colleague(own, cohort, as_instructor, outsider):
    colleague = make_user("Carl Colleague")
    assert "Carl" not in as_instructor.get(path(own, "authors/")).text
    cohort.instructors.add(colleague)
    assert "Carl Colleague" in as_instructor.get(path(own, "authors/")).text
    for _again in range(2):
        as_instructor.post(path(own, "authors/"), {"person": colleague.pk})
        as_instructor.post(path(own, "authors/"), {"email": "OTTO@example.com"})
    assert {str(person) for person in own.authors.all()} == {"Ines Instructor", "Carl Colleague", "Otto Outsider"}
    assert client_of(outsider).get(path(own)).status_code == 200


def test_nobody_is_found_by_guessing(own, as_instructor, outsider):
    outsider.emailaddress_set.update(verified=False)
    assert as_instructor.post(path(own, "authors/"), {"email": outsider.email}).status_code == 422
    assert as_instructor.post(path(own, "authors/"), {"person": outsider.pk}).status_code == 404
    for _guess in range(19):
        assert as_instructor.post(path(own, "authors/"), {"email": "x@example.org"}).status_code == 422
    assert as_instructor.post(path(own, "authors/"), {"email": "x@example.org"}).status_code == 429
    assert own.authors.count() == 1


def test_the_last_author_stays_and_others_leave(own, as_instructor, outsider):
    assert "You are its last author" in as_instructor.post(path(own, "authors/leave/"), follow=True).text
    own.authors.add(outsider)
    for _again in range(2):
        assert as_instructor.post(path(own, "authors/leave/")).url == f"{ROOT}/"
    assert [str(person) for person in own.authors.all()] == ["Otto Outsider"]
    assert as_instructor.get(path(own)).status_code == 404


def test_it_is_deleted_only_while_no_cohort_follows_it(own, cohort, as_instructor, content):
    assignment = cohort.assignments.create(track=own.track)
    answer = as_instructor.post(path(own, "remove/"), {"wanted": "delete"})
    assert answer.status_code == 409
    assert "Autumn hikers" in answer.text
    assert OwnTrack.objects.exists()
    assignment.delete()
    for _again in range(2):
        assert as_instructor.post(path(own, "remove/"), {"wanted": "delete"}).url == f"{ROOT}/"
    assert not Track.objects.filter(private=True).exists()
    assert Topic.objects.filter(slug="maps").exists()


def test_cohorts_of_others_are_counted_and_not_named(own, as_instructor, cohort):
    cohort.assignments.create(track=own.track)
    cohort.instructors.clear()
    page = as_instructor.get(path(own, "remove/")).text
    assert "1 cohort of other instructors" in page
    assert "Autumn hikers" not in page


def test_it_is_hidden_and_brought_back(own, cohort, as_instructor, as_learner):
    cohort.assignments.create(track=own.track)
    assert as_learner.get(path(own, "")).status_code == 200
    for _again in range(2):
        as_instructor.post(path(own, "remove/"), {"wanted": "retired"})
    assert as_learner.get(path(own, "")).status_code == 404
    assert "Mine" not in as_learner.get("/me/").text
    assert as_instructor.get(path(own, "")).url == path(own)
    as_instructor.post(path(own, "remove/"), {"wanted": "published"})
    assert as_learner.get(path(own, "")).status_code == 200
