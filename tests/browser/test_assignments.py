"""Assignments in a real browser: accessible, by keyboard, and never wider than the screen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from progress.cohorts.models import Cohort
from stages.models import Topic
from tests.browser.test_pages import violations
from tests.conftest import make_user


@pytest.fixture
def instructor(transactional_db):
    return make_user("Ines Instructor")


@pytest.fixture
def assignment(content, learner, instructor):
    """Begun ten days ago: its first section is overdue, its second due soon; and the learner has longer."""
    Topic.objects.filter(slug="maps").update(title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen")
    today = timezone.localdate()
    cohort = Cohort.objects.create(name="Autumn hikers")
    cohort.instructors.add(instructor)
    cohort.join(learner)
    made = cohort.assignments.create(
        track=content.other, starts=today - timedelta(days=10), due=today + timedelta(days=2)
    )
    made.extensions.create(user=learner, due=today + timedelta(days=3))
    cohort.assignments.create(track=content.merged, required=False)
    return made


def groups(cohort, assignment):
    """A group that has it, and the pages of groups."""
    group, _made = assignment.cohort.groups.get_or_create(name="Evening")
    group.members.set(assignment.cohort.enrolments.all())
    return [f"{cohort}/groups/", f"{cohort}/groups/{group.pk}/", f"{cohort}/groups/{group.pk}/delete/"]


def pages(assignment):
    cohort = f"/cohorts/{assignment.cohort_id}"
    one = f"{cohort}/assignments/{assignment.pk}"
    return [f"{cohort}/assign/", f"{one}/", f"{one}/remove/", f"{one}/extend/", *groups(cohort, assignment)]


def test_every_page_is_accessible_and_fits_a_phone(open_browser, assignment, learner, instructor):
    found = {}
    for user, paths in ((learner, ["/me/", "/topics/routes/"]), (instructor, pages(assignment))):
        page = open_browser(user, viewport={"width": 320, "height": 700})
        for path in paths:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            if problems := [*violations(page), *(["wide"] if wide else [])]:
                found[path] = problems
    assert found == {}


def test_a_track_is_assigned_by_keyboard(open_browser, content, assignment, instructor):
    assignment.cohort.assignments.filter(track=content.merged).delete()
    page = open_browser(instructor)
    page.goto(pages(assignment)[0])
    page.get_by_label("Track", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Assign it").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The cohort follows “The roadmap” now.").wait_for()
    assert assignment.cohort.assignments.count() == 2
