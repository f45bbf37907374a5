"""Three cohorts that share learners: who sees whom, in what, and in nothing else. Every cell and every route."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from progress.cohorts import formatting
from progress.cohorts.models import Assignment, Cohort
from progress.measure import ProgressSummary
from progress.models import TopicProgress
from tests.cohorts.roster_pages import table, text_of
from tests.conftest import client_of, make_user

SLUGS = {"first": ["boots", "maps", "snacks"], "second": ["routes", "weather"]}

# What each learner has ticked, whoever may see it.
TICKED = {
    "Ada": {"boots": "done", "maps": "done", "routes": "done"},
    "Ben": {"boots": "learning", "maps": "skipped", "snacks": "done", "routes": "done", "weather": "done"},
    "Cem": {"weather": "done"},
    "Dee": {},
    "Zoe": dict.fromkeys(["boots", "maps", "snacks", "routes", "weather"], "done"),
}

# What each is assigned where, by hand: {slug: whether it is required}. Who is not here is not there.
ROADMAP = {"boots": True, "maps": True, "snacks": False, "routes": True, "weather": True}
OTHER = {"maps": True, "routes": True, "snacks": False}
ASSIGNED = {
    # Everyone follows the other track, and Ada's group the whole roadmap.
    "Dawn": {"Ada": ROADMAP, "Ben": OTHER},
    # Everyone follows the whole roadmap.
    "Noon": {"Ada": ROADMAP, "Ben": ROADMAP, "Cem": ROADMAP},
    # Ben was picked for the other track; nobody else has anything.
    "Dusk": {"Ben": OTHER, "Cem": {}, "Dee": {}},
}
ROUTES = [
    *("", "?stage=first", "?stage=second", "?show=done", "standings.csv", "standings.csv?stage=first"),
    *("over-time/", "over-time.csv", "write/", "people/"),
]


@pytest.fixture
def cohorts(content):
    """{name: Cohort}, each led by its own instructor and once by another; Zoe has left them all."""
    people = {name: User.objects.create_user(f"{name.lower()}@example.com", name=name) for name in TICKED}
    found = {}
    for name, learners in ASSIGNED.items():
        cohort = found[name] = Cohort.objects.create(name=name)
        cohort.instructors.add(make_user(f"{name}leader"))
        cohort.former = make_user(f"{name}former")
        cohort.instructors.add(cohort.former)
        cohort.instructors.remove(cohort.former)
        for learner in (*learners, "Zoe"):
            cohort.join(people[learner])
        cohort.leave(people["Zoe"])
        cohort.enrolments.update(joined_at=timezone.now() - timedelta(days=30))
        Assignment.objects.create(cohort=cohort, track=content.merged if name == "Noon" else content.other)
    group = found["Dawn"].groups.create(name="Fast")
    group.members.set(found["Dawn"].enrolments.filter(user__name__in=["Ada", "Zoe"]))
    every = Assignment.objects.create(cohort=found["Dawn"], track=content.merged, to_everyone=False)
    every.groups.add(group)
    picked = found["Dusk"].assignments.get()
    Assignment.objects.filter(pk=picked.pk).update(to_everyone=False)
    picked.picked.set(found["Dusk"].enrolments.filter(user__name__in=["Ben", "Zoe"]))
    for name, ticked in TICKED.items():
        for slug, status in ticked.items():
            TopicProgress.objects.record(people[name], content.topics[slug], status)
    return found


class Place:
    def __init__(self, slug, required):
        self.pk, self.required = slug, required


def expected(name, assigned, stage):
    """The cell of a learner and a stage: of what is assigned to them there, and of nothing else."""
    places = [Place(slug, required) for slug, required in assigned.items() if slug in SLUGS.get(stage, ROADMAP)]
    return formatting.cell_text(ProgressSummary.of(places, TICKED[name])) if places or not stage else "not assigned"


IN_WORDS = {None: "not started", "learning": "learning", "done": "done", "skipped": "skipped"}


@pytest.mark.parametrize("name", ASSIGNED)
def test_every_cell_is_of_what_is_assigned_to_that_learner_there(cohorts, name):
    cohort, learners = cohorts[name], ASSIGNED[name]
    client = client_of(cohort.instructors.get())
    there = f"/cohorts/{cohort.pk}/"
    _head, *rows = table(client.get(there))
    assert {row[0]: (row[2], *row[5:]) for row in rows} == {
        learner: tuple(expected(learner, assigned, stage) for stage in (None, "first", "second"))
        for learner, assigned in learners.items()
    }
    shown = set().union(*learners.values())  # a topic that nobody has here is no column
    for stage, slugs in SLUGS.items():
        _head, *rows = table(client.get(f"{there}?stage={stage}"))
        assert {row[0]: row[5:] for row in rows} == {
            learner: [
                IN_WORDS[TICKED[learner].get(slug)] if slug in assigned else "not assigned"
                for slug in slugs
                if slug in shown
            ]
            for learner, assigned in learners.items()
        }
        text = client.get(f"{there}standings.csv?stage={stage}").content.decode("utf-8-sig")
        head, *lines = csv.reader(text.splitlines())
        groups = [head.index("Groups")] if "Groups" in head else []  # on the page they stand below the name
        assert [[cell for place, cell in enumerate(line) if place not in groups] for line in lines] == rows


@pytest.mark.parametrize("name", ASSIGNED)
def test_the_page_of_each_learner_has_what_is_assigned_there_alone(cohorts, name):
    cohort = cohorts[name]
    client = client_of(cohort.instructors.get())
    for person in User.objects.filter(name__in=TICKED):
        page = client.get(f"/cohorts/{cohort.pk}/learners/{person.pk}/")
        assigned = ASSIGNED[name].get(person.name)
        assert page.status_code == (404 if assigned is None else 200), person
        for slug in ROADMAP if assigned is not None else ():
            assert (f'id="topic-{slug}"' in page.text) == (slug in assigned), (person, slug)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ASSIGNED)
def test_only_who_instructs_a_cohort_now_sees_it(cohorts, name, route, maintainer, outsider):
    """Not the instructors of another one, nor its own learners, nor who was an instructor or a learner before."""
    cohort = cohorts[name]
    others = [
        *(other.instructors.get() for other in cohorts.values() if other != cohort),
        *(each.former for each in cohorts.values()),
        *User.objects.filter(name__in=TICKED),
        *(maintainer, outsider),
    ]
    found = {person.name: client_of(person).get(f"/cohorts/{cohort.pk}/{route}").status_code for person in others}
    assert set(found.values()) == {404}, found
    page = client_of(cohort.instructors.get()).get(f"/cohorts/{cohort.pk}/{route}")
    assert page.status_code == 200
    said = text_of(page.text)
    for person in set(TICKED) - set(ASSIGNED[name]):
        assert person not in said, person  # who left, and who is in another cohort


def test_learners_have_what_is_assigned_to_them_and_nothing_of_others(cohorts):
    titles = {"Dawn": {"Another way", "The roadmap"}, "Noon": {"The roadmap"}, "Dusk": {"Another way"}}
    has = {
        "Ada": {("Dawn", "Another way"), ("Dawn", "The roadmap"), ("Noon", "The roadmap")},
        "Ben": {("Dawn", "Another way"), ("Noon", "The roadmap"), ("Dusk", "Another way")},
        "Cem": {("Noon", "The roadmap")},
        "Dee": set(),
        "Zoe": set(),
    }
    every = {(name, title) for name, found in titles.items() for title in found}
    for person in User.objects.filter(name__in=TICKED):
        page = client_of(person).get("/me/").text
        for assignment in Assignment.objects.select_related("cohort", "track"):
            pair = assignment.cohort.name, assignment.track.title
            assert pair in every
            assert (f'id="assignment-{assignment.pk}"' in page) == (pair in has[person.name]), (person, pair)


@pytest.mark.parametrize("name", ASSIGNED)
def test_the_bins_sum_to_the_head_count(cohorts, name):
    """Who has finished, who has nothing to do and who has not begun are each in one bin of every kind."""
    cohort = cohorts[name]
    client = client_of(cohort.instructors.get())
    page = client.get(f"/cohorts/{cohort.pk}/")
    learners, summary = page.context["page"].object_list, page.context["summary"]
    count = len(ASSIGNED[name])
    assert summary.learners == len(learners) == count
    marks = [row.progress.mark for row in page.context["rows"]]
    assert sum(marks.count(str(mark)) for mark in range(5)) == count
    assert all(
        (row.progress.mark == "4") >= row.learner.measured.is_complete
        and (row.progress.mark == "4") <= (not row.learner.measured.left)
        for row in page.context["rows"]
    )
    shown = {
        show: client.get(f"/cohorts/{cohort.pk}/?show={show}").context["rows"] for show in ("done", "quiet", "overdue")
    }
    assert {show: len(rows) for show, rows in shown.items()} == {
        show: getattr(summary, show) for show in ("done", "quiet", "overdue")
    }
    over_time = client.get(f"/cohorts/{cohort.pk}/over-time/").context["timeline"]
    assert over_time.latest.learners == sum(bool(learner.measured.total) for learner in learners)
