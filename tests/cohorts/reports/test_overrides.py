"""An instructor marks a topic as done for a learner: with a reason, seen by the learner, and to be taken back."""

import csv
import io

import pytest

from progress.cohorts.models import Assignment, Override
from progress.cohorts.overrides import active_overrides
from progress.models import ProgressEvent, TopicProgress
from tests.cohorts.roster_pages import join, table
from tests.conftest import client_of, make_user
from tests.progress.test_one_number import bars
from tests.progress.tracking.test_ticks import tick


@pytest.fixture
def there(cohort, learner):
    return f"/cohorts/{cohort.pk}/learners/{learner.pk}/topics/maps/"


def status(learner):
    return learner.topic_progress.filter(topic__slug="maps").values_list("status", flat=True).first()


def mark(client, there, reason="Shown at the blackboard"):
    response = client.post(there, {"reason": reason})
    assert response.status_code == 302
    return Override.objects.get()


@pytest.mark.parametrize("before", [None, "learning", "skipped"])
def test_it_counts_as_done_and_goes_back_to_what_it_was(there, as_instructor, as_learner, learner, before):
    if before:
        tick(as_learner, "maps", before)
    override = mark(as_instructor, there)
    assert status(learner) == "done"
    assert bars(as_learner.get("/me/").text)["other"][0] == 1
    for _twice in range(2):
        assert as_learner.post(f"/cohorts/overrides/{override.pk}/undo/").status_code == 302
    assert status(learner) == before
    assert learner.progress_events.filter(cause="undo").count() == 1
    assert not active_overrides().exists()


def test_the_learner_reads_who_when_and_why(there, as_instructor, as_learner):
    mark(as_instructor, there, "Shown at <the> blackboard")
    page = as_learner.get("/topics/maps/").text
    assert "Marked as done for you" in page
    assert "Ines Instructor" in page
    assert "Shown at &lt;the&gt; blackboard" in page
    assert "Take it back" in page
    assert "Marked as done for you by an instructor" in as_learner.get("/me/").text
    tick(as_learner, "maps", "none")  # to untick it is to take it back
    assert "Marked as done for you" not in as_learner.get("/topics/maps/").text
    tick(as_learner, "maps", "done")  # and now it is their own
    assert "Marked as done for you" not in as_learner.get("/topics/maps/").text


def test_a_dispute_is_read_by_the_instructors_and_changes_nothing_else(there, as_instructor, as_learner, learner):
    override = mark(as_instructor, there)
    assert as_learner.post(f"/cohorts/overrides/{override.pk}/dispute/", {"dispute": ""}).status_code == 400
    as_learner.post(f"/cohorts/overrides/{override.pk}/dispute/", {"dispute": "That was somebody else."})
    assert status(learner) == "done"
    assert "That was somebody else." in as_instructor.get(there.split("topics/")[0]).text
    at_a_glance = as_instructor.get(there.split("learners/")[0])
    assert "says that a topic was wrongly marked as done" in at_a_glance.text
    assert "(disputed)" in as_learner.get("/me/").text
    assert "That was somebody else." in as_learner.get("/topics/maps/").text
    as_instructor.post(there, {"take_back": "yes"})
    assert status(learner) is None
    assert "That was somebody else." not in as_instructor.get(there.split("topics/")[0]).text


def test_tables_and_files_say_whose_tick_it_is(there, cohort, as_instructor, as_learner):
    tick(as_learner, "routes", "done")
    mark(as_instructor, there)
    screen = table(as_instructor.get(f"/cohorts/{cohort.pk}/?stage=first"))
    assert "done, marked by an instructor" in screen[1]
    file = as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv?stage=first").text
    assert list(csv.reader(io.StringIO(file.lstrip("\ufeff"))))[1:] == screen[1:]
    mine = csv.DictReader(io.StringIO(as_learner.get("/me/data/progress.csv").text.lstrip("\ufeff")))
    assert {row["slug"]: row["marked by"] for row in mine if row["status"] == "done"} == {
        "maps": "an instructor",
        "routes": "me",
    }


def test_it_is_no_activity_of_the_learner(there, cohort, as_instructor, as_learner):
    mark(as_instructor, there)
    assert "never" in table(as_instructor.get(f"/cohorts/{cohort.pk}/"))[1]
    assert ProgressEvent.objects.get().cause == "override"


def test_what_is_done_is_not_marked(there, as_instructor, as_learner):
    tick(as_learner, "maps", "done")
    assert "nothing to mark" in as_instructor.get(there).text
    as_instructor.post(there, {"reason": "Again"})
    assert not Override.objects.exists()


def test_a_reason_is_needed(there, as_instructor, learner):
    assert as_instructor.post(there, {"reason": " "}).status_code == 400
    assert status(learner) is None


def test_only_what_is_assigned_to_a_current_learner_can_be_marked(there, cohort, as_instructor, learner):
    assert as_instructor.get(there.replace("maps", "boots")).status_code == 404
    assert as_instructor.post(there.replace("maps", "boots"), {"reason": "x"}).status_code == 404
    Assignment.objects.update(to_everyone=False)
    assert as_instructor.post(there, {"reason": "x"}).status_code == 404
    Assignment.objects.update(to_everyone=True)
    cohort.leave(learner)
    assert as_instructor.post(there, {"reason": "x"}).status_code == 404
    assert not TopicProgress.objects.exists()


def test_nobody_else_marks_undoes_or_disputes(there, cohort, as_instructor, as_learner, as_outsider, client):
    [ada] = join(cohort, "Ada")
    stranger = make_user("Ivo Instructor")
    for other in (as_learner, as_outsider, client_of(ada), client_of(stranger)):
        assert other.post(there, {"reason": "x"}).status_code == 404
    assert client.post(there, {"reason": "x"}).status_code == 302
    override = mark(as_instructor, there)
    for other in (as_instructor, as_outsider, client_of(ada)):
        for verb in ("undo", "dispute"):
            assert other.post(f"/cohorts/overrides/{override.pk}/{verb}/", {"dispute": "x"}).status_code == 404
    assert active_overrides().get() == override


def test_another_cohort_cannot_take_the_mark_away(there, cohort, content, as_instructor, learner):
    other = make_user("Ivo Instructor")
    second = type(cohort).objects.create(name="Night walkers")
    second.instructors.add(other)
    second.join(learner)
    second.assignments.create(track=content.other)
    override = mark(as_instructor, there)
    client_of(other).post(f"/cohorts/{second.pk}/learners/{learner.pk}/topics/maps/", {"take_back": "yes"})
    assert active_overrides().get() == override


def test_an_archived_cohort_is_read_only(there, cohort, as_instructor, learner):
    cohort.archive()
    assert as_instructor.get(there).status_code == 200
    assert as_instructor.post(there, {"reason": "x"}).status_code == 403
    assert status(learner) is None
