"""Defects that were seen in other systems, and the tests that keep each of them out of this one.

The rows are from a study of eight systems that people learn with. "Here" is this file; a test of this file checks
that every test in the table exists.

| seen in | defect | held by |
| --- | --- | --- |
| roadmap.sh | two percentages for one person | progress/test_one_number.py::test_every_page_says_the_same, \
progress/test_one_number.py::test_the_roadmap_says_the_same_however_it_is_seen, \
progress/test_one_number.py::test_the_public_page_says_the_same_as_the_learners_own, \
progress/test_one_number.py::test_every_check_list_has_as_many_ticks, \
progress/test_measure.py::test_skipped_counts_apart_and_is_never_done, \
cohorts/reports/test_numbers.py::test_every_number_is_the_learners_own, \
cohorts/reports/test_timeline.py::test_the_last_point_is_what_the_table_of_standings_says |
| roadmap.sh | 79 of 80 with everything ticked | here::test_whoever_ticks_every_box_of_a_page_has_done_it_all, \
progress/test_one_number.py::test_drafts_and_retired_topics_count_nowhere |
| roadmap.sh | a visit makes a streak | here::test_only_ticks_make_a_day, \
progress/test_activity.py::test_a_day_counts_for_what_was_done_on_it |
| freeCodeCamp | no streak until something is done today, in the browser's time zone | \
progress/test_activity.py::test_a_streak_lasts_until_the_learners_own_midnight, \
progress/dashboard/test_year.py::test_yesterdays_streak_is_still_there_and_the_page_says_how_long |
| Frappe | weekends end or make streaks | progress/test_activity.py::test_a_streak_is_right, \
progress/test_activity.py::test_clocks_that_change_end_no_streak, \
progress/test_activity.py::test_who_moves_reads_the_same_history_in_another_zone |
| Frappe | 100 % before the end | \
progress/test_measure.py::test_it_rounds_down_and_says_100_only_when_nothing_is_left, \
cohorts/reports/test_timeline.py::test_steps_are_rounded_as_everywhere |
| Frappe | whoever has finished is in no bin | cohorts/test_three_cohorts.py::test_the_bins_sum_to_the_head_count |
| Odin, Exercism, Frappe, Kolibri | an empty unit is an error, 100 % or 0 % | \
here::test_what_is_empty_is_nothing_to_do, here::test_what_is_empty_makes_no_odd_number, \
progress/test_measure.py::test_an_empty_list_is_nothing_to_do, \
cohorts/reports/test_roster.py::test_a_cohort_without_learners_or_tracks_says_so, \
cohorts/reports/test_timeline.py::test_what_is_odd_is_said_in_plain_words |
| Kolibri | what one learner has done is shown for another | here::test_nobody_sees_the_standing_of_another, \
progress/tracking/test_ticks.py::test_nobody_elses_progress_is_touched, \
cohorts/test_three_cohorts.py::test_every_cell_is_of_what_is_assigned_to_that_learner_there |
| Kolibri | totals include what is not assigned | \
cohorts/test_three_cohorts.py::test_every_cell_is_of_what_is_assigned_to_that_learner_there, \
cohorts/reports/test_roster.py::test_two_assignments_that_share_topics_count_each_once |
| Kolibri | lessons are seen by, or told of, people to whom they are not assigned | \
cohorts/test_three_cohorts.py::test_only_who_instructs_a_cohort_now_sees_it, \
cohorts/test_three_cohorts.py::test_the_page_of_each_learner_has_what_is_assigned_there_alone, \
cohorts/test_three_cohorts.py::test_learners_have_what_is_assigned_to_them_and_nothing_of_others, \
cohorts/reports/test_roster.py::test_a_former_member_disappears_at_once, \
test_access.py::test_nobody_but_instructors_changes_a_cohort |
| Frappe | two rows for one standing | here::test_the_database_has_room_for_one_row, \
progress/tracking/test_concurrency.py::test_64_equal_ticks_make_one_row_and_one_event |
| Odin | a second untick is an error | \
progress/tracking/test_ticks.py::test_a_stale_tab_unticks_a_topic_that_is_not_ticked, \
progress/tracking/test_ticks.py::test_saying_it_twice_changes_nothing, \
progress/annotations/test_annotations.py::test_it_is_stated_twice_and_is_there_once |
| Odin, Frappe | deleting content deletes history | here::test_content_with_something_of_a_learner_is_not_deleted, \
progress/test_never_costs_a_tick.py::test_a_topic_with_history_alone_cannot_be_deleted |
| Odin | buttons for done and not done have one name | browser/test_aloud.py::test_each_standing_is_said_otherwise, \
browser/test_aloud.py::test_no_two_buttons_of_a_page_sound_alike |
| Exercism | a status is called "learnt" here and "learned" there, and is never said | \
here::test_every_page_and_file_has_the_same_words_for_a_standing, here::test_the_answer_to_a_tick_says_the_standing, \
stages/roadmap/test_layouts.py::test_a_name_says_what_the_eye_sees |
| Exercism | what hovering shows, focus does not | \
browser/test_map.py::test_what_a_topic_needs_is_lit_on_hover_and_on_focus |
| freeCodeCamp Classroom | a standing is told by color alone | \
browser/test_aloud.py::test_each_standing_has_a_shape_of_its_own |
| freeCodeCamp Classroom | dates of somebody else's clock | here::test_every_day_is_of_the_same_clock, \
progress/annotations/test_annotations.py::test_the_history_is_in_the_learners_own_days, \
progress/dashboard/test_year.py::test_days_are_those_of_the_learner_or_the_browser, \
cohorts/reports/test_behind.py::test_days_of_silence_are_those_of_the_cohort, \
cohorts/reports/test_timeline.py::test_days_are_those_of_the_cohort |
| Moodle | a form of the admin erases everyone's progress | here::test_nothing_in_the_admin_takes_progress_away |
| roadmap.sh | resources of the roadmap got lost | \
here::test_a_resource_that_was_lost_from_the_files_comes_back_with_its_ticks, \
stages/sync/test_dry_run.py::test_it_shows_the_difference_and_changes_nothing, \
stages/sync/test_load.py::test_what_left_the_files_is_retired_and_comes_back, \
progress/transfer/test_import.py::test_ticks_are_never_taken_off_unless_the_learner_asks |
| Frappe | learners may not read their own year | test_access.py::test_it_answers_as_the_table_says, \
progress/dashboard/test_year.py::test_it_begins_with_the_first_tick |
| roadmap.sh | texts that may not be used | lessons/test_lessons.py::test_no_sentence_is_a_documents_own, \
stages/test_content.py::test_a_topic_has_a_few_resources_the_official_documentation_first |
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import User
from progress.models import (
    NONE,
    STATUSES,
    Certificate,
    Note,
    ProgressEvent,
    Report,
    Reset,
    ResourceTick,
    Share,
    Star,
    Status,
    TopicProgress,
)
from stages.models import Stage, State, Topic, Track, TrackSection, TrackTopic
from stages.roadmap.layouts import RoadmapLayout
from stages.sync.load import load
from tests.conftest import client_of
from tests.content import stage, topic, write_files
from tests.progress.impact.test_impact import agree
from tests.progress.test_one_number import bars
from tests.progress.tracking.test_ticks import tick
from tests.stages.roadmap.test_layouts import statuses
from tests.test_queries import PAGES

HERE = Path(__file__)
LAYOUTS = pytest.mark.parametrize("layout", RoadmapLayout)


def test_every_test_of_the_table_exists():
    named = re.findall(r"(here|[\w/]+\.py)::(\w+)", __doc__)
    assert len(named) > 30
    for file, name in named:
        text = (HERE if file == "here" else HERE.parent / file).read_text(encoding="utf-8")
        assert f"def {name}(" in text, f"{file}::{name}"
    own = set(re.findall(r"^def (test_\w+)", HERE.read_text(encoding="utf-8"), re.MULTILINE))
    assert own - {"test_every_test_of_the_table_exists"} == {name for file, name in named if file == "here"}


# --- Counting -------------------------------------------------------------------------------------


@LAYOUTS
@pytest.mark.parametrize("path", ["/", "/tracks/other/", "/stages/first/"])
def test_whoever_ticks_every_box_of_a_page_has_done_it_all(content, as_learner, path, layout):
    """Drafts, what was retired and what stands in two places must leave no gap between the boxes and the total."""
    section = TrackSection.objects.get(slug="start")
    for slug, state in (("hidden", State.DRAFT), ("gone", State.RETIRED)):
        made = Topic.objects.create(slug=slug, stage=content.first, title=slug, summary="S.", state=state)
        TrackTopic.objects.create(section=section, topic=made)
    attic = Stage.objects.create(slug="attic", title="Attic", summary="S.", state=State.DRAFT)
    TrackTopic.objects.create(section=section, topic=Topic.objects.create(slug="box", stage=attic, title="Box"))
    page = as_learner.get(f"{path}?view={layout}").text
    pressed = re.findall(r'<button class="tick"[^>]*formaction="(/topics/[\w-]+/progress/)', page)
    assert pressed
    for url in pressed:
        assert as_learner.post(url, {"status": "done"}).status_code == 302
    found = bars(as_learner.get(f"{path}?view={layout}").text)
    assert {done == total and percentage == 100 for done, total, percentage in found.values()} == {True}


EMPTY = [
    *(
        "/",
        "/?view=map",
        "/?view=table",
        "/?view=outline",
        "/stages/bare/",
        "/stages/bare/print/",
        "/stages/bare/reset/",
    ),
    *("/tracks/", "/tracks/void/", "/tracks/void/?view=map", "/tracks/void/?view=table", "/tracks/void/?view=outline"),
    *(
        "/tracks/void/print/",
        "/tracks/void/reset/",
        "/tracks/void/certificate/",
        "/certificate/",
        "/me/",
        "/me/share/",
    ),
    *("/shared/a-link/", "/shared/a-link/badge.svg", "/roadmap/checklist.md", "/tracks/void/checklist.md"),
    *("/stages/bare/checklist.md", "/me/data/progress.csv", "/tracks/void/track.json", "/search/?q=bare"),
]


@pytest.fixture
def bare(db, learner):
    """A site with a stage and two tracks in which there is nothing, and a learner who shares it."""
    Stage.objects.create(slug="bare", title="Bare", summary="Nothing.")
    Track.objects.create(slug="roadmap", title="The roadmap", summary="All.", follows_stages=True)
    track = Track.objects.create(slug="void", title="Void", summary="None.")
    TrackSection.objects.create(track=track, slug="start", title="Start")
    Share.objects.create(user=learner, token="a-link", show_calendar=True)


@pytest.mark.parametrize("path", EMPTY)
def test_what_is_empty_makes_no_odd_number(bare, as_learner, path):
    page = as_learner.get(path)
    assert page.status_code == 200
    said = re.sub(r"<[^>]+>", " ", page.content.decode())
    assert not re.search(r"\d+ %|\bNaN\b|\binf\b|\b\d+ of 0\b", said), path


@pytest.mark.parametrize("path", ["/stages/bare/", "/tracks/", "/me/", "/shared/a-link/"])
def test_what_is_empty_is_nothing_to_do(bare, as_learner, path):
    assert "Nothing to do here" in as_learner.get(path).text
    assert as_learner.get("/shared/a-link/card.png").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/?view=map", "/?view=table", "/tracks/other/", "/stages/first/", "/topics/maps/"]
)
def test_nobody_sees_the_standing_of_another(content, client, learner, outsider, instructor, path):
    """Rows are kept and used again for whoever stands alike, so four readers take turns."""
    people = {
        client_of(learner): "done",
        client_of(outsider): "skipped",
        client_of(instructor): "learning",
        client: NONE,
    }
    for reader, status in people.items():
        for slug in content.topics if status != NONE else ():
            tick(reader, slug, status)
    for _turn in range(2):
        for reader, status in people.items():
            found = statuses(reader.get(path).text)
            assert found
            assert set(found.values()) == {status}


# --- Days -----------------------------------------------------------------------------------------


def test_only_ticks_make_a_day(content, as_learner, learner):
    for path in PAGES:
        as_learner.get(path)
    as_learner.post("/topics/maps/star/", {"starred": "yes"})
    as_learner.post("/topics/maps/note/", {"text": "Read again.", "version": ""})
    as_learner.post(f"/resources/{content.resource.pk}/tick/", {"ticked": "yes"})
    assert (learner.stars.count(), learner.notes.count(), learner.resource_ticks.count()) == (1, 1, 1)
    assert not learner.progress_events.exists()
    assert "Your year begins with your first tick." in as_learner.get("/me/").text


@pytest.mark.parametrize(
    ("chosen", "browser", "day"), [("", "Asia/Tokyo", 2), ("UTC", "Asia/Tokyo", 1), ("", "Nowhere", 1)]
)
def test_every_day_is_of_the_same_clock(content, as_learner, learner, chosen, browser, day):
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    User.objects.filter(pk=learner.pk).update(time_zone=chosen)
    as_learner.cookies["zone"] = browser
    TopicProgress.objects.create(user=learner, topic=content.topics["maps"], status="learning", changed_at=at)
    ProgressEvent.objects.create(user=learner, topic=content.topics["maps"], status="learning", at=at)
    for path in ("/me/", "/topics/maps/"):
        assert f'<time datetime="2026-03-0{day}T' in as_learner.get(path).text
    assert f"2026-03-0{day}" in as_learner.get("/me/data/progress.csv").text


# --- What is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [TopicProgress, Star, Note])
def test_the_database_has_room_for_one_row(content, learner, model):
    facts = {"user": learner, "topic": content.topics["maps"]} | ({"status": "done"} if model is TopicProgress else {})
    model.objects.bulk_create([model(**facts)])
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.bulk_create([model(**facts)])
    assert model.objects.count() == 1


def given(learner, content, name):
    """Something of a learner's, and the content that it hangs on."""
    maps = content.topics["maps"]
    made = {
        "standing": lambda: TopicProgress.objects.create(user=learner, topic=maps, status="done"),
        "event": lambda: ProgressEvent.objects.create(user=learner, topic=maps, status="done"),
        "star": lambda: Star.objects.create(user=learner, topic=maps),
        "note": lambda: Note.objects.create(user=learner, topic=maps, text="Mine."),
        "resource": lambda: ResourceTick.objects.create(user=learner, resource=content.resource),
    }[name]()
    return made, content.resource if name == "resource" else maps


@pytest.mark.parametrize("name", ["standing", "event", "star", "note", "resource"])
def test_content_with_something_of_a_learner_is_not_deleted(content, learner, name):
    made, thing = given(learner, content, name)
    things = [thing] if name == "resource" else [thing, thing.stage]
    for deleted in things:
        with pytest.raises(ProtectedError):
            deleted.delete()
        with pytest.raises(ProtectedError):
            type(deleted).objects.filter(pk=deleted.pk).delete()
    assert type(made).objects.count() == 1


def insist(client, url, data):
    """Post it, and agree to what it does to learners where the admin asks."""
    page = client.post(url, data)
    if 'name="_impact"' in page.text:
        agree(client, page)


KEPT = [TopicProgress, ProgressEvent, Star, Note, ResourceTick, Reset, Share, Certificate]


def test_nothing_in_the_admin_takes_progress_away(content, learner):
    """Whoever may do everything there deletes all content, as far as it goes."""
    for name in ("standing", "event", "star", "note", "resource"):
        given(learner, content, name)
    Reset.objects.create(user=learner, title="A stage", standings={})
    Share.objects.create(user=learner)
    Certificate.objects.create(user=learner, track=content.other, name="Lena", track_title="T", topics=[])
    before = {model: list(model.objects.order_by("pk").values_list("pk")) for model in KEPT}
    assert all(before.values())
    superuser = client_of(User.objects.create_superuser("root@example.com"))
    ours = [model for model in admin.site._registry if model._meta.app_label in ("stages", "progress")]
    assert not {*ours} & {*KEPT}  # no form edits them
    assert not {inline.model for site in admin.site._registry.values() for inline in site.inlines} & {*KEPT}
    for model in ours:
        pks = list(model.objects.values_list("pk", flat=True))
        data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        insist(superuser, url, data)
        for pk in model.objects.values_list("pk", flat=True):
            insist(superuser, f"{url}{pk}/delete/", {"post": "yes"})
    assert Track.objects.get() == content.other  # which a certificate names; nobody has to do with the other
    assert not Report.objects.exists()
    assert {model: list(model.objects.order_by("pk").values_list("pk")) for model in KEPT} == before


def test_a_resource_that_was_lost_from_the_files_comes_back_with_its_ticks(db, learner, as_learner, tmp_path):
    fields = {"url": "https://example.org/", "title": "Reading maps", "publisher": "Y"}
    resource = {"model": "stages.resource", "fields": fields}
    link = {"model": "stages.topicresource", "fields": {"topic": ["maps"], "resource": [fields["url"]]}}
    rest = stage(), topic("maps")
    load(write_files(tmp_path / "files", *rest, resource, link))
    pk = Topic.objects.get().resources.get().pk
    as_learner.post(f"/resources/{pk}/tick/", {"ticked": "yes"})
    lost = load(write_files(tmp_path / "files", *rest))
    assert lost.summary() == "1 retired, 1 removed"
    assert "Reading maps" not in as_learner.get("/topics/maps/").text
    load(write_files(tmp_path / "files", *rest, resource, link))
    page = as_learner.get("/topics/maps/").text
    assert re.search(rf'id="resource-{pk}"[^>]*aria-checked="true"', page)


# --- Words ----------------------------------------------------------------------------------------


def test_every_page_and_file_has_the_same_words_for_a_standing(content, as_learner, learner):
    """Style sheets, scripts and pages name no standing that the one enumeration does not have."""
    root = HERE.parent.parent
    files = [*root.glob("static/css/**/*.css"), *root.glob("static/js/**/*.js"), *root.glob("templates/**/*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    styled = set(re.findall(r'\[data-status="(\w+)"\]', text))
    compared = set(re.findall(r"\bstatus [=!]= ['\"](\w+)['\"]", text))
    assert styled == {*Status.values}
    assert {*Status.values} <= compared <= {*STATUSES}
    for slug, status in zip(content.topics, STATUSES, strict=False):
        tick(as_learner, slug, status)
    for path in PAGES:
        page = as_learner.get(path).content.decode(errors="replace")
        assert set(re.findall(r'data-(?:status|states)="(\w+)"', page)) <= {*STATUSES}, path


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("page", ["roadmap", "stage", "track", "table", "outline", "map", "topic", "search"])
def test_the_answer_to_a_tick_says_the_standing(content, as_learner, learner, status, page):
    before = "done" if status != "done" else "skipped"
    tick(as_learner, "maps", before)
    track = {"track": "other"} if page == "track" else {}
    answer = tick(as_learner, "maps", status, htmx=True, page=page, reader=learner.pk, **track).text
    word = "not started" if status == NONE else status
    assert f'<div hx-swap-oob="innerHTML:#live">Maps: {word}.' in answer
