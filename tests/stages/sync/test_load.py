"""load_roadmap: what it changes, what it leaves alone, and what it says."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from progress.models import TopicProgress
from stages.fixture_io import FixtureError
from stages.models import LoadedEntry, Stage, State, Topic, TopicResource
from stages.sync.load import OURS, THEIRS, load
from tests.content import stage, topic, write_files


@pytest.fixture
def folder(db, tmp_path):
    load(write_files(tmp_path, stage(), topic("maps"), topic("boots", position=2)))
    return tmp_path


def change(folder, *entries):
    return write_files(folder, stage(), *entries)


def say(folder, *options):
    out = StringIO()
    call_command("load_roadmap", folder, *options, stdout=out)
    return out.getvalue()


def test_loading_again_changes_nothing(folder):
    before = list(Topic.objects.values())
    assert not load(folder)
    assert list(Topic.objects.values()) == before
    assert say(folder) == "Roadmap: nothing to change.\n"


def test_it_updates_what_changed_in_the_file(folder):
    pk = Topic.objects.get(slug="maps").pk
    load(change(folder, topic("maps", title="Charts", prerequisites=[["boots"]]), topic("boots", position=2)))
    maps = Topic.objects.get(slug="maps")
    assert (maps.pk, maps.title) == (pk, "Charts")
    assert [needed.slug for needed in maps.prerequisites.all()] == ["boots"]


def test_what_left_the_files_is_retired_and_comes_back(folder, learner):
    boots = Topic.objects.get(slug="boots")
    TopicProgress.objects.record(learner, boots, "done")
    load(change(folder, topic("maps")))
    boots.refresh_from_db()
    assert boots.state == State.RETIRED
    assert not load(folder)
    load(change(folder, topic("maps"), topic("boots", position=2)))
    boots.refresh_from_db()
    assert boots.state == State.PUBLISHED
    assert learner.topic_progress.get(topic=boots).status == "done"


def test_a_mere_link_that_left_the_files_is_removed(folder):
    resource = {"model": "stages.resource", "fields": {"url": "https://example.org/", "title": "X", "publisher": "Y"}}
    link = {"model": "stages.topicresource", "fields": {"topic": ["maps"], "resource": ["https://example.org/"]}}
    load(change(folder, topic("maps"), topic("boots"), resource, link))
    assert TopicResource.objects.count() == 1
    plan = load(change(folder, topic("maps"), topic("boots"), resource))
    assert plan.summary() == "1 removed"
    assert not TopicResource.objects.exists()


def test_what_a_maintainer_made_in_the_admin_stays(folder):
    made = Topic.objects.create(slug="knots", stage=Stage.objects.get(), title="Knots", summary="Tie.")
    assert not load(folder)
    made.refresh_from_db()
    assert made.state == State.PUBLISHED


def test_a_maintainers_edit_stays_while_another_field_follows_the_file(folder):
    Topic.objects.filter(slug="maps").update(summary="Edited in the admin.")
    load(change(folder, topic("maps", title="Charts"), topic("boots", position=2)))
    maps = Topic.objects.get(slug="maps")
    assert (maps.title, maps.summary) == ("Charts", "Edited in the admin.")
    assert not load(folder)  # and goes on staying


@pytest.mark.parametrize(("prefer", "title"), [(OURS, "From the admin"), (THEIRS, "From the file")])
def test_a_conflict_is_reported_and_settled_as_asked(folder, prefer, title):
    Topic.objects.filter(slug="maps").update(title="From the admin")
    change(folder, topic("maps", title="From the file"), topic("boots", position=2))
    with pytest.raises(FixtureError, match="topic maps: title changed both in the file") as error:
        load(folder)
    assert len(error.value.problems) == 1
    assert Topic.objects.get(slug="maps").title == "From the admin"
    load(folder, prefer=prefer)
    assert Topic.objects.get(slug="maps").title == title
    assert not load(folder)


def test_a_conflict_may_be_settled_later(folder):
    """As a release does: what is not in conflict is loaded, and the question stays."""
    Topic.objects.filter(slug="maps").update(title="From the admin")
    change(folder, topic("maps", title="From the file", summary="Anew."), topic("boots", position=2))
    for summary in ("1 changed", "nothing to change"):
        said = say(folder, "--postpone-conflicts")
        assert "Not settled yet, and as in the database: roadmap.yaml, line" in said
        assert "title changed both in the file (From the file) and in the database (From the admin)" in said
        assert f"Roadmap: {summary}." in said
        maps = Topic.objects.get(slug="maps")
        assert (maps.title, maps.summary) == ("From the admin", "Anew.")
    with pytest.raises(CommandError, match="title changed both in the file"):
        say(folder)
    with pytest.raises(CommandError, match="Both --postpone-conflicts and --ours"):
        say(folder, "--postpone-conflicts", "--ours")
    assert "Not settled" not in say(folder, "--postpone-conflicts", "--theirs", "stages.topic:maps.title")
    assert Topic.objects.get(slug="maps").title == "From the file"
    assert say(folder) == "Roadmap: nothing to change.\n"


def test_what_left_one_side_and_changed_on_the_other_may_be_settled_later(folder):
    Topic.objects.filter(slug="boots").update(title="Edited")
    Topic.objects.get(slug="maps").delete()
    change(folder, topic("maps", title="Charts"))
    for _ in range(2):
        said = say(folder, "--postpone-conflicts")
        assert "topic boots: has left the files, but was changed in the database" in said
        assert "topic maps: changed in the file, but its row was deleted" in said
        assert list(Topic.objects.values_list("title", "state")) == [("Edited", "published")]


def test_the_same_edit_on_both_sides_is_no_conflict(folder):
    Topic.objects.filter(slug="maps").update(title="Charts")
    assert not load(change(folder, topic("maps", title="Charts"), topic("boots", position=2)))


@pytest.mark.parametrize(("prefer", "state"), [(OURS, State.PUBLISHED), (THEIRS, State.RETIRED)])
def test_leaving_the_files_after_an_edit_is_a_conflict(folder, prefer, state):
    Topic.objects.filter(slug="boots").update(title="Edited")
    change(folder, topic("maps"))
    with pytest.raises(FixtureError, match="topic boots: has left the files, but was changed"):
        load(folder)
    load(folder, prefer=prefer)
    assert Topic.objects.get(slug="boots").state == state
    assert not load(folder)  # and it is settled


def test_what_a_maintainer_deleted_stays_deleted(folder):
    Topic.objects.get(slug="boots").delete()
    assert not load(folder)
    change(folder, topic("maps"), topic("boots", title="Shoes", position=2))
    with pytest.raises(FixtureError, match="topic boots: changed in the file, but its row was deleted"):
        load(folder)
    load(folder, prefer=OURS)
    assert not Topic.objects.filter(slug="boots").exists()
    change(folder, topic("maps"), topic("boots", title="Sandals", position=2))
    load(folder, prefer=THEIRS)
    assert Topic.objects.get(slug="boots").title == "Sandals"


def test_an_entry_may_not_point_at_what_was_deleted(folder):
    Topic.objects.get(slug="boots").delete()
    change(folder, topic("maps", prerequisites=[["boots"]]), topic("boots", position=2))
    with pytest.raises(FixtureError, match="there is no topic “boots”"):
        load(folder)


def test_a_replaced_slug_that_nobody_knows_is_mentioned(folder):
    change(folder, topic("maps", replaces=["nope-typo"]), topic("boots", position=2))
    assert "topic maps: replaces “nope-typo”, which this database has never had." in say(folder)


def test_a_replaced_topic_that_stays_is_mentioned(folder):
    change(folder, topic("maps", replaces=["boots"]), topic("boots", position=2))
    assert "Note: roadmap.yaml, line" in say(folder)
    assert "topic maps: replaces “boots”, which stays published beside it." in say(folder)


def test_a_stage_that_leaves_while_its_topics_stay_is_mentioned(folder):
    write_files(folder, topic("maps"), topic("boots", position=2))
    said = say(folder, "--dry-run")
    assert "Note: stage first has left the files, and 2 topics stay in it: learners see none of them any more." in said


def test_a_topic_may_need_one_that_only_the_database_has(folder):
    Topic.objects.create(slug="knots", stage=Stage.objects.get(), title="Knots", summary="Tie.")
    load(change(folder, topic("maps", prerequisites=[["knots"]]), topic("boots", position=2)))
    assert Topic.objects.get(slug="maps").prerequisites.get().slug == "knots"


def test_replaced_topics_hand_their_ticks_on_in_the_same_load(folder, learner):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="boots"), "done")
    change(folder, topic("maps"), topic("shoes", replaces=["boots"]))
    assert "1 standings carried over" in say(folder)
    assert learner.topic_progress.get(topic__slug="shoes").status == "done"


def test_a_replaced_topics_address_leads_to_its_successor(folder, client):
    load(change(folder, topic("maps"), topic("shoes", replaces=["boots"])))
    assert client.get("/topics/boots/").url == "/topics/shoes/"
    assert client.get("/topics/maps/").status_code == 200


def test_it_remembers_the_files_and_not_the_rows(folder):
    Topic.objects.filter(slug="maps").update(title="Edited")
    load(folder)
    assert LoadedEntry.objects.get(model="stages.topic", key='["maps"]').fields["title"] == "Maps"


def test_files_that_share_nothing_with_the_database_are_refused(folder, learner, tmp_path):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    other = write_files(tmp_path / "other", stage("second"), topic("knots", stage="second"))
    with pytest.raises(CommandError) as refusal:
        say(other)
    assert "it has none of the 1 stage and 2 topics of the database, and would retire them" in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was loaded.")
    assert Topic.objects.published().count() == 2
    assert "2 added, 3 retired" in say(other, "--replace-everything")
    assert [topic.slug for topic in Topic.objects.published()] == ["knots"]
    assert learner.topic_progress.count() == 1
    # The way back is the same, for what is retired is not in use.
    with pytest.raises(CommandError, match="Is FIXTURES_DIR right"):
        say(folder)
    say(folder, "--replace-everything")
    assert learner.topic_progress.get().topic.state == State.PUBLISHED


def test_files_that_share_one_topic_are_those_of_this_roadmap(folder, tmp_path):
    say(write_files(tmp_path / "other", stage("second"), topic("maps", stage="second")))
    assert Topic.objects.get(slug="maps").stage.slug == "second"


def test_a_folder_that_is_not_there_is_one_clear_line(db, tmp_path):
    with pytest.raises(CommandError, match=r"none: there is no such folder\.\nNothing was loaded"):
        say(tmp_path / "none")
