"""load_roadmap --dry-run: what a load would change, and what that does to learners; and it changes nothing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from progress.models import TopicProgress
from stages.models import LoadedEntry, Revision, SyncResult, Topic
from stages.sync.load import load
from tests.content import stage, topic, write_files


@pytest.fixture
def folder(db, tmp_path):
    load(write_files(tmp_path, stage(), topic("maps"), topic("boots", position=2)))
    return tmp_path


def dry_run(folder):
    before = [list(model.objects.order_by("pk").values()) for model in (Topic, Revision, LoadedEntry, SyncResult)]
    out = StringIO()
    call_command("load_roadmap", folder, "--dry-run", stdout=out)
    after = [list(model.objects.order_by("pk").values()) for model in (Topic, Revision, LoadedEntry, SyncResult)]
    assert after == before
    return out.getvalue()


def test_it_shows_the_difference_and_changes_nothing(folder):
    said = dry_run(write_files(folder, stage(), topic("maps", title="Charts"), topic("weather")))
    assert "~ topic maps: title: Maps → Charts" in said
    assert "+ topic weather" in said
    assert "- topic boots: retired, for it has left the files" in said
    assert "Would be: 1 added, 1 changed, 1 retired." in said


def test_it_says_whose_percentages_change(folder, learner):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    said = dry_run(write_files(folder, stage(), topic("maps")))
    assert "For learners: 1 learner sees another percentage." in said
    assert "  The whole roadmap: 2 → 1 required topics, 50 % → 100 % for 1\n" in said
    assert "  Stage: First: 2 → 1 required topics, 50 % → 100 % for 1\n" in said


def test_a_merge_takes_ticks_along_in_it(folder, learner):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="boots"), "done")
    said = dry_run(write_files(folder, stage(), topic("maps", replaces=["boots"])))
    assert "  The whole roadmap: 2 → 1 required topics, 50 % → 100 % for 1\n" in said
    assert "1 standings would be carried over" in said
    assert not TopicProgress.objects.filter(topic__slug="maps").exists()


def test_it_says_when_nobodys_percentage_changes(folder, learner):
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    said = dry_run(write_files(folder, stage(), topic("maps", title="Charts"), topic("boots", position=2)))
    assert said.endswith("For learners: nobody's percentage changes.\n")


def test_it_says_when_there_is_nobody_to_be_counted(folder):
    said = dry_run(write_files(folder, stage(), topic("maps")))
    assert said.endswith("For learners: nobody has done anything in this database, so no percentage changes.\n")


def test_it_says_when_the_database_is_empty(db, tmp_path):
    said = dry_run(write_files(tmp_path, stage(), topic("maps")))
    assert "Would be: 2 added.\n" in said
    assert said.endswith("For learners: the database had no topics, so nobody has a percentage that could change.\n")


def test_it_says_when_the_database_is_not_made_yet(db, tmp_path, monkeypatch):
    def breaks():
        raise OperationalError("no such table: stages_topic")

    monkeypatch.setattr("roadmap_site.management.commands.load_roadmap.capture_content", breaks)
    with pytest.raises(CommandError, match=r"no such table: stages_topic\. Has “manage.py migrate” been run\?"):
        dry_run(write_files(tmp_path, stage(), topic("maps")))
