from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from progress.cohorts.models import LETTERS, Assignment, Cohort, Enrolment, Extension
from progress.models import ProgressEvent, Status, TopicProgress
from stages.content import outlines
from stages.models import Track
from stages.outline import OutlineTopic

WEEKS = 10
TRACKS = ["ship-an-mvp", "api-developers"]  # of our roadmap; the first is due before today, the second after it

# Name, topics in a week, in which of the ten weeks they began and stopped, and how they are remembered.
PEOPLE = [
    ("Amara Okafor", 11, 0, 10),  # fast
    ("Bruno Salgado", 10, 0, 10),
    ("Chiara Lombardi", 60, 0, 10),  # finished long ago
    ("Dmitri Volkov", 60, 1, 10),
    ("Élodie Lefèvre", 8, 0, 10),  # steady
    ("Farid Haddad", 8, 0, 10),
    ("Grace Nakamura", 7, 0, 10),
    ("Hana Dvořáková", 6, 0, 10),
    ("Ibrahim Yıldız", 3, 0, 10),  # slow
    ("Jonna Mäkelä", 3, 0, 10),
    ("Kwame Mensah", 2, 0, 10),
    ("Leila Farahani", 9, 0, 4),  # silent after a good beginning
    ("Mateo Ruiz", 6, 0, 6),
    ("Nadia Petrova", 5, 0, 8),
    ("Oisín Byrne", 7, 8, 10),  # came late
    ("Priya Raghavan", 0, 0, 10),  # never began
]


class Command(BaseCommand):
    help = "Make a cohort of learners with ten weeks behind them, for the demo instructor to look at."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--instructor", default="instructor@example.com", help="whose cohort it is, by address")
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same cohort (1)")

    def handle(self, *, instructor: str, seed: int, verbosity: int, **options: Any) -> None:
        if not settings.LAPTOP:
            raise CommandError("demo_cohort makes people up, so it refuses to run where SECRET_KEY is set.")
        leader = User.objects.filter(email=instructor.lower()).first()
        if leader is None:
            raise CommandError(f"There is no account with the address {instructor}; quickstart makes it.")
        if User.objects.filter(email=address(PEOPLE[0][0])).exists():
            message = "The demo cohort was made before; nothing to do."
        else:
            cohort = make_cohort(leader, Random(seed), timezone.now())  # noqa: S311 - not a secret
            message = "The roadmap has no track for a demo cohort to follow."
            if cohort:
                message = f"Made the cohort “{cohort}” with {len(PEOPLE)} learners."
        if verbosity:
            self.stdout.write(message)


def address(name: str) -> str:
    return f"{name.split()[0].lower()}@demo.example"


@transaction.atomic
def make_cohort(leader: User, random: Random, now: datetime) -> Cohort | None:
    """A cohort that began ten weeks before ``now``, or None where there is no track to assign.

    The same ``random`` and ``now`` make the same rows.
    """
    published = Track.objects.published()
    tracks = sorted(published.filter(slug__in=TRACKS), key=lambda track: TRACKS.index(track.slug)) or [*published[:2]]
    if not tracks:
        return None
    first = now.date() - timedelta(weeks=WEEKS)
    leader.groups.add(Group.objects.get(name="Instructors"))
    cohort = Cohort.objects.create(
        name="Autumn hikers",
        description="Ten weeks under way, two evenings a week.",
        code="".join(random.choices(LETTERS, k=8)),
        overdue_topics=3,
        starts=first,
        ends=first + timedelta(weeks=18),
        created_at=utc(first, 9),
    )
    cohort.instructors.add(leader)
    assignments = [
        Assignment.objects.create(cohort=cohort, track=track, starts=starts, due=due)
        for track, starts, due in zip(
            tracks,
            [first, first + timedelta(weeks=6)],
            [now.date() - timedelta(days=5), first + timedelta(weeks=18)],
            strict=False,
        )
    ]
    outline_by_track = outlines(tracks)
    track_topics = [topic for track in tracks for topic in outline_by_track[track.pk].topics]
    required = {topic.pk for topic in track_topics if topic.required}
    topics = [
        topic._replace(required=topic.pk in required) for topic in {topic.pk: topic for topic in track_topics}.values()
    ]
    people = User.objects.bulk_create(
        User(
            email=address(name),
            name=name,
            password=make_password(None),  # nobody can sign in with it
            date_joined=utc(first + timedelta(weeks=begins), 8),
        )
        for name, _pace, begins, _ends in PEOPLE
    )
    Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, user=person, joined_at=person.date_joined) for person in people
    )
    first_half = [topic.pk for topic in topics[: len(topics) // 2]]
    hard = set(random.sample(first_half, min(4, len(first_half))))
    histories = [
        events_of_learner(person, pace, begins, ends, topics, hard, random, first, now)
        for person, (_name, pace, begins, ends) in zip(people, PEOPLE, strict=True)
    ]
    events = sorted((event for history in histories for event in history), key=lambda event: event.at)
    ProgressEvent.objects.bulk_create(events)
    latest = {(event.user_id, event.topic_id): event for event in events}
    TopicProgress.objects.bulk_create(
        TopicProgress(user_id=user, topic_id=topic, status=event.status, changed_at=event.at)
        for (user, topic), event in latest.items()
    )
    # Who came late has longer.
    Extension.objects.create(assignment=assignments[0], user=people[-2], due=now.date() + timedelta(weeks=2))
    return cohort


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def events_of_learner(
    person: User,
    pace: int,
    begins: int,
    ends: int,
    topics: Iterable[OutlineTopic],
    hard: set[int],
    random: Random,
    first: date,
    now: datetime,
) -> list[ProgressEvent]:
    """The events of one learner: topics in their order, begun one evening and done that evening or days later.

    ``pace`` is topics in a week. What is ``hard`` takes four times as long, and some give up on it.
    """
    events = []
    day = float(begins * 7)
    for topic in topics:
        if not pace:
            break
        day += random.uniform(0.4, 1.6) * 7 / pace
        moment = utc(first + timedelta(days=int(day)), random.randint(17, 21), random.randint(0, 59))
        if day >= ends * 7 or moment >= now:
            break
        if not topic.required and random.random() < 0.7:
            continue
        if pace < 20 and random.random() < 0.015:
            events.append(event(person, topic, Status.SKIPPED, moment))
            continue
        is_hard = topic.pk in hard
        events.append(event(person, topic, Status.LEARNING, moment))
        done = moment + timedelta(hours=random.uniform(1, 60) * (4 if is_hard else 1))
        gives_up = random.random() < (0 if pace > 20 else 0.35 if is_hard else 0.01)
        if done < now and not gives_up:
            events.append(event(person, topic, Status.DONE, done))
    return events


def event(person: User, topic: OutlineTopic, status: Status, moment: datetime) -> ProgressEvent:
    return ProgressEvent(user=person, topic_id=topic.pk, status=status, at=moment)
