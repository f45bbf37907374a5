"""What has changed in the original of a track."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.custom_tracks.upstream_changes import UpstreamChanges
from progress.cohorts.models import CustomTrack
from stages.models import State
from tests.cohorts.custom_track_pages import order, path
from tests.cohorts.test_track_updates import SNAPSHOT, snapshot


@pytest.mark.parametrize(
    ("before", "now", "keys"),
    [
        (["a: x"], ["a: x"], []),
        (["a: x"], ["a: x y"], ["added/a/y"]),
        (["a: x y"], ["a: y"], ["removed/a/x"]),
        (["a: x y", "b: z"], ["a: y", "b: x z"], ["removed/a/x", "added/b/x"]),
        (["a: x"], ["a: x?"], ["optional/a/x"]),
        (["a: x? y z"], ["a: y z x"], ["moved/a/x", "required/a/x"]),
        (["a: x"], ["b: x"], ["removed/a/x", "added/b/x"]),
    ],
)
def test_every_difference_is_a_step_of_its_own(before, now, keys):
    assert sorted(step.key for step in UpstreamChanges(snapshot(*before), snapshot(*now)).steps) == sorted(keys)


@given(SNAPSHOT, SNAPSHOT, st.randoms(use_true_random=False))
def test_what_is_taken_over_is_no_change_any_more_and_nothing_else_is_lost(before, now, random):
    upstream = UpstreamChanges(before, now)
    while upstream.steps:
        step = random.choice(upstream.steps)
        remaining = UpstreamChanges(upstream.snapshot_with(step), now)
        assert {step.key for step in remaining.steps} == {step.key for step in upstream.steps} - {step.key}
        upstream = remaining
    assert not any((upstream.diff.insertions, upstream.diff.removals, upstream.diff.requirement_changes))


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
    content_hash = as_instructor.get(path(own, "changes/")).context["upstream"].content_hash
    place = start.places.create(topic=content.topics["weather"], position=9)
    page = as_instructor.post(path(own, "changes/"), {"seen": content_hash}, follow=True).text
    assert "The original has changed again" in page
    assert "Weather" in page
    place.delete()
    for _again in range(2):
        as_instructor.post(path(own, "changes/"), {"seen": content_hash})
    assert "Nothing has changed" in as_instructor.get(path(own, "changes/")).text
    assert order(own)[0] == ("Start", ["maps", "routes"])


def test_a_topic_is_taken_into_a_section_that_is_new_too(own, content, as_instructor):
    new = content.other.sections.create(slug="new", title="Something new", position=9)
    new.places.create(topic=content.topics["boots"])
    assert "“Something new” is new" in as_instructor.get(path(own, "changes/")).text
    as_instructor.post(path(own, "changes/"), {"take": "added/new/boots"})
    assert order(own)[-1] == ("Something new", ["boots"])


def test_a_topic_is_put_where_it_stands_in_the_original(own, content, as_instructor):
    """After what is above it there and here; where that was taken out of the copy, after what is above that."""
    start = content.other.sections.get(slug="start")
    for position, topic in enumerate(["boots", "maps", "weather", "routes"]):
        start.places.update_or_create(topic=content.topics[topic], defaults={"position": position})
    own.track.sections.get(slug="start").places.filter(topic__slug="maps").delete()
    for key in ("added/start/weather", "added/start/boots"):
        as_instructor.post(path(own, "changes/"), {"take": key})
    assert order(own)[0] == ("Start", ["boots", "weather", "routes"])


def test_another_place_is_taken_over_and_what_stands_so_already_is_said(own, content, as_instructor):
    start = content.other.sections.get(slug="start")
    start.places.filter(topic__slug="maps").update(position=9)
    page = as_instructor.get(path(own, "changes/")).text
    key = re.search(r'value="(moved/start/\w+)"', page)[1]
    as_instructor.post(path(own, "changes/"), {"take": key})
    assert order(own)[0] == ("Start", ["routes", "maps"])
    start.places.filter(topic__slug="maps").update(position=0)
    as_instructor.post(path(own, "topics/move/"), {"up": "start/maps/start/"})
    assert "yours is so already" in as_instructor.get(path(own, "changes/")).text


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
    copy = CustomTrack.objects.exclude(pk=own.pk).get()
    own.authors.set([outsider])
    own.track.sections.create(slug="secret", title="A secret", position=9)
    page = as_instructor.get(path(copy, "changes/")).text
    assert "no longer an author of the original" in page
    assert "secret" not in page
