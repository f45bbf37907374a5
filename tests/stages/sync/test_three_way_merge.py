"""Files and rows that changed apart: each value comes from where it changed, and what collides is asked about."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from stages.fixture_io import MODELS, FixtureError, content_fields
from stages.fixture_io.records import CONTENT
from stages.models import (
    Entry,
    LoadedEntry,
    Resource,
    Source,
    Stage,
    State,
    Topic,
    TopicResource,
    Track,
    TrackSection,
    TrackTopic,
)
from stages.sync.load import OURS, THEIRS, load
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
def folder(db, tmp_path):
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


# --- Settling one by one ---


@pytest.fixture
def disputed(folder):
    """Two topics, each changed in the same two fields on both sides."""
    for slug in ("maps", "boots"):
        Topic.objects.filter(slug=slug).update(title="Row", summary="Row.")
    return change(folder, *(topic(slug, title="File", summary="File.") for slug in ("maps", "boots")))


def said(folder, *options):
    out = StringIO()
    call_command("load_roadmap", folder, *options, stdout=out)
    return out.getvalue()


def test_every_conflict_is_listed_with_its_line_and_its_name(disputed):
    with pytest.raises(CommandError) as error:
        said(disputed)
    lines = str(error.value).splitlines()
    found = [line.rpartition("(")[2] for line in lines[:4]]
    assert found == [f"stages.topic:{slug}.{name})." for slug in ("maps", "boots") for name in ("title", "summary")]
    text = (disputed / "roadmap.yaml").read_text().splitlines()
    for line in lines[:4]:
        number, name = re.match(r"roadmap\.yaml, line (\d+): entry \d, topic \w+: (\w+)", line).groups()
        assert text[int(number) - 1].strip().startswith(f"{name}: File")
    assert lines[-1] == "Nothing was loaded."


@pytest.mark.parametrize(
    ("options", "maps", "boots"),
    [
        (["--ours"], ("Row", "Row."), ("Row", "Row.")),
        (["--theirs"], ("File", "File."), ("File", "File.")),
        (["--ours", "--theirs", "stages.topic:maps"], ("File", "File."), ("Row", "Row.")),
        (["--theirs", "--ours", "stages.topic:maps.title"], ("Row", "File."), ("File", "File.")),
        (
            ["--ours", "stages.topic:maps", "--ours=stages.topic:boots", "--theirs=stages.topic:maps.title"],
            ("File", "Row."),
            ("Row", "Row."),
        ),
    ],
)
def test_conflicts_are_settled_together_or_one_by_one(disputed, options, maps, boots):
    said(disputed, *options)
    found = {slug: (title, summary) for slug, title, summary in Topic.objects.values_list("slug", "title", "summary")}
    assert found == {"maps": maps, "boots": boots}
    assert not load(disputed)


def test_a_conflict_that_nobody_settles_keeps_all_others_out(disputed):
    with pytest.raises(CommandError) as error:
        said(disputed, "--theirs", "stages.topic:maps", "--theirs", "stages.topic:boots.title")
    assert str(error.value).count("changed both") == 1
    assert set(Topic.objects.values_list("title", flat=True)) == {"Row"}


@pytest.mark.parametrize("name", ["stages.topic:nope", "stages.topic:maps.titel", "topic:maps", "maps"])
def test_a_name_that_nothing_has_is_named(disputed, name):
    with pytest.raises(CommandError, match=f"no entry and no field “{re.escape(name)}”"):
        said(disputed, "--ours", "--theirs", name)
    assert set(Topic.objects.values_list("title", flat=True)) == {"Row"}


def test_what_is_asked_for_both_ways_is_named(disputed):
    with pytest.raises(CommandError, match=r"Both --ours and --theirs for stages\.topic:maps"):
        said(disputed, "--ours", "stages.topic:maps", "--theirs", "stages.topic:maps")


def test_a_link_has_a_name_as_well(folder):
    load(change(folder, topic("maps"), topic("boots"), RESOURCE, LINK))
    TopicResource.objects.update(why="Row")
    change(folder, topic("maps"), topic("boots"), RESOURCE, LINK | {"fields": {**LINK["fields"], "why": "File"}})
    said(folder, "--theirs", f"stages.topicresource:maps/{URL}.why")
    assert TopicResource.objects.get().why == "File"


# --- What a person is told ---


def test_what_is_taken_away_is_said_without_asking(folder):
    load(change(folder, topic("maps"), topic("boots"), RESOURCE, LINK))
    change(folder, topic("maps"), RESOURCE)
    assert said(folder).splitlines() == [
        "- topic boots: retired, for it has left the files",
        f"- topic resource maps / {URL}: removed, for it has left the files",
        "Roadmap: 1 retired, 1 removed.",
    ]


def test_nothing_of_a_person_hangs_on_what_a_load_removes():
    """What has no state is removed when it leaves the files. So no model outside the content may point at it."""
    mere_links = [model for model in MODELS if not any(field.name == "state" for field in content_fields(model))]
    assert TopicResource in mere_links
    for model in mere_links:
        for relation in model._meta.related_objects:
            assert relation.related_model._meta.app_label == "stages", relation


def test_a_dry_run_says_what_the_database_keeps(folder):
    Topic.objects.filter(slug="maps").update(title="Row")
    Topic.objects.filter(slug="boots").delete()
    assert said(folder, "--dry-run").splitlines() == [
        "= topic maps: title: stays Row, as in the database",
        "= topic boots: stays deleted, as in the database",
        "Would be: nothing to change.",
    ]


def test_a_list_of_keys_that_names_one_twice_is_a_mistake(folder):
    with pytest.raises(FixtureError, match="prerequisites names one twice"):
        load(change(folder, topic("maps", prerequisites=[["boots"], ["boots"]]), topic("boots")))


# --- Check ---


def checked(folder, expected):
    out = StringIO()
    if expected == 0:
        call_command("load_roadmap", folder, "--check", stdout=out)
    else:
        with pytest.raises(CommandError) as error:
            call_command("load_roadmap", folder, "--check", stdout=out)
        assert error.value.returncode == expected
        out.write(str(error.value))
    return out.getvalue()


def test_check_says_that_both_say_the_same(folder):
    call_command("dump_roadmap", folder / "dumped", verbosity=0)
    assert checked(folder / "dumped", 0) == "Files and database say the same.\n"
    assert "Note: roadmap.yaml says the same in other words" in checked(folder, 0)


def test_check_names_each_difference_and_who_made_it(folder):
    load(change(folder, topic("maps"), topic("boots"), topic("snacks"), topic("hats"), topic("ropes")))
    change(folder, topic("maps", title="File"), topic("boots"), topic("snacks", summary="File."), topic("hats"))
    write_files(folder, topic("weather"), name="more.yaml")
    Topic.objects.filter(slug="boots").update(title="Row")
    Topic.objects.filter(slug="snacks").update(summary="Row.")
    Topic.objects.filter(slug="hats").delete()
    Topic.objects.create(slug="knots", title="Knots", stage=Stage.objects.get(), summary="S.")
    before = list(Topic.objects.order_by("pk").values())
    assert checked(folder, 1).splitlines()[:-1] == [
        "~ topic boots: title: Boots in the files, Row in the database (changed in the database)",
        "+ topic hats: only in the files (deleted in the database)",
        "- topic knots: only in the database (made in the database)",
        "~ topic maps: title: File in the files, Maps in the database (changed in the files)",
        "- topic ropes: only in the database (has left the files)",
        "~ topic snacks: summary: File. in the files, Row. in the database (both changed)",
        "+ topic weather: only in the files (new in the files)",
    ]
    assert "differ in 7 entries" in checked(folder, 1)
    assert list(Topic.objects.order_by("pk").values()) == before


def test_check_ends_otherwise_where_it_cannot_tell(folder):
    (folder / "broken.yaml").write_text("- model: [unclosed")
    assert "broken.yaml, line 2" in checked(folder, 2)


# --- Rows that are no content ---


@pytest.fixture
def private(monkeypatch):
    """Tracks, and what is in them, whose slug says that they are somebody's own."""
    for model, path in ((Track, "slug"), (TrackSection, "track__slug"), (TrackTopic, "section__track__slug")):
        monkeypatch.setitem(CONTENT, model, ~Q(**{f"{path}__startswith": "own-"}))


@pytest.fixture
def own(private):
    def make(slug="own-way"):
        made = Track.objects.create(slug=slug, title="Own", summary="S.")
        section = TrackSection.objects.create(track=made, slug="start", title="Start")
        TrackTopic.objects.create(section=section, topic=Topic.objects.get(slug="maps"))
        return made

    return make


def test_what_is_no_content_is_neither_dumped_nor_compared_nor_changed(folder, own):
    own()
    assert not load(folder)
    call_command("dump_roadmap", folder / "dumped", verbosity=0)
    assert "own-way" not in "".join(path.read_text() for path in (folder / "dumped").glob("*.yaml"))
    assert "say the same" in checked(folder, 0)


def test_what_is_no_content_any_more_is_not_retired(folder, own):
    load(change(folder, topic("maps"), topic("boots"), track("own-way")))
    load(change(folder, topic("maps"), topic("boots")))
    assert Track.objects.get(slug="own-way").state == State.PUBLISHED


def test_a_key_that_is_taken_by_what_is_no_content_is_named(folder, own):
    own()
    with pytest.raises(FixtureError, match="entry 4, track own-way: somebody's own track has this key"):
        load(change(folder, topic("maps"), topic("boots"), track("own-way")))


def test_an_entry_of_a_document_says_something(folder):
    source = entry("source", key="leaflet", title="A leaflet", form="A list.", summary="It names maps.")
    silent = entry("entry", ref="x1", source=["leaflet"], line=1)
    with pytest.raises(FixtureError, match="entry x1: would have neither a label nor a paraphrase"):
        load(change(folder, topic("maps"), topic("boots"), source, silent))


def test_what_a_maintainer_says_of_a_document_stays(folder):
    source = entry("source", key="leaflet", title="A leaflet", form="A list.", summary="It names maps.")
    note = entry("entry", ref="x2", source=["leaflet"], line=2, label="A walk", kind="citation", sign="[1]")
    told = entry("entry", ref="x1", source=["leaflet"], line=1, paraphrase="Take a map.", cites=[["x2"]])
    load(change(folder, topic("maps"), topic("boots"), source, told, note))
    Entry.objects.filter(ref="x1").update(paraphrase="Take two maps.")
    told["fields"]["stages"] = [["first"]]
    load(change(folder, topic("maps"), topic("boots"), source, told, note))
    row = Entry.objects.get(ref="x1")
    assert (row.paraphrase, row.cites.get().sign, row.stages.get().slug) == ("Take two maps.", "[1]", "first")
