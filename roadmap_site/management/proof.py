"""What ``manage.py prove`` does first: it ticks while workers are killed, the database is restarted and the content is
edited, and then compares what was acknowledged with what is there.

Each learner ticks in one thread, one tick after the other, so it is known in which order they were stated. A tick that
was answered must be in the database exactly once; one whose answer never came may be, once.
"""

import http.client
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import DatabaseError, connection

from accounts.models import User
from progress.models import NONE, STATUSES, ProgressEvent, TopicProgress
from roadmap_site.management import local_site
from stages.models import Stage, State, Topic

THREADS = 8
LEARNERS = 24
TOPICS = 30  # few, so that each is ticked again and again


class Tick(NamedTuple):
    status: str
    is_acknowledged: bool


class Learner(NamedTuple):
    pk: int
    session: str


@dataclass
class Ticks:
    """What was stated, in its order, by (learner pk, topic pk)."""

    stated: dict[tuple[int, int], list[Tick]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, learner: int, topic: int, tick: Tick) -> None:
        with self.lock:
            self.stated[learner, topic].append(tick)
            self.acknowledged += tick.is_acknowledged


@dataclass
class Verdict:
    lost: int = 0
    doubled: int = 0


# --- Ticking ------------------------------------------------------------------------------------------


def make_learners(count: int) -> list[Learner]:
    users = [User(email=f"learner-{number}@example.com") for number in range(count)]
    for user in users:
        user.set_unusable_password()
    return [Learner(user.pk, local_site.session_of(user)) for user in User.objects.bulk_create(users)]


def post(port: int, learner: Learner, path: str, data: dict[str, str]) -> int:
    """The status of the answer. Raises OSError or HTTPException where there is none."""
    body = urlencode(data | {"csrfmiddlewaretoken": local_site.TOKEN})
    headers = local_site.signed_in(learner.session) | {
        "X-Forwarded-For": f"10.0.{learner.pk // 250}.{learner.pk % 250}"
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as browser:
        browser.request("POST", path, body, headers)
        response = browser.getresponse()
        response.read()
        return response.status


def tick_until(
    stop: threading.Event, port: int, learners: Sequence[Learner], topics: dict[int, str], ticks: Ticks
) -> None:
    choose = random.Random(learners[0].pk)  # noqa: S311 - no secret
    while not stop.is_set():
        learner, topic = choose.choice(learners), choose.choice(list(topics))
        status = choose.choice(STATUSES)
        try:
            answer = post(port, learner, f"/topics/{topics[topic]}/progress/", {"status": status})
        except (OSError, http.client.HTTPException):
            answer = 0
        if answer == 404:  # retired at the moment, so nothing was stated
            continue
        ticks.add(learner.pk, topic, Tick(status, answer in (200, 302)))
        if not answer or answer >= 500:
            time.sleep(0.05)


# --- What goes wrong meanwhile ------------------------------------------------------------------------


@dataclass
class Trouble:
    """What is done after so many acknowledged ticks, again and again, and how often it was."""

    name: str
    ticks_between: int
    make: Callable[[], object]
    count: int = 0

    def make_until(self, stop: threading.Event, ticks: Ticks) -> None:
        seen = 0
        while not stop.wait(0.05):
            if ticks.acknowledged - seen < self.ticks_between:
                continue
            try:
                self.make()
                self.count += 1
            except DatabaseError:  # it is away at the moment, as is meant
                connection.close()
            seen = ticks.acknowledged
        connection.close()


class Editor:
    """A maintainer who never rests: titles, places, and retired topics that come back."""

    def __init__(self, topics: Iterable[int]) -> None:
        self.topics, self.choose = list(topics), random.Random(7)  # noqa: S311
        self.stages = list(Stage.objects.values_list("pk", flat=True))

    def edit(self) -> None:
        topic = Topic.objects.get(pk=self.choose.choice(self.topics))
        match self.choose.randrange(3):
            case 0:
                topic.title = f"{topic.title.split(' · ')[0]} · {self.choose.randrange(1000)}"
            case 1:
                topic.stage_id = self.choose.choice(self.stages)
            case 2:
                is_live = topic.state == State.PUBLISHED
                topic.state = State.RETIRED if is_live else State.PUBLISHED
        topic.save()


# --- What must be true afterward ---------------------------------------------------------------------


def explains(stated: Iterable[Tick], events: Sequence[str]) -> bool:
    """Whether these events, the statuses that one topic came to have, are those of what was stated.

    Only a change is an event. What was acknowledged happened once, and what was not happened once or not at all.
    """
    reached = {0}  # so many events may be explained by what was stated up to here
    for status, is_acknowledged in stated:
        after = set() if is_acknowledged else set(reached)
        for count in reached:
            if status == (events[count - 1] if count else NONE):
                after.add(count)
            elif count < len(events) and events[count] == status:
                after.add(count + 1)
        reached = after
    return len(events) in reached


def judge(ticks: Ticks) -> Verdict:
    """Compare what was stated with what is in the database. Two queries."""
    standing = {
        (user, topic): status for user, topic, status in TopicProgress.objects.values_list("user", "topic", "status")
    }
    events = defaultdict(list)
    for user, topic, status in ProgressEvent.objects.order_by("pk").values_list("user", "topic", "status"):
        events[user, topic].append(status)
    verdict = Verdict()
    for key in ticks.stated.keys() | events.keys() | standing.keys():
        stated = ticks.stated.get(key, [])
        if standing.get(key, NONE) not in possible(stated):
            verdict.lost += 1
        elif not explains(stated, events[key]) or standing.get(key, NONE) != (events[key] or [NONE])[-1]:
            verdict.doubled += 1
    return verdict


def possible(stated: Sequence[Tick]) -> set[str]:
    """What a topic may be in the end: the last that was acknowledged, or anything that was stated after it."""
    last = max((place for place, tick in enumerate(stated) if tick.is_acknowledged), default=None)
    if last is None:
        return {NONE} | {tick.status for tick in stated}
    return {tick.status for tick in stated[last:]}
