"""The head that all pages of a cohort have: the way back, the way to the other pages, and whether it is archived."""

import re

import pytest

from progress.cohorts.models import Group

TABS = ["Learners", "Tracks", "People", "Groups", "Messages", "Settings"]
PAGES = [
    ("", "Learners", "page"),
    ("learners/{learner}/", "Learners", "true"),
    ("learners/{learner}/topics/maps/", "Learners", "true"),
    ("assign/", "Tracks", "page"),
    ("assignments/{assignment}/", "Tracks", "true"),
    ("assignments/{assignment}/extend/", "Tracks", "true"),
    ("assignments/{assignment}/remove/", "Tracks", "true"),
    ("people/", "People", "page"),
    ("invite/", "People", "true"),
    ("projector/", "People", "true"),
    ("groups/", "Groups", "page"),
    ("groups/{group}/", "Groups", "true"),
    ("groups/{group}/delete/", "Groups", "true"),
    ("write/", "Messages", "page"),
    ("edit/", "Settings", "page"),
    ("duplicate/", "Settings", "true"),
]


def tabs(page):
    [nav] = re.findall(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    return re.findall(r'<a href="[^"]*"(?: aria-current="(\w+)")?>(\w+)</a>', nav)


def address(cohort, learner, path):
    group, _made = Group.objects.get_or_create(cohort=cohort, name="Mornings")
    keys = {"learner": learner.pk, "assignment": cohort.assignments.get().pk, "group": group.pk}
    return f"/cohorts/{cohort.pk}/{path.format(**keys)}"


@pytest.mark.parametrize(("path", "tab", "current"), PAGES)
def test_each_page_says_where_it_is_among_the_others(cohort, learner, as_instructor, path, tab, current):
    page = as_instructor.get(address(cohort, learner, path)).text
    assert [name for _current, name in tabs(page)] == TABS
    assert [(current, name) for current, name in tabs(page) if current] == [(current, tab)]
    assert page.count("<h1") == 1
    assert '<a href="/cohorts/">Cohorts</a>' in page


@pytest.mark.parametrize("path", [path for path, _tab, _current in PAGES if path != "invite/"])
def test_an_archived_cohort_is_read_everywhere_and_said_to_be_archived_once(cohort, learner, as_instructor, path):
    cohort.archive()
    page = as_instructor.get(address(cohort, learner, path))
    assert page.status_code == 200
    assert page.text.count("This cohort is archived") == 1


def test_an_archived_cohort_is_taken_out_where_it_was_put_in(cohort, as_instructor):
    settings = f"/cohorts/{cohort.pk}/edit/"
    page = as_instructor.post(f"/cohorts/{cohort.pk}/archive/", {"archived": "yes"}, follow=True)
    assert page.redirect_chain == [(settings, 302)]
    assert "Save" not in page.text
    assert "Take it out of the archive" in page.text
    page = as_instructor.post(f"/cohorts/{cohort.pk}/archive/", {"archived": "no"}, follow=True)
    assert page.redirect_chain == [(settings, 302)]
    assert "Save" in page.text


def test_nothing_is_written_to_the_learners_of_an_archived_cohort(cohort, as_instructor):
    cohort.archive()
    page = as_instructor.get(f"/cohorts/{cohort.pk}/write/").text
    assert "<textarea" not in page
    assert as_instructor.post(f"/cohorts/{cohort.pk}/write/", {"send": "yes"}).status_code == 403
