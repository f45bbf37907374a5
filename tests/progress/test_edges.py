"""Rare things that a second reading of the code has found."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from progress.models import TopicProgress
from progress.reader_progress import ReaderProgress
from stages.content import outline_of_stages
from tests.progress.tracking.test_ticks import tick
from tests.progress.transfer.test_import import IMPORT, fields, look


def test_another_site_cannot_put_a_new_session_in_the_place_of_a_readers_own(content):
    """Its form arrives without cookies. A session begun then would take the place of the one with the ticks."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(IMPORT, {"agree": "yes", "take": "done:maps"})
    assert "sessionid" not in answer.cookies
    assert "Nothing was changed yet" in answer.text
    assert fields(answer)["take"] == ["done:maps"]  # and a reader with an old page has lost nothing
    answer = client.post(IMPORT, fields(answer))
    assert answer.url == f"/accounts/login/?next={IMPORT}"
    assert client.get(IMPORT).status_code == 200


@pytest.fixture
def unfinished(content):
    """A stage that was taken back to be worked on, with topics that are finished themselves."""
    content.second.state = "draft"
    content.second.save()
    return content


def test_topics_of_a_draft_stage_cannot_be_ticked(unfinished, as_learner, learner):
    assert tick(as_learner, "routes", "done").status_code == 404
    assert not learner.topic_progress.exists()


def test_topics_of_a_draft_stage_have_no_star_and_no_note(unfinished, as_learner, learner):
    assert as_learner.post("/topics/routes/star/", {"starred": "yes"}).status_code == 404
    assert as_learner.post("/topics/routes/note/", {"text": "Mine."}).status_code == 404
    assert as_learner.get("/topics/routes/note/").status_code == 404
    assert not learner.stars.exists()


def test_topics_of_a_retired_stage_keep_theirs(content, as_learner):
    content.second.state = "retired"
    content.second.save()
    assert as_learner.post("/topics/routes/note/", {"text": "Mine."}).status_code == 302
    assert as_learner.get("/topics/routes/note/").status_code == 200


def test_what_comes_next_is_the_same_each_time_after_an_import(content, learner):
    """All of it was written at one moment, and in any order."""
    now = datetime.now(UTC)
    for slug in ("routes", "boots", "maps"):
        TopicProgress.objects.create(user=learner, topic=content.topics[slug], status="learning", changed_at=now)
    progress = ReaderProgress.for_user(learner)
    assert list(progress.statuses) == sorted(progress.statuses)
    assert progress.next_topic(outline_of_stages().topics).slug == "routes"


def test_a_check_list_without_required_topics_has_no_sum(content, as_learner):
    """A list of optional topics alone has no sum of required ones to tell."""
    content.first.topics.update(required=False)
    text = as_learner.get("/stages/first/checklist.md").text
    assert " of 0 " not in text
    assert look(as_learner, text).status_code == 200
