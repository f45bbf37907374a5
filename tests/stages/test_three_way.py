"""Files and rows that changed apart: each value comes from where it changed, and what collides is asked about."""

import pytest

from stages.fixture_files import FixtureError
from stages.loading import OURS, THEIRS, load
from stages.models import Entry, LoadedEntry, Resource, Source, Stage, State, Topic, TopicResource, Track, TrackTopic
from tests.content import stage, topic, track, write_files

URL = "https://example.org/"
RESOURCE = {"model": "stages.resource", "fields": {"url": URL, "title": "X", "publisher": "Y"}}
LINK = {"model": "stages.topicresource", "fields": {"topic": ["maps"], "resource": [URL]}}


def entry(model, **fields):
    return {"model": f"stages.{model}", "fields": fields}


def section(slug="start"):
    return entry("tracksection", track=["roadmap"], slug=slug, title=slug.title())


def place(slug, under="start"):
    return entry("tracktopic", section=["roadmap", under], topic=[slug])


@pytest.fixture
def folder(blank, tmp_path):
    load(write_files(tmp_path, stage(), topic("maps"), topic("boots")))
    return tmp_path


def change(folder, *entries):
    return write_files(folder, stage(), *entries)


def test_a_field_that_is_new_since_the_last_load_follows_the_file(folder):
    """A migration added it, so the entry as it was last loaded has no value for it."""
    loaded = LoadedEntry.objects.get(key='["maps"]')
    del loaded.fields["minutes_max"]
    loaded.save()
    load(change(folder, topic("maps", minutes_max=20), topic("boots")))
    assert Topic.objects.get(slug="maps").minutes_max == 20


def test_an_entry_leaves_although_a_field_is_new_since_the_last_load(folder):
    loaded = LoadedEntry.objects.get(key='["boots"]')
    del loaded.fields["minutes_max"]
    loaded.save()
    load(change(folder, topic("maps")))
    assert Topic.objects.get(slug="boots").state == State.RETIRED


@pytest.mark.parametrize("retired_by", ["the load", "a maintainer"])
def test_what_a_maintainer_publishes_again_after_it_left_the_files_stays(folder, retired_by):
    boots = Topic.objects.filter(slug="boots")
    if retired_by == "a maintainer":
        boots.update(state=State.RETIRED)
    load(change(folder, topic("maps")))
    boots.update(state=State.PUBLISHED)
    assert not load(folder)
    assert boots.get().state == State.PUBLISHED


def test_what_left_files_and_database_comes_back_with_the_files(folder):
    load(change(folder, topic("maps"), topic("boots"), RESOURCE, LINK))
    TopicResource.objects.all().delete()
    load(change(folder, topic("maps"), topic("boots"), RESOURCE))
    load(change(folder, topic("maps"), topic("boots"), RESOURCE, LINK))
    assert TopicResource.objects.count() == 1


@pytest.mark.parametrize(("prefer", "left"), [(OURS, ["boots"]), (THEIRS, [])])
def test_what_a_maintainer_put_under_a_link_that_leaves_is_a_conflict(folder, prefer, left):
    load(change(folder, topic("maps"), topic("boots"), track("roadmap"), section(), place("maps")))
    TrackTopic.objects.create(section_id=TrackTopic.objects.get().section_id, topic=Topic.objects.get(slug="boots"))
    change(folder, topic("maps"), topic("boots"), track("roadmap"))
    with pytest.raises(FixtureError, match=r"section roadmap / start: has left the files, but .* roadmap / start / b"):
        load(folder)
    load(folder, prefer=prefer)
    assert [found.topic.slug for found in TrackTopic.objects.all()] == left
    assert not load(folder)


@pytest.mark.parametrize("order", [1, -1])
def test_what_only_one_may_have_changes_hands(folder, order):
    """Tracks that change places in the same load, in whatever order the file has them."""
    tracks = [track("one"), track("two") | {"fields": {**track("two")["fields"], "follows_stages": False}}]
    load(change(folder, topic("maps"), topic("boots"), *tracks))
    for found in tracks:
        found["fields"]["follows_stages"] = not found["fields"]["follows_stages"]
    load(change(folder, topic("maps"), topic("boots"), *tracks[::order]))
    assert Track.objects.get(follows_stages=True).slug == "two"


def test_a_track_that_leaves_makes_room_for_its_successor(folder):
    load(change(folder, topic("maps"), topic("boots"), track("one")))
    load(change(folder, topic("maps"), topic("boots"), track("two")))
    assert dict(Track.objects.values_list("slug", "follows_stages")) == {"one": False, "two": True}
    load(change(folder, topic("maps"), topic("boots"), track("one")))
    assert dict(Track.objects.values_list("slug", "follows_stages")) == {"one": True, "two": False}
    assert not load(folder)


def test_a_track_of_the_database_keeps_what_only_one_may_have(folder):
    Track.objects.create(slug="mine", title="Mine", summary="S.", follows_stages=True)
    with pytest.raises(FixtureError, match="track one: the stages already belongs to track mine"):
        load(change(folder, topic("maps"), topic("boots"), track("one")))


def test_a_range_that_neither_side_wrote_is_named(folder):
    load(change(folder, topic("maps", minutes_min=10, minutes_max=40), topic("boots")))
    Topic.objects.filter(slug="maps").update(minutes_min=30)
    with pytest.raises(FixtureError, match="topic maps: minutes_min 30 would be more than minutes_max 20"):
        load(change(folder, topic("maps", minutes_min=10, minutes_max=20), topic("boots")))
    assert Topic.objects.get(slug="maps").minutes_max == 40


def test_a_range_that_a_file_has_the_wrong_way_round_is_named(folder):
    with pytest.raises(FixtureError, match=r"line \d+: entry 2, topic maps: minutes_min 30"):
        load(change(folder, topic("maps", minutes_min=30, minutes_max=20), topic("boots")))


def test_a_circle_of_which_each_side_wrote_one_half_is_named(folder):
    Topic.objects.get(slug="boots").prerequisites.add(Topic.objects.get(slug="maps"))
    with pytest.raises(FixtureError, match="need each other in a circle"):
        load(change(folder, topic("maps", prerequisites=[["boots"]]), topic("boots")))


def test_a_topic_that_a_document_names_may_be_deleted(folder):
    """The entry of the document is unchanged in the file, and names a topic that is no more."""
    leaflet = entry("source", key="leaflet", title="L", form="F", summary="S")
    named = entry("entry", ref="x1", source=["leaflet"], section="S", line=1, label="L", topics=[["maps"], ["boots"]])
    load(change(folder, topic("maps"), topic("boots"), leaflet, named))
    Topic.objects.get(slug="boots").delete()
    assert not load(folder)
    assert [found.slug for found in Entry.objects.get().topics.all()] == ["maps"]


def test_a_source_leaves_unless_the_database_still_points_at_it(folder):
    leaflet = entry("source", key="leaflet", title="L", form="F", summary="S")
    load(change(folder, topic("maps"), topic("boots"), leaflet, track("roadmap")))
    Track.objects.update(source=Source.objects.get())
    change(folder, topic("maps"), topic("boots"), track("roadmap"))
    with pytest.raises(FixtureError, match=r"source leaflet: has left the files, but .* track roadmap"):
        load(folder)
    load(folder, prefer=OURS)
    assert Track.objects.get().source.key == "leaflet"


def test_the_state_of_a_resource_that_left_is_all_that_changes(folder):
    load(change(folder, topic("maps"), topic("boots"), RESOURCE))
    load(change(folder, topic("maps"), topic("boots")))
    assert Resource.objects.get().state == State.RETIRED
    assert Stage.objects.get().state == State.PUBLISHED
