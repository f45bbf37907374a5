"""GET /cohorts/<pk>/over-time/: how a cohort grew against its plan, with the distribution of its learners."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from progress.cohorts import overrides
from progress.cohorts.models import Assignment, Cohort, Extension
from progress.cohorts.reports.activity import completion_dates
from progress.cohorts.reports.roster import AssignedCurriculum, load_roster
from progress.cohorts.reports.timeline import (
    DAILY_LIMIT,
    StepFunction,
    chart,
    days_shown,
    learner_curves,
    load_timeline,
    recent_activity,
)
from progress.measure import ProgressSummary
from progress.models import STATUSES, CarryOver, ProgressEvent, TopicProgress
from stages.models import Topic
from stages.outline import Section
from tests.cohorts.roster_pages import NOW, join, text_of, tick

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is noon on 30 March 2026, wherever that is not asked of the database."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def cohort(cohort):
    cohort.enrolments.update(joined_at=NOW - timedelta(days=60))
    return cohort


def ago(days):
    return TODAY - timedelta(days=days)


# --- Without a database -------------------------------------------------------------------------------


def learner_of(pk=1, topics=4, done=0, joined=60, due=None, begins=date.min):
    """A learner of so many required topics, of which ``due`` are due: ``{topic pk: date}``."""
    required = [SimpleNamespace(pk=number, required=True) for number in range(topics)]
    return SimpleNamespace(
        pk=pk,
        joined=ago(joined),
        measured=ProgressSummary(total=topics, done=done),
        curriculum=AssignedCurriculum((Section("one", "One", required),)),
        plans=(SimpleNamespace(available_from=begins, due_by_topic=due or {}),),
    )


def shares(distribution):
    return (
        distribution.minimum,
        distribution.lower_quartile,
        distribution.median,
        distribution.upper_quartile,
        distribution.maximum,
    )


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([0], (0, 0, 0, 0, 0)),
        ([3], (75, 75, 75, 75, 75)),
        ([0, 4], (0, 25, 50, 75, 100)),
        ([0, 1, 4], (0, 12, 25, 62, 100)),
        ([0, 0, 0, 0, 4], (0, 0, 0, 0, 100)),
        ([1, 2, 3, 4, 4], (25, 50, 75, 100, 100)),
    ],
)
def test_the_spread_of_a_day(done, expected):
    learners = [learner_of(pk, done=count) for pk, count in enumerate(done)]
    days = {pk: dict.fromkeys(range(count), ago(3)) for pk, count in enumerate(done)}
    timeline = load_timeline(learners, days, TODAY)
    assert shares(timeline.latest) == expected
    assert {shares(distribution) for distribution in timeline.past if distribution.day < ago(3)} == {(0, 0, 0, 0, 0)}
    assert [distribution.day for distribution in timeline.past] == [ago(days) for days in range(60, -1, -1)]


def test_who_comes_later_is_in_from_then_on_with_what_they_had_done():
    early, late = learner_of(1), learner_of(2, joined=10)
    timeline = load_timeline([early, late], {2: {0: ago(300), 1: ago(5), 2: ago(0)}}, TODAY)
    seen = {distribution.day: (distribution.learners, distribution.maximum) for distribution in timeline.past}
    assert [seen[ago(days)] for days in (11, 10, 5, 0)] == [(1, 0), (2, 25), (2, 50), (2, 75)]


def test_nobody_is_in_before_their_first_track_begins_but_everyone_is_today():
    soon = learner_of(begins=TODAY + timedelta(days=9))
    timeline = load_timeline([learner_of(2, begins=ago(20)), soon], {1: {0: ago(40)}}, TODAY)
    assert (timeline.past[0].day, timeline.past[0].learners) == (ago(20), 1)
    assert (timeline.latest.learners, timeline.latest.maximum) == (2, 25)


def test_the_plan_is_the_mean_share_of_what_is_due():
    due = {0: ago(20), 1: ago(20), 2: TODAY, 3: TODAY + timedelta(days=7)}
    longer = due | {2: TODAY + timedelta(days=9)}
    plain, extended, free = learner_of(1, due=due, done=3), learner_of(2, due=longer), learner_of(3)
    timeline = load_timeline([plain, extended, free], {1: dict.fromkeys(range(3), ago(1))}, TODAY)
    plan = {distribution.day: distribution.plan for distribution in [*timeline.past, *timeline.ahead]}
    assert [plan[day] for day in (ago(21), ago(20), ago(1), TODAY)] == [0, 50, 50, 62]
    assert [(distribution.day, distribution.plan) for distribution in timeline.ahead] == [
        (TODAY + timedelta(days=7), 87),
        (TODAY + timedelta(days=9), 100),
    ]
    assert (timeline.on_plan, timeline.planned) == (1, 2)


def test_what_several_assignments_want_is_due_with_the_first():
    both = learner_of(topics=1)
    both.plans = tuple(
        SimpleNamespace(available_from=date.min, due_by_topic={0: day}) for day in (TODAY, None, ago(5))
    )
    plan = {distribution.day: distribution.plan for distribution in load_timeline([both], {}, TODAY).past}
    assert (plan[ago(6)], plan[ago(5)]) == (0, 100)


def test_optional_topics_and_others_count_nothing():
    one = learner_of(topics=2)
    one.curriculum.sections[0].topics.append(SimpleNamespace(pk=7, required=False))
    assert load_timeline([one], {1: {0: ago(3), 7: ago(3), 8: ago(3)}}, TODAY).latest.maximum == 50


def test_there_is_nothing_to_say_without_anything_required():
    assert load_timeline([], {}, TODAY) is None
    assert load_timeline([learner_of(topics=0)], {}, TODAY) is None


@pytest.mark.parametrize(
    ("length", "count"),
    [(0, 1), (1, 2), (DAILY_LIMIT, DAILY_LIMIT + 1), (DAILY_LIMIT + 1, 18), (7 * 50, 51), (7 * 50 + 6, 51)],
)
def test_a_long_history_has_a_point_for_each_week(length, count):
    days = days_shown(ago(length), TODAY)
    assert len(days) == count
    assert days[-1] == TODAY
    assert ago(length) <= days[0]


@given(st.dictionaries(st.integers(0, 30), st.dates(ago(90), TODAY + timedelta(days=3))), st.integers(0, 80))
def test_a_line_never_falls_and_ends_where_the_learner_is(done, joined):
    learner = learner_of(topics=31, done=len(done), joined=joined)
    timeline = load_timeline([learner], {1: done}, TODAY)
    line = [distribution.median for distribution in timeline.past]
    assert line == sorted(line)
    assert line[-1] == learner.measured.percentage
    assert {len(set(shares(distribution))) for distribution in timeline.past} == {1}


def test_steps_are_rounded_as_everywhere():
    steps = StepFunction(3, {ago(2): 1, ago(1): 1, ago(0): 1})
    assert [steps.on(ago(days)) for days in (3, 2, 1, 0)] == [0, 33, 66, 100]


def numbers(path):
    return list(map(int, re.findall(r"\d+", path)))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.integers(-50, 400)), min_size=1, max_size=5))
def test_the_drawing_stays_in_its_square(people):
    learners = [
        learner_of(pk, joined=joined, done=done, due={0: TODAY + timedelta(days=due)})
        for pk, (done, joined, due) in enumerate(people)
    ]
    drawn = chart(load_timeline(learners, {}, TODAY))
    if max(joined for _done, joined, _due in people) == 0:
        assert drawn is None
    else:
        for path in (drawn.full_range, drawn.middle_half, drawn.median, drawn.plan):
            assert all(0 <= number <= 1000 for number in numbers(path)), path


def test_the_last_days_count_those_who_were_there():
    learners = [learner_of(1), learner_of(2, joined=1), learner_of(3, topics=0)]
    recent = recent_activity(learners, {1: {TODAY, ago(2)}, 2: {TODAY, ago(2)}, 3: {TODAY}}, TODAY)
    assert len(recent) == 14
    assert [(day.active, day.learners) for day in recent[:4]] == [(2, 2), (0, 2), (1, 1), (0, 1)]
    assert recent[0].width == "100.0%"
    assert recent_activity([learner_of(joined=2)], {}, TODAY)[-1].day == ago(2)
    assert recent_activity([], {}, TODAY) == []


# --- The numbers of the table of standings ------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ticks=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["boots", "maps", "snacks", "routes", "weather"]),
            st.sampled_from(STATUSES),
            st.integers(0, 90),
        ),
        max_size=15,
    ),
    picked=st.sets(st.integers(0, 2)),
    joined=st.lists(st.integers(0, 80), min_size=3, max_size=3),
    begins=st.integers(-20, 80),
)
def test_the_last_point_is_what_the_table_of_standings_says(cohort, content, ticks, picked, joined, begins):
    for model in (TopicProgress, ProgressEvent):
        model.objects.all().delete()
    cohort.enrolments.all().delete()
    cohort.assignments.all().delete()
    people = [User.objects.get_or_create(email=f"{name}@example.com")[0] for name in "abc"]
    for person, days in zip(people, joined, strict=True):
        cohort.join(person)
        cohort.enrolments.filter(user=person).update(joined_at=NOW - timedelta(days=days))
    Assignment.objects.create(cohort=cohort, track=content.other, starts=ago(begins), due=ago(begins - 9))
    some = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    some.picked.set(cohort.enrolments.filter(user__in=[people[number] for number in picked]))
    for number, slug, status, days in ticks:
        tick(people[number], content.topics[slug], status, days=days)
    roster = load_roster(cohort)
    days, curves = learner_curves(roster.learners, completion_dates(cohort, roster), TODAY)
    measured = [learner.measured.percentage for learner in roster.learners]
    assert days[-1] == TODAY
    assert sorted(curve.shares[-1] for curve in curves) == sorted(measured)
    now = load_timeline(roster.learners, completion_dates(cohort, roster), TODAY).latest
    assert (now.learners, now.minimum, now.maximum) == (3, min(measured), max(measured))


def test_topics_that_were_carried_over_or_marked_by_an_instructor_count(cohort, content, learner, instructor):
    Topic.objects.filter(slug="maps").update(replaces=["boots"])
    tick(learner, content.topics["boots"], days=20)
    CarryOver.objects.apply_pending()
    assert overrides.create_override(cohort, learner, content.topics["routes"], instructor, "Shown in class.")
    roster = load_roster(cohort)
    timeline = load_timeline(roster.learners, completion_dates(cohort, roster), cohort.today)
    assert roster.learners[0].measured.percentage == timeline.latest.median == 100
    assert {distribution.day: distribution.median for distribution in timeline.past}[ago(20)] == 50


# --- The page -----------------------------------------------------------------------------------------


def page_of(cohort, client):
    response = client.get(f"/cohorts/{cohort.pk}/over-time/")
    assert response.status_code == 200
    return response.text


def table(page):
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def test_it_says_in_words_how_far_everyone_is(cohort, as_instructor, learner, content):
    ada, ben = join(cohort, "Ada", "Ben")
    cohort.assignments.update(starts=ago(9), due=TODAY + timedelta(days=9))
    tick(ada, content.topics["maps"], days=3)
    tick(ada, content.topics["routes"], days=2)
    tick(ben, content.topics["maps"], days=1)
    page = page_of(cohort, as_instructor)
    text = text_of(page)
    assert "Half of the learners have done 50 % or more of what is required." in text
    assert "between 25 % and 75 %, all of them between 0 % and 100 %." in text
    assert "By today nothing is due." in text
    assert page.count('<path class="median"') == 2  # in the drawing and in its legend
    head, *rows = table(page)
    assert head[0] == "Day"
    assert rows[9] == ["30 Mar 2026", "3", "0 %", "25 %", "50 %", "75 %", "100 %", "0 %"]
    assert rows[-1] == ["2 Apr 2026", "", "", "", "", "", "", "100 %"]
    assert f'href="/cohorts/{cohort.pk}/over-time/"' in as_instructor.get(f"/cohorts/{cohort.pk}/").text


def test_the_plan_is_compared_with_everyones_own_dates(cohort, as_instructor, learner, content):
    [ada] = join(cohort, "Ada")
    cohort.assignments.update(due=ago(1))
    said = "By today the plan has {} % ; {} of 2 learners have done as much as it asks of them."
    assert said.format(100, 0) in text_of(page_of(cohort, as_instructor))
    Extension.objects.create(assignment=cohort.assignments.get(), user=ada, due=TODAY + timedelta(days=9))
    assert said.format(50, 1) in text_of(page_of(cohort, as_instructor))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "Nobody is here yet."),
        ("no track", "This cohort follows no track yet"),
        ("for others", "Nobody here has a required topic"),
        ("no dates", "Nothing has a due date, so there is no plan to compare with."),
        ("one", "The only learner has done 0 % of what is required."),
        ("equal", "All 2 learners have done 0 % of what is required."),
        ("first day", "It began today. From tomorrow on there is a drawing."),
        ("not due", "By today nothing is due."),
        ("silent", "Nobody ticked anything in the last two weeks."),
    ],
)
def test_what_is_odd_is_said_in_plain_words(cohort, as_instructor, learner, name, said):
    if name == "nobody":
        cohort.leave(learner)
    elif name == "no track":
        cohort.assignments.all().delete()
    elif name == "for others":
        cohort.assignments.update(to_everyone=False)
    elif name == "equal":
        join(cohort, "Ada")
    elif name == "first day":
        cohort.enrolments.update(joined_at=NOW)
    elif name == "not due":
        cohort.assignments.update(due=TODAY + timedelta(days=5))
    page = page_of(cohort, as_instructor)
    assert said in text_of(page)
    assert ("timeline-chart" in page) == (name in ("no dates", "one", "equal", "not due", "silent"))
    assert not re.search(r"\bNone\b|nan", text_of(page.split("<main")[1].split("</main>")[0]))


def test_days_are_those_of_the_cohort(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=1.75)  # at 18:00 on 28 March in UTC
    shown = {row[0]: row[2] for row in table(page_of(cohort, as_instructor))}
    assert (shown["28 Mar 2026"], shown["29 Mar 2026"]) == ("50 %", "50 %")
    assert "Sat, March 28 : 1 of 1 learner" in text_of(page_of(cohort, as_instructor))
    Cohort.objects.update(time_zone="Asia/Tokyo")
    shown = {row[0]: row[2] for row in table(page_of(cohort, as_instructor))}
    assert (shown["28 Mar 2026"], shown["29 Mar 2026"]) == ("0 %", "50 %")
    assert "Sun, March 29 : 1 of 1 learner" in text_of(page_of(cohort, as_instructor))


@pytest.mark.parametrize(
    ("slug", "facts", "active"),
    [
        ("maps", {}, 1),
        ("maps", {"status": "learning", "cause": "sign-in"}, 1),
        ("maps", {"status": "none"}, 0),
        ("maps", {"cause": "import"}, 0),
        ("maps", {"cause": "override"}, 0),
        ("weather", {}, 0),  # in no assigned track
    ],
)
def test_only_ticks_of_what_is_assigned_make_a_day(cohort, as_instructor, learner, content, slug, facts, active):
    tick(learner, content.topics[slug], days=3, **facts)
    assert f"Fri, March 27 : {active} of 1 learner" in text_of(page_of(cohort, as_instructor))


def test_a_tick_that_was_undone_makes_no_day(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=3)
    tick(learner, content.topics["maps"], "none", days=3, cause="undo")
    assert "Nobody ticked anything" in page_of(cohort, as_instructor)


def test_what_is_assigned_to_others_makes_no_day(cohort, as_instructor, learner, content):
    [ada] = join(cohort, "Ada")
    other = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    other.picked.set(cohort.enrolments.filter(user=ada))
    tick(learner, content.topics["weather"], days=2)
    assert "Nobody ticked anything" in page_of(cohort, as_instructor)
    tick(ada, content.topics["weather"], days=2)
    assert "Sat, March 28 : 1 of 2 learners" in text_of(page_of(cohort, as_instructor))


def test_a_former_member_is_in_no_number(cohort, as_instructor, learner, content):
    [gone] = join(cohort, "Gone")
    tick(gone, content.topics["maps"], days=2)
    assert "1 of 2 learners" in text_of(page_of(cohort, as_instructor))
    cohort.leave(gone)
    text = text_of(page_of(cohort, as_instructor))
    assert "The only learner has done 0 %" in text
    assert "Nobody ticked anything" in text


def test_the_file_is_the_table_cell_by_cell(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=2)
    cohort.assignments.update(due=TODAY + timedelta(days=5))
    response = as_instructor.get(f"/cohorts/{cohort.pk}/over-time.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(response.content.decode("utf-8-sig").splitlines())) == table(page_of(cohort, as_instructor))
    cohort.assignments.all().delete()
    assert len(as_instructor.get(f"/cohorts/{cohort.pk}/over-time.csv").text.splitlines()) == 1


def test_clocks_that_change_lose_no_day(cohort, as_instructor, learner, content):
    """In Berlin the night to 29 March has an hour less; half past midnight is still that day."""
    Cohort.objects.update(time_zone="Europe/Berlin")
    at = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    TopicProgress.objects.create(user=learner, topic=content.topics["maps"], status="done", changed_at=at)
    shown = {row[0]: row[2] for row in table(page_of(cohort, as_instructor))}
    assert (shown["28 Mar 2026"], shown["29 Mar 2026"]) == ("0 %", "50 %")
