"""A cohort of the cast: Ines instructs, Lena learns, Otto has nothing to do with it."""

import pytest
from django.contrib.auth.models import Group, Permission

from progress.cohorts.models import Assignment, Cohort
from tests.conftest import client_of


@pytest.fixture
def instructor(instructor):
    # Migrations make the group; a test with transactions on the same database has perhaps emptied it since.
    group, _made = Group.objects.get_or_create(name="Instructors")
    group.permissions.add(Permission.objects.get(codename="add_cohort"))
    instructor.groups.add(group)
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
