"""The cohort of the cast on the Monday after the week that is told of."""

from datetime import UTC, datetime

import pytest

from progress.cohorts.models import Enrolment
from tests.cohorts.notifications.digests.weekly import NOW


@pytest.fixture
def today(monkeypatch):
    """It is the Monday after the week, also for due dates."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def cohort(cohort, today):
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    return cohort
