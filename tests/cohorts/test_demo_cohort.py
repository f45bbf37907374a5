"""manage.py demo_cohort: a believable cohort, the same for the same seed, and made once."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from progress.cohorts.models import Cohort
from progress.cohorts.reports.roster import load_roster
from progress.models import ProgressEvent, TopicProgress


@pytest.fixture(autouse=True)
def laptop(settings, roadmap, instructor):
    settings.LAPTOP = True


def make(seed=1):
    call_command("demo_cohort", instructor="ines@example.com", seed=seed, verbosity=0)
    return Cohort.objects.get()


def rows():
    """What there is, without what the database counted up."""
    ticks = ProgressEvent.objects.order_by("at", "user__email", "topic__slug")
    return Cohort.objects.get().code, list(ticks.values_list("user__email", "topic__slug", "status", "at"))


def clear():
    Cohort.objects.all().delete()
    User.objects.filter(email__endswith="@demo.example").delete()


def test_it_has_every_kind_of_learner(instructor, as_instructor):
    cohort = make()
    roster = load_roster(cohort)
    assert len(roster.learners) == 16
    percentages = sorted(learner.measured.percentage for learner in roster.learners)
    assert percentages[0] == 0
    assert percentages[-1] == 100
    assert len(set(percentages)) > 8
    quiet = [learner for learner in roster.learners if learner.inactive_days]
    assert 3 <= len(quiet) <= 8
    assert any(learner.overdue for learner in roster.learners)
    assert any(not learner.behind and not learner.measured.is_complete for learner in roster.learners)
    page = as_instructor.get(f"/cohorts/{cohort.pk}/")
    assert "slower than the rest" in page.text
    assert instructor.has_perm("cohorts.add_cohort")


def test_the_history_is_true_to_the_standings():
    make()
    assert not ProgressEvent.objects.filter(at__gt=timezone.now()).exists()
    latest = {}
    for event in ProgressEvent.objects.order_by("pk"):
        latest[event.user_id, event.topic_id] = (event.status, event.at)
    standings = TopicProgress.objects.values_list("user_id", "topic_id", "status", "changed_at")
    assert {(user, topic): (status, at) for user, topic, status, at in standings} == latest


def test_the_same_seed_makes_the_same_and_another_seed_another(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    found = []
    for seed in (1, 1, 2):
        make(seed)
        found.append(rows())
        clear()
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_second_run_changes_nothing_even_what_the_instructor_changed(django_assert_num_queries):
    make()
    Cohort.objects.update(name="Mine now")
    before = rows()
    with django_assert_num_queries(2):
        call_command("demo_cohort", instructor="ines@example.com", seed=7, verbosity=0)
    assert rows() == before
    assert Cohort.objects.get().name == "Mine now"


def test_nobody_can_sign_in_as_somebody_made_up():
    make()
    assert not any(user.has_usable_password() for user in User.objects.filter(email__endswith="@demo.example"))


@pytest.mark.parametrize(
    ("options", "why"),
    [({"instructor": "nobody@example.com"}, "no account"), ({"instructor": "ines@example.com"}, "SECRET_KEY is set")],
)
def test_it_refuses_in_a_sentence(settings, options, why):
    settings.LAPTOP = why == "no account"
    with pytest.raises(CommandError, match=why):
        call_command("demo_cohort", **options)
    assert not Cohort.objects.exists()
