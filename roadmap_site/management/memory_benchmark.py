"""What `manage.py benchmark --memory` measures: how much memory one process holds after so many requests.

Everything that a process keeps is bounded; if anything grew with what is asked for, it would show here. So people ask
for every page there is, and each search, missing page and query is another one.
"""

import gc
import random
from ipaddress import IPv4Address

from django.test import Client

from accounts.models import User
from progress.cohorts.models import Assignment, Cohort
from stages.models import Source, Stage, Topic, Track

AFTER = (1_000, 5_000, 10_000, 20_000)  # requests
EDIT_EVERY = 2_500
MEGABYTE = 2**20
VIEWS = ("checklist", "table", "outline", "map")
OF_LEARNERS = ("/me/", "/me/notes/", "/me/data/waymark.json", "/me/data/progress.csv", "/cohorts/", "/accounts/")


def measure() -> dict[int, float]:
    """``{number of requests: megabytes that this process holds afterward}``."""
    import psutil

    process, crowd, held = psutil.Process(), Crowd(), {}
    for number in range(1, AFTER[-1] + 1):
        crowd.ask()
        if number % EDIT_EVERY == 0:
            crowd.edit(number)
        if number in AFTER:
            gc.collect()
            held[number] = process.memory_info().rss / MEGABYTE
    return held


class Crowd:
    """A visitor, a learner and an instructor, who ask for anything in any order; the same one in each run."""

    def __init__(self) -> None:
        self.dice = random.Random(9842)  # noqa: S311
        learner = User.objects.create_user("learner@example.com", name="Lena Learner")
        instructor = User.objects.create_user("instructor@example.com", name="Ines Instructor")
        cohort = Cohort.objects.create(name="Hikers")
        cohort.instructors.add(instructor)
        cohort.join(learner)
        Assignment.objects.create(cohort=cohort, track=Track.objects.get(follows_stages=True))
        self.visitor, self.learner, self.instructor = (Client(SERVER_NAME="127.0.0.1") for _person in range(3))
        self.learner.force_login(learner)
        self.instructor.force_login(instructor)
        self.topics = list(Topic.objects.published())
        self.pages = [row.get_absolute_url() for row in [*self.topics, *Stage.objects.published()]]
        self.pages += [
            f"{track.get_absolute_url()}?view={view}" for track in Track.objects.published() for view in VIEWS
        ]
        self.pages += [f"/roadmap/{name}" for name in ("print/", "checklist.md", "roadmap.json")]
        self.pages += [source.get_absolute_url() for source in Source.objects.all()]
        self.of_cohort = [f"/cohorts/{cohort.pk}/{name}" for name in ("", "standings.csv", "over-time/", "people/")]

    def ask(self) -> None:
        """One request of somebody."""
        dice = self.dice
        client = dice.choice([self.visitor, self.visitor, self.learner, self.instructor])
        self.visitor.cookies.clear()  # mostly somebody new
        # Every request from somewhere else, or there would be too many new visitors from one address.
        headers = {"Accept-Encoding": "gzip, br", "X-Forwarded-For": str(IPv4Address(dice.getrandbits(32)))}
        new = "".join(dice.choices("aeiouklmnprst", k=12))
        path = dice.choice(
            [
                *dice.choices(self.pages, k=8),
                *(f"/?view={view}" for view in VIEWS),
                *("/", "/tracks/", "/sources/"),
                *(f"/search/?q={new}", f"/search/palette/?q={new}", f"/?from={new}", f"/{new}/", f"/topics/{new}/"),
                *(OF_LEARNERS if client is self.learner else ()),
                *(self.of_cohort if client is self.instructor else ()),
            ]
        )
        if dice.random() < 0.2:
            topic, status = dice.choice(self.topics), dice.choice(["done", "learning", "skipped", "none"])
            data = {"status": status, "page": "roadmap", "next": "/"}
            response = client.post(f"/topics/{topic.slug}/progress/", data, secure=True, headers=headers)
        else:
            response = client.get(path, secure=True, headers=headers)
        if response.status_code not in (200, 302, 404):
            raise RuntimeError(f"{path} answered {response.status_code}")

    def edit(self, number: int) -> None:
        topic = self.dice.choice(self.topics)
        Topic.objects.filter(pk=topic.pk).update(title=f"Edited {number}")
