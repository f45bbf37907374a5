"""A cohort of the cast: Ines instructs, Lena learns, Otto has nothing to do with it."""

import pytest
from django.contrib.auth.models import Group

from progress.cohorts.models import Assignment, Cohort, OwnTrack
from tests.cohorts.composing import ROOT
from tests.conftest import client_of


@pytest.fixture
def instructor(groups, instructor):
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
    return OwnTrack.objects.get()
