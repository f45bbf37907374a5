"""A cohort of the cast: Ines instructs, Lena learns, Otto has nothing to do with it."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from progress.cohorts.models import Assignment, Cohort, CustomTrack
from progress.models import TopicProgress
from tests.cohorts.custom_track_pages import ROOT
from tests.cohorts.roster_pages import join
from tests.conftest import client_of


@pytest.fixture
def instructor(db, instructor):
    instructor.groups.add(Group.objects.get(name="Instructors"))
    return instructor


@pytest.fixture
def as_instructor(instructor):
    return client_of(instructor)


@pytest.fixture
def cohort(content, instructor, learner):
    cohort = Cohort.objects.create(name="Autumn hikers", places=30)
    cohort.instructors.add(instructor)
    cohort.join(learner)
    Assignment.objects.create(cohort=cohort, track=content.other)
    return cohort


@pytest.fixture
def own(content, instructor, as_instructor):
    """A copy of the other track, made by the instructor: Start (maps, routes), Finish (routes, snacks optional)."""
    as_instructor.post(f"{ROOT}/new/", {"title": "Mine", "summary": "My way.", "copy": "other", "key": "bcdf2345"})
    return CustomTrack.objects.get()


@pytest.fixture
def people(cohort, learner):
    """{first name: enrolment}"""
    join(cohort, "Ada", "Ben")
    return {one.user.name.split()[0]: one for one in cohort.enrolments.select_related("user")}


@pytest.fixture
def assignment(cohort):
    return cohort.assignments.get()


@pytest.fixture
def dated(assignment):
    """Worked out, its sections are due on 8 and 11 March."""
    Assignment.objects.update(starts=date(2026, 3, 2), due=date(2026, 3, 11))
    assignment.cohort.enrolments.update(joined_at=timezone.make_aware(timezone.datetime(2026, 1, 1)))
    assignment.refresh_from_db()
    return assignment


@pytest.fixture
def edited(content, assignment, people):
    """Weather more, maps less, snacks required; and Lena has done maps, Ada maps and routes."""
    for name, slugs in (("Lena", ["maps"]), ("Ada", ["maps", "routes"])):
        for slug in slugs:
            TopicProgress.objects.record(people[name].user, content.topics[slug], "done")
    start, finish = content.other.sections.all()
    start.places.create(topic=content.topics["weather"], position=9)
    start.places.filter(topic=content.topics["maps"]).delete()
    finish.places.filter(topic=content.topics["snacks"]).update(required=True)
    return assignment
