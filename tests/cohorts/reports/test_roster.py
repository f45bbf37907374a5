"""GET /cohorts/<pk>/ and what it leads to: what instructors see, and what they do not."""

import csv
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from progress.cohorts.models import Assignment, Cohort, Extension
from progress.models import Note, Star
from tests.cohorts.roster_pages import NOW, enrol_many, join, names, page_of, table, text_of, tick
from tests.conftest import client_of, make_user
from tests.progress.test_one_number import bars


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is noon on 30 March 2026, wherever that is not asked of the database."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def cohort(cohort):
    cohort.enrolments.update(joined_at=NOW - timedelta(days=60))
    return cohort


# --- Who ----------------------------------------------------------------------------------------------


@pytest.fixture
def routes(cohort, learner):
    return [
        f"/cohorts/{cohort.pk}/",
        f"/cohorts/{cohort.pk}/learners/{learner.pk}/",
        f"/cohorts/{cohort.pk}/standings.csv",
    ]


@pytest.mark.parametrize("person", ["visitor", "learner", "maintainer", "outsider", "another instructor", "former"])
def test_nobody_else_sees_a_cohort(person, routes, cohort, request):
    if person == "visitor":
        for route in routes:
            assert Client().get(route).url.startswith("/accounts/login/")
        return
    user = (
        make_user("Ida Instructor") if person in ("another instructor", "former") else request.getfixturevalue(person)
    )
    client = client_of(user)
    if person == "another instructor":
        Cohort.objects.create(name="Another").instructors.add(user)
    if person == "former":
        cohort.instructors.add(user)
        assert [client.get(route).status_code for route in routes] == [200] * 3
        cohort.instructors.remove(user)
    assert [client.get(route).status_code for route in routes] == [404] * 3


def test_every_instructor_of_a_cohort_sees_it_archived_too(routes, cohort):
    ida = make_user("Ida Instructor")
    cohort.instructors.add(ida)
    for archived_at in (None, NOW):
        Cohort.objects.update(archived_at=archived_at)
        assert [client_of(ida).get(route).status_code for route in routes] == [200] * 3


def test_a_former_member_disappears_at_once(routes, cohort, as_instructor, learner, content):
    join(cohort, "Mo")
    tick(learner, content.topics["maps"], "learning")
    page = page_of(cohort, as_instructor)
    assert names(page) == ["Lena Learner", "Mo"]
    assert "<strong>2</strong> learners" in page.text
    cohort.leave(learner)
    page = page_of(cohort, as_instructor)
    assert names(page) == ["Mo"]
    assert "<strong>1</strong> learner" in page.text
    assert "Lena" not in page.text  # nor where the cohort is stuck
    assert "Lena" not in as_instructor.get(routes[2]).text
    assert as_instructor.get(routes[1]).status_code == 404
    cohort.join(learner)
    assert names(page_of(cohort, as_instructor)) == ["Lena Learner", "Mo"]
    assert as_instructor.get(routes[1]).status_code == 200


def test_a_learner_of_another_cohort_is_not_found_here(cohort, as_instructor, instructor, outsider):
    other = Cohort.objects.create(name="Another")
    other.instructors.add(instructor)
    other.join(outsider)
    assert as_instructor.get(f"/cohorts/{other.pk}/learners/{outsider.pk}/").status_code == 200
    assert as_instructor.get(f"/cohorts/{cohort.pk}/learners/{outsider.pk}/").status_code == 404
    assert "Otto" not in page_of(cohort, as_instructor).text


# --- What ---------------------------------------------------------------------------------------------


def test_it_shows_the_assigned_topics_and_nothing_else(routes, cohort, as_instructor, learner, content):
    for slug in ("boots", "weather"):  # in no assigned track
        tick(learner, content.topics[slug], "learning")
    tick(learner, content.topics["boots"], "done", days=1)
    Note.objects.create(user=learner, topic=content.topics["maps"], text="My secret.", html="<p>My secret.</p>")
    Star.objects.create(user=learner, topic=content.topics["maps"])
    page = page_of(cohort, as_instructor)
    # maps, routes (named twice) and the optional snacks
    assert table(page) == [
        ["Learner", "Progress", "Last tick", "Overdue", "1 First steps", "2 Further on"],
        ["Lena Learner", "nothing ticked in the first 60 days", "0 of 2", "never", "none", "0 of 1", "0 of 1"],
    ]
    for route in [*routes, f"/cohorts/{cohort.pk}/?stage=first", f"/cohorts/{cohort.pk}/?stage=second"]:
        text = as_instructor.get(route).text
        for secret in ("secret", "starred", "Boots", "Weather", "streak", "Your year"):
            assert secret not in text, route


def test_two_assignments_that_share_topics_count_each_once(cohort, as_instructor, learner, content):
    Assignment.objects.create(cohort=cohort, track=content.merged)
    tick(learner, content.topics["routes"])
    [_, row] = table(page_of(cohort, as_instructor))
    assert row[2] == "1 of 4"
    assert row[-2:] == ["0 of 2", "1 of 2"]


def test_an_assignment_that_learners_do_not_see_yet_counts_nothing(cohort, as_instructor, content):
    Assignment.objects.create(cohort=cohort, track=content.merged, visible_from=NOW.date() + timedelta(days=1))
    assert table(page_of(cohort, as_instructor))[1][2] == "0 of 2"
    # On the other side of the date line it is tomorrow already.
    Cohort.objects.update(time_zone="Pacific/Kiritimati")
    assert table(page_of(cohort, as_instructor))[1][2] == "0 of 4"


def test_topic_by_topic(cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], "skipped")
    tick(learner, content.topics["snacks"], "learning")
    assert [row[-2:] for row in table(page_of(cohort, as_instructor, "?stage=first"))] == [
        ["Maps", "Snacks optional"],
        ["skipped", "learning"],
    ]
    assert as_instructor.get(f"/cohorts/{cohort.pk}/?stage=nowhere").status_code == 404


def test_a_cohort_without_learners_or_tracks_says_so(cohort, as_instructor, instructor):
    empty = Cohort.objects.create(name="Empty")
    empty.instructors.add(instructor)
    assert "Nobody is here yet" in page_of(empty, as_instructor).text
    cohort.assignments.all().delete()
    page = page_of(cohort, as_instructor)
    assert "follows no track yet" in page.text
    assert table(page)[1] == ["Lena Learner", "", "nothing to do", "never", "none"]


def test_what_is_not_assigned_is_marked_and_explained_where_it_occurs(cohort, as_instructor, learner, content):
    [ada] = join(cohort, "Ada")
    assert 'data-mark="not-assigned"' not in page_of(cohort, as_instructor).text
    every = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    every.picked.set(cohort.enrolments.filter(user=ada))
    page = page_of(cohort, as_instructor, "?stage=first")
    assert [row[-3:] for row in table(page)[1:]] == [
        ["not started", "not started", "not started"],
        ["not assigned", "not started", "not started"],
    ]
    assert '<li class="heat" data-mark="not-assigned">not assigned</li>' in page.text


# --- Sorted and filtered ------------------------------------------------------------------------------


@pytest.fixture
def four(cohort, content, learner):
    """Ada has finished, Ben is half way, Cem silent with a tick; Lena has not begun and joined yesterday."""
    ada, ben, cem = join(cohort, "Ada", "ben", "Cem")
    cohort.enrolments.filter(user=learner).update(joined_at=NOW - timedelta(days=1))
    maps, routes = content.topics["maps"], content.topics["routes"]
    tick(ada, maps, days=30)
    tick(ada, routes, days=30)
    tick(ben, maps, days=2)
    tick(cem, maps, days=9)
    return cohort


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ada", "ben", "Cem", "Lena Learner"]),
        ("?sort=-name", ["Lena Learner", "Cem", "ben", "Ada"]),
        ("?sort=progress", ["Lena Learner", "ben", "Cem", "Ada"]),
        ("?sort=-progress", ["Ada", "ben", "Cem", "Lena Learner"]),
        ("?sort=activity", ["Lena Learner", "Ada", "Cem", "ben"]),
        ("?sort=-activity", ["ben", "Cem", "Ada", "Lena Learner"]),
        ("?sort=--name", ["Ada", "ben", "Cem", "Lena Learner"]),
        ("?sort=password&show=none", ["Ada", "ben", "Cem", "Lena Learner"]),
        ("?show=quiet", ["Cem"]),
        ("?show=done", ["Ada"]),
        ("?show=done&page=99", ["Ada"]),
    ],
)
def test_it_is_sorted_and_filtered_by_its_address(four, as_instructor, query, found):
    assert names(page_of(four, as_instructor, query)) == found


def test_the_most_overdue_can_come_first(four, as_instructor):
    four.assignments.update(due=NOW.date() - timedelta(days=1))
    assert names(page_of(four, as_instructor, "?sort=-overdue")) == ["Lena Learner", "ben", "Cem", "Ada"]


def test_a_head_leads_to_its_order_and_back(four, as_instructor):
    page = page_of(four, as_instructor, "?sort=progress&show=all")
    assert (
        '<th scope="col" aria-sort="ascending"><a href="?sort=-progress&amp;show=all">Progress</a></th>' in page.text
    )
    assert '<th scope="col"><a href="?sort=overdue&amp;show=all">Overdue</a></th>' in page.text
    page = page_of(four, as_instructor, "?sort=-progress")
    assert '<th scope="col" aria-sort="descending"><a href="?sort=progress">Progress</a></th>' in page.text


def test_the_summary_is_of_everyone_whatever_is_shown(four, as_instructor):
    for query in ("", "?show=done"):
        text = text_of(page_of(four, as_instructor, query).text)
        assert "4 learners · half of them have 50 % or more · 1 done, 2 on the way, 1 not begun" in text
        assert "· 1 quiet · 0 with topics overdue" in text


def test_a_page_has_a_hundred_learners_and_the_file_has_all(cohort, as_instructor):
    enrol_many(cohort, 101)
    first, second = page_of(cohort, as_instructor), page_of(cohort, as_instructor, "?page=2")
    assert len(names(first)) == 100
    assert names(second) == ["P099", "P100"]
    assert "<strong>102</strong> learners" in second.text
    assert len(as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv").text.splitlines()) == 103


# --- One learner --------------------------------------------------------------------------------------


def test_a_learner_has_a_page_of_the_assigned_topics(routes, cohort, as_instructor, learner, content):
    tick(learner, content.topics["maps"], days=2)
    cohort.assignments.update(due=NOW - timedelta(days=30))
    Extension.objects.create(assignment=cohort.assignments.get(), user=learner, due=NOW.date())
    page = as_instructor.get(routes[1])
    assert bars(page.text) == {
        "total": (1, 2, 50),
        "first": (1, 1, 100),
        "second": (0, 1, 0),
        f"assignment-{cohort.assignments.get().pk}": (1, 2, 50),
    }
    assert "March 28, 2026" in page.text
    assert "March 30, 2026" in page.text  # due, for this learner
    assert "The roadmap" not in page.text.split("<main", 1)[1].split("</main>")[0]


def test_it_has_the_assignments_of_the_learners_own_page(routes, cohort, as_instructor, as_learner, learner, content):
    """Overdue, due soon, extended and with a rhythm: the same words, from the same templates."""
    Assignment.objects.create(cohort=cohort, track=content.merged, due=NOW.date() + timedelta(days=3))
    cohort.assignments.filter(track=content.other).update(
        starts=NOW.date() - timedelta(days=30), due=NOW.date() - timedelta(days=5)
    )
    tick(learner, content.topics["maps"], "learning", days=2)
    late = cohort.assignments.get(track=content.other)
    Extension.objects.create(assignment=late, user=learner, due=NOW.date() - timedelta(days=1))

    def part(page, begins, ends):
        [found] = re.findall(f"{begins}.*?{ends}", page, re.DOTALL)
        return found

    theirs, own = as_instructor.get(routes[1]).text, as_learner.get("/me/").text
    for ends in (('<div class="due-soon">', "</ol>"), ('<ul class="cards assignment-cards">', "\n</ul>\n")):
        assert part(theirs, *ends) == part(own, *ends)
        assert "overdue" in part(theirs, *ends)


def test_every_cell_leads_there(routes, cohort, as_instructor, learner):
    text = page_of(cohort, as_instructor).text
    assert text.count(f'href="{routes[1]}"') == 2
    assert f'<a href="{routes[1]}#second">0 of 1</a>' in text


# --- The file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?show=quiet", "?sort=-progress", "?stage=first&sort=activity"])
def test_the_file_is_the_table_cell_by_cell(four, as_instructor, query):
    response = as_instructor.get(f"/cohorts/{four.pk}/standings.csv{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode()
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(text.removeprefix("\ufeff").splitlines())
    shown_head, *shown = table(page_of(four, as_instructor, query))
    assert rows == shown
    assert rows
    assert head[:5] == ["Learner", "Falling behind", "Progress", "Last tick", "Overdue"]
    for title, shown_title in zip([head[0], *head[2:]], shown_head, strict=True):
        assert title in shown_title


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_the_file_is_a_formula(cohort, as_instructor, learner, content, name):
    learner.name = name
    learner.save()
    content.first.title = name
    content.first.save()
    text = as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv").content.decode().removeprefix("\ufeff")
    head, row = csv.reader(text.splitlines())
    assert (head[5], row[0]) == (f"'{name}", f"'{name}")


def test_names_are_text_on_the_page(cohort, as_instructor, learner):
    learner.name = "<script>alert(1)</script>"
    learner.save()
    assert "<script>alert" not in page_of(cohort, as_instructor).text
    assert "<script>alert" not in as_instructor.get(f"/cohorts/{cohort.pk}/learners/{learner.pk}/").text
