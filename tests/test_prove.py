"""`manage.py prove`, short, and that what it looks for would be found."""

import re

import pytest
from django.db import connection

from progress.models import NONE, ProgressEvent, TopicProgress
from roadmap_site.management.local_site import environment
from roadmap_site.management.proof import Tick, Ticks, explains, judge, possible
from tests.conftest import databases_of
from tests.test_security import manage

D, L = Tick("done", True), Tick("learning", True)
LOST_D = Tick("done", False)  # its answer never came


@pytest.mark.parametrize(
    ("stated", "events"),
    [
        ([], []),
        ([D], ["done"]),
        ([D, D], ["done"]),  # stated twice, changed once
        ([D, L, D], ["done", "learning", "done"]),
        ([LOST_D], []),
        ([LOST_D], ["done"]),
        ([L, LOST_D, L], ["learning"]),
        ([L, LOST_D, L], ["learning", "done", "learning"]),
        ([Tick(NONE, True)], []),
    ],
)
def test_events_that_are_right_are_explained(stated, events):
    assert explains(stated, events)


@pytest.mark.parametrize(
    ("stated", "events"),
    [
        ([D], []),  # lost
        ([D], ["done", "done"]),  # doubled
        ([D, L], ["learning"]),
        ([D, L], ["learning", "done"]),
        ([LOST_D], ["done", "done"]),
        ([], ["done"]),  # of nobody
        ([L, LOST_D, L], ["learning", "learning"]),
    ],
)
def test_events_that_are_wrong_are_not(stated, events):
    assert not explains(stated, events)


def test_what_a_topic_may_be_in_the_end():
    assert possible([]) == {NONE}
    assert possible([D, L]) == {"learning"}
    assert possible([L, LOST_D]) == {"learning", "done"}
    assert possible([LOST_D]) == {NONE, "done"}


def test_a_lost_and_a_doubled_tick_are_counted(content, learner):
    ticks, [maps, boots] = Ticks(), [content.topics["maps"], content.topics["boots"]]
    for topic in (maps, boots):
        TopicProgress.objects.record(learner, topic, "done")
        ticks.add(learner.pk, topic.pk, D)
    assert (judge(ticks).lost, judge(ticks).doubled) == (0, 0)
    TopicProgress.objects.filter(topic=maps).delete()
    ProgressEvent.objects.create(user=learner, topic=boots, status="done")
    assert (judge(ticks).lost, judge(ticks).doubled) == (1, 1)


def test_only_what_was_answered_is_acknowledged():
    ticks = Ticks()
    ticks.add(1, 1, D)
    ticks.add(1, 1, LOST_D)
    assert ticks.acknowledged == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(1800)  # a site is prepared, killed and raced, on a machine that may be slow
def test_it_holds(request, roadmap):
    if connection.vendor == "sqlite":  # a copy of the roadmap is there already
        databases = databases_of(request.config)
        url = databases.server.url(databases.name(databases.current))
        production = environment(url)
        for command in (["createcachetable"], ["collectstatic", "--noinput"]):
            assert manage(*command, timeout=600, **production).returncode == 0
        result = manage("prove", "--here", "--seconds=5", timeout=1700, **production)
    else:  # a server of its own, for it crashes
        result = manage("prove", "--seconds=5", "--database=postgresql", timeout=1700)
    assert result.returncode == 0, result.stdout + result.stderr
    ticks, races = result.stdout.splitlines()
    figures = re.fullmatch(
        r"\w+: ([\d,]+) ticks, (\d+) kills of workers, ([\d,]+) edits of the content(.*): 0 lost, 0 doubled", ticks
    )
    assert figures, ticks
    assert all(int(figure.replace(",", "")) > 0 for figure in figures.groups()[:3])
    assert connection.vendor == "sqlite" or int(re.search(r"(\d+) crashes of the database", ticks)[1]) > 0
    assert races.endswith("64 at once: each is there once")
