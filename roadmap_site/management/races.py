"""What ``manage.py prove`` does then: it sends each kind of write many times at the same moment, over the wire.

However often it comes, it must be there once, and nobody may be told of a failure.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple, cast

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import User
from progress.cohorts.models import Assignment, Cohort, CustomTrack, Enrolment, Extension, Group, Invitation, Override
from progress.models import ProgressEvent, Report, Reset, TopicProgress
from roadmap_site.management import local_site
from roadmap_site.management.proof import Learner, post
from stages.models import Resource, Stage, Topic, Track

WRITERS = 64
DAYS = {"starts": "2026-03-02", "due": "2026-03-11", "required": "on"}


class Race(NamedTuple):
    """One write. ``there`` says how often it is there, which must be ``once``."""

    by: User
    path: str
    data: dict[str, Any]
    there: Callable[[], int]
    once: int = 1


class Scene:
    """A learner who has begun, in the cohort of an instructor; everybody has a verified address."""

    def __init__(self, name: str) -> None:
        self.learner, self.instructor, self.outsider = (person(f"{role}-{name}") for role in ("lena", "ines", "otto"))
        self.instructor.user_permissions.add(
            *Permission.objects.filter(codename__in=["add_cohort", "add_customtrack"])
        )
        self.cohort = Cohort.objects.create(name=f"Cohort {name}")
        self.cohort.instructors.add(self.instructor)
        self.cohort.join(self.learner)
        self.stage = Stage.objects.published()[0]
        self.topic = Topic.objects.published().filter(stage=self.stage)[0]
        self.track = Track.objects.published().filter(follows_stages=False)[0]


def person(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.com", name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def races() -> Iterator[tuple[str, Race]]:
    """Each on a scene of its own, which is set when it is asked for."""
    for name, prepare in RACES.items():
        yield name, prepare(Scene(name.replace(" ", "-")))


def run(port: int, race: Race) -> list[int]:
    """The answers to WRITERS writes that are sent at the same moment."""
    gate = threading.Barrier(WRITERS)
    sender = Learner(race.by.pk, local_site.session_of(race.by))

    def write(_number: int) -> int:
        gate.wait()
        return post(port, sender, race.path, race.data)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, range(WRITERS)))


# --- Each kind of write -------------------------------------------------------------------------------


def tick(scene: Scene) -> Race:
    events = ProgressEvent.objects.filter(user=scene.learner)
    return Race(scene.learner, f"/topics/{scene.topic.slug}/progress/", {"status": "done"}, events.count)


def star(scene: Scene) -> Race:
    return Race(scene.learner, f"/topics/{scene.topic.slug}/star/", {"starred": "yes"}, scene.learner.stars.count)


def note(scene: Scene) -> Race:
    data = {"text": "One.", "version": ""}
    return Race(scene.learner, f"/topics/{scene.topic.slug}/note/", data, scene.learner.notes.count)


def resource(scene: Scene) -> Race:
    which = Resource.objects.order_by("pk")[0].pk
    return Race(scene.learner, f"/resources/{which}/tick/", {"ticked": "yes"}, scene.learner.resource_ticks.count)


def report(scene: Scene) -> Race:
    data = {"kind": "wrong", "text": "It is wrong.", "resource": ""}
    reports = Report.objects.filter(user=scene.learner)
    return Race(scene.learner, f"/topics/{scene.topic.slug}/report/", data, reports.count)


def reset(scene: Scene) -> Race:
    TopicProgress.objects.record(scene.learner, scene.topic, "done")
    resets = Reset.objects.filter(user=scene.learner)
    return Race(scene.learner, f"/stages/{scene.stage.slug}/reset/", {"number": "1"}, resets.count)


def undo(scene: Scene) -> Race:
    TopicProgress.objects.record(scene.learner, scene.topic, "done")
    made = cast(Reset, Reset.objects.create_for(scene.learner, "Everything", [scene.topic]))
    events = ProgressEvent.objects.filter(user=scene.learner, cause="undo")
    return Race(scene.learner, f"/me/resets/{made.pk}/undo/", {}, events.count)


def share(scene: Scene) -> Race:
    count = User.objects.filter(pk=scene.learner.pk, share__isnull=False).count
    return Race(scene.learner, "/me/share/", {"show_progress": "on"}, count)


def certificate(scene: Scene) -> Race:
    for topic in Topic.objects.published():
        TopicProgress.objects.record(scene.learner, topic, "done")
    return Race(scene.learner, "/certificate/", {"name": "Lena"}, scene.learner.certificates.count)


def calendar(scene: Scene) -> Race:
    count = User.objects.filter(pk=scene.learner.pk, calendar_feed__isnull=False).count
    return Race(scene.learner, "/cohorts/calendar/", {}, count)


def join(scene: Scene) -> Race:
    enrolments = Enrolment.objects.filter(user=scene.outsider)
    return Race(scene.outsider, f"/cohorts/join/{scene.cohort.code}/", {}, enrolments.count)


def new_cohort(scene: Scene) -> Race:
    data = {"name": "Spring", "time_zone": "UTC", "quiet_days": "7", "overdue_topics": "1", "code": "BCDF2345"}
    cohorts = Cohort.objects.filter(instructors=scene.instructor)
    return Race(scene.instructor, "/cohorts/new/", data, cohorts.count, once=2)


def new_group(scene: Scene) -> Race:
    groups = Group.objects.filter(cohort=scene.cohort)
    return Race(scene.instructor, f"/cohorts/{scene.cohort.pk}/groups/", {"name": "Evening"}, groups.count)


def assign(scene: Scene) -> Race:
    assignments = scene.cohort.assignments
    data = {"track": scene.track.pk, **DAYS}
    return Race(scene.instructor, f"/cohorts/{scene.cohort.pk}/assign/", data, assignments.count)


def extend(scene: Scene) -> Race:
    today = timezone.now().date()
    made = Assignment.objects.create(
        cohort=scene.cohort, track=scene.track, starts=today, due=today + timedelta(days=9), visible_from=today
    )
    extensions = Extension.objects.filter(assignment=made)
    data = {"learner": scene.learner.pk, "due": today + timedelta(days=30)}
    path = f"/cohorts/{scene.cohort.pk}/assignments/{made.pk}/extend/"
    return Race(scene.instructor, path, data, extensions.count)


def override(scene: Scene) -> Race:
    today = timezone.now().date()
    Assignment.objects.create(cohort=scene.cohort, track=scene.track, starts=today, visible_from=today)
    topic = Topic.objects.filter(track_sections__track=scene.track)[0]
    overrides = Override.objects.filter(learner=scene.learner)
    path = f"/cohorts/{scene.cohort.pk}/learners/{scene.learner.pk}/topics/{topic.slug}/"
    return Race(scene.instructor, path, {"reason": "She has shown it."}, overrides.count)


def invite(scene: Scene) -> Race:
    invitations = Invitation.objects.filter(cohort=scene.cohort)
    data = {"text": "nora@example.com", "agree": "yes"}
    return Race(scene.instructor, f"/cohorts/{scene.cohort.pk}/invite/", data, invitations.count)


def new_track(scene: Scene) -> Race:
    tracks = CustomTrack.objects.filter(authors=scene.instructor)
    return Race(
        scene.instructor,
        "/cohorts/tracks/new/",
        {"title": "Short", "summary": "-", "copy": "", "key": "bcdf2346"},
        tracks.count,
    )


RACES: dict[str, Callable[[Scene], Race]] = {
    "tick": tick,
    "star": star,
    "note": note,
    "resource": resource,
    "report": report,
    "reset": reset,
    "undo": undo,
    "share": share,
    "certificate": certificate,
    "calendar": calendar,
    "join a cohort": join,
    "new cohort": new_cohort,
    "new group": new_group,
    "assign": assign,
    "extend": extend,
    "override": override,
    "invite": invite,
    "new track": new_track,
}
