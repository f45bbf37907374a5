"""What `manage.py benchmark --cohort` measures: an instructor's pages against the plain aggregate behind them.

Everything happens in one process and on one connection, so what is compared is the page and not the network.
"""

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from progress.cohorts.models import Assignment, Cohort, Enrolment, new_code
from progress.models import ProgressEvent, TopicProgress
from stages.models import Topic, Track

LEARNERS = {"postgresql": 10_000, "sqlite": 2_000}
LARGE, USUAL = 1_000, 200  # learners of the first cohort, and of each other
WEEKS = 10
EVERY = 3  # a learner has a status in one of so many topics: a million for 10,000 learners and 300 topics


def make_cohorts() -> dict[int, Cohort]:
    """Cohorts that follow the whole roadmap, each topic ticked by a third of the learners over ten weeks.

    Returns ``{number of learners: a Cohort}``.
    """
    now = timezone.now()
    first = (now - timedelta(weeks=WEEKS)).date()
    instructor = User.objects.create_user("instructor@example.com", name="Ines Instructor")
    people = User.objects.bulk_create(
        User(email=f"learner{number}@example.com", name=f"Learner {number}")
        for number in range(LEARNERS[connection.vendor])
    )
    sizes = [LARGE] + [USUAL] * ((len(people) - LARGE) // USUAL)
    cohorts = Cohort.objects.bulk_create(
        Cohort(name=f"Cohort {number}", code=new_code(), starts=first) for number in range(len(sizes))
    )
    track = Track.objects.get(follows_stages=True)
    queue = iter(people)
    for cohort, size in zip(cohorts, sizes, strict=True):
        cohort.instructors.add(instructor)
        Enrolment.objects.bulk_create(
            Enrolment(cohort=cohort, user=next(queue), joined_at=now - timedelta(weeks=WEEKS))
            for _place in range(size)
        )
        Assignment.objects.create(cohort=cohort, track=track, starts=first, due=first + timedelta(weeks=2 * WEEKS))
    record_ticks(now)
    return {LARGE: cohorts[0], USUAL: cohorts[len(cohorts) // 2]}


def record_ticks(now: datetime) -> None:
    """Statuses and their events, made where they are kept: both databases understand the same two statements."""
    days = [connection.ops.adapt_datetimefield_value(now - timedelta(days=day)) for day in range(7 * WEEKS)]
    when = " ".join(f"WHEN {day} THEN %s" for day in range(len(days)))
    user, topic, standing, event = (model._meta.db_table for model in (User, Topic, TopicProgress, ProgressEvent))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {standing} (user_id, topic_id, status, changed_at) SELECT {user}.id, {topic}.id, "  # noqa: S608
            f"CASE ({user}.id + {topic}.id) %% 8 WHEN 0 THEN 'learning' WHEN 1 THEN 'skipped' ELSE 'done' END, "
            f"CASE ({user}.id * 31 + {topic}.id * 17) %% {len(days)} {when} END "
            f"FROM {user} CROSS JOIN {topic} WHERE ({user}.id * 7 + {topic}.id * 13) %% {EVERY} = 0",
            days,
        )
        cursor.execute(
            f"INSERT INTO {event} (user_id, topic_id, status, cause, at) "  # noqa: S608
            f"SELECT user_id, topic_id, status, 'tick', changed_at FROM {standing} ORDER BY changed_at"
        )
        cursor.execute("ANALYZE")


AGGREGATE = f"""
    SELECT standing.user_id, topic.stage_id, count(*)
    FROM {Enrolment._meta.db_table} AS enrolment
    JOIN {TopicProgress._meta.db_table} AS standing ON standing.user_id = enrolment.user_id
    JOIN {Topic._meta.db_table} AS topic ON topic.id = standing.topic_id
    WHERE enrolment.cohort_id = %s AND enrolment.left_at IS NULL AND standing.status = 'done'
    GROUP BY standing.user_id, topic.stage_id
"""  # noqa: S608 - the names are the models' own
PAGES = {"everyone, stage by stage": "", "the same as CSV": "standings.csv", "over time": "over-time/"}


def measure(rounds: int) -> dict[str, Any]:
    """``{"ticks": number, "cohorts": {learners of a cohort: {what: milliseconds}}}``, the medians of all rounds."""
    results = {}
    for size, cohort in make_cohorts().items():
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(cohort.instructors.get())
        queries = {"plain aggregate": lambda cohort=cohort: aggregate(cohort)} | {
            name: lambda url=f"/cohorts/{cohort.pk}/{path}", client=client: ask(client, url)
            for name, path in PAGES.items()
        }
        times: dict[str, list[float]] = {name: [] for name in queries}
        for turn in range(rounds + 1):
            for name, run in queries.items():
                start = perf_counter()
                run()
                if turn:  # the first round only warms up
                    times[name].append((perf_counter() - start) * 1000)
        results[size] = {name: median(measured) for name, measured in times.items()}
    return {"ticks": TopicProgress.objects.count(), "cohorts": results}


def aggregate(cohort: Cohort) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, [cohort.pk])
        return list(cursor.fetchall())


def ask(client: Client, url: str) -> None:
    response = client.get(url, secure=True)
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}")
