"""What has changed in the original of a track."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.models import OwnTrack
from progress.cohorts.own_changes import changes, with_change
from stages.models import State
from tests.cohorts.composing import order, path


def section(slug, *topics, title=None):
    return {"slug": slug, "title": title or slug.title(), "part": "", "topics": [list(topic) for topic in topics]}


A, B, OPTIONAL_A = ("a", True), ("b", True), ("a", False)


@pytest.mark.parametrize(
    ("before", "now", "keys"),
    [
        ([], [], []),
        ([section("one", A)], [section("one", A)], []),
        ([section("one", A)], [section("one", A, B)], ["added/one/b"]),
        ([section("one", A, B)], [section("one", B)], ["removed/one/a"]),
        ([section("one", A)], [section("one", OPTIONAL_A)], ["optional/one/a"]),
        ([section("one", OPTIONAL_A)], [section("one", A)], ["required/one/a"]),
        ([section("one", A, B)], [section("one", B, A)], ["reordered/one/"]),
        ([section("one", A), section("two")], [section("two"), section("one", A)], ["reordered//"]),
        ([section("one", A)], [section("one", A, title="Uno")], ["section_renamed/one/"]),
        ([section("one", A)], [section("two", A)], ["section_removed/one/", "section_added/two/", "added/two/a"]),
    ],
)
def test_it_finds_every_difference_and_no_other(before, now, keys):
    assert [change.key for change in changes(before, now)] == keys


places = st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=5, unique_by=lambda place: place[0])
forms = st.dictionaries(st.sampled_from(["one", "two"]), places, max_size=2)


def form_of(values):
    return [section(slug, *topics) for slug, topics in values.items()]


@given(forms, forms)
def test_what_is_taken_over_is_no_change_any_more_and_nothing_else_is_lost(before, now):
    before, now = form_of(before), form_of(now)
    found = changes(before, now)
    assert changes(now, now) == []
    for change in found:
        if change.topic:
            before = with_change(before, change)
            left = {one.key for one in changes(before, now)}
            assert change.key not in left
            assert {one.key for one in found if one.topic} >= {one for one in left if one.split("/")[2]}
    assert [one for one in changes(before, now) if one.topic] == []


def test_the_authors_are_told_and_take_over_one_by_one(own, content, as_instructor):
    start = content.other.sections.get(slug="start")
    start.places.create(topic=content.topics["weather"], position=9, required=False)
    start.places.filter(topic__slug="maps").delete()
    content.other.sections.get(slug="finish").places.filter(topic__slug="snacks").update(required=True)
    assert "3 changes in the original" in as_instructor.get(path(own)).text
    page = as_instructor.get(path(own, "changes/")).text
    for words in (
        "<strong>Weather</strong> came into “Start”",
        "<strong>Maps</strong> left “Start”",
        "<strong>Snacks</strong> became required in “Finish”",
    ):
        assert words in page
    for key in ("added/start/weather", "added/start/weather", "required/finish/snacks"):
        as_instructor.post(path(own, "changes/"), {"take": key})
    assert order(own)[0] == ("Start", ["maps", "routes", "weather"])
    places = own.track.sections.get(slug="finish").places
    assert places.get(topic__slug="snacks").required
    assert "1 change in the original" in as_instructor.get(path(own)).text
    as_instructor.post(path(own, "changes/"), {"take": "removed/start/maps"})
    assert order(own)[0] == ("Start", ["routes", "weather"])
    assert "Nothing has changed" in as_instructor.get(path(own, "changes/")).text


def test_seen_is_seen_and_what_came_after_the_page_is_not(own, content, as_instructor):
    start = content.other.sections.get(slug="start")
    start.places.filter(topic__slug="maps").delete()
    digest = as_instructor.get(path(own, "changes/")).context["changes"].digest
    place = start.places.create(topic=content.topics["weather"], position=9)
    page = as_instructor.post(path(own, "changes/"), {"seen": digest}, follow=True).text
    assert "The original has changed again" in page
    assert "Weather" in page
    place.delete()
    for _again in range(2):
        as_instructor.post(path(own, "changes/"), {"seen": digest})
    assert "Nothing has changed" in as_instructor.get(path(own, "changes/")).text
    assert order(own)[0] == ("Start", ["maps", "routes"])


def test_a_topic_is_taken_into_a_section_that_is_new_too(own, content, as_instructor):
    new = content.other.sections.create(slug="new", title="Something new", position=9)
    new.places.create(topic=content.topics["boots"])
    assert "The section <strong>Something new</strong> is new" in as_instructor.get(path(own, "changes/")).text
    as_instructor.post(path(own, "changes/"), {"take": "added/new/boots"})
    assert order(own)[-1] == ("Something new", ["boots"])


def test_it_says_that_the_original_is_gone(own, content, as_instructor):
    content.other.state = State.RETIRED
    content.other.save()
    assert "is no longer offered" in as_instructor.get(path(own, "changes/")).text
    content.other.delete()
    assert "The original was deleted" in as_instructor.get(path(own, "changes/")).text
    assert "not there any more" in as_instructor.get(path(own)).text
    assert order(own) == [("Start", ["maps", "routes"]), ("Finish", ["routes", "snacks"])]


def test_nothing_is_told_of_an_original_whose_author_one_no_longer_is(own, as_instructor, outsider, instructor):
    as_instructor.post("/cohorts/tracks/new/", {"title": "Copy", "summary": "-", "copy": own.track.slug})
    copy = OwnTrack.objects.exclude(pk=own.pk).get()
    own.authors.set([outsider])
    own.track.sections.create(slug="secret", title="A secret", position=9)
    page = as_instructor.get(path(copy, "changes/")).text
    assert "no longer an author of the original" in page
    assert "secret" not in page
