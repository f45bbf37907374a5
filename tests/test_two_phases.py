"""A page in two phases is, to the byte, the page rendered anew, whatever has been edited, ticked or chosen before."""

import random
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.shortcuts import render
from django.test import Client
from django.utils import timezone

from progress.cohorts.models import Cohort, CustomTrack
from progress.models import Note, Reset, Star, TopicProgress
from stages.content import Content
from stages.models import Resource, Stage, State, Topic, TopicResource, Track
from stages.pages import Page
from stages.practice import views as practice_views
from stages.roadmap import views
from tests.conftest import client_of
from tests.content import make_site_exercise

PAGES = [
    "/?view=checklist",
    "/?view=table",
    "/?view=outline",
    "/?view=map",
    "/stages/first/",
    "/topics/maps/",
    "/topics/maps/?track=other",
    "/topics/boots/?track=own",
    "/tracks/",
    "/tracks/other/?view=checklist",
    "/tracks/other/?view=outline",
    "/tracks/other/?view=map",
    "/sources/",
    "/sources/leaflet/",
    "/practice/",
    "/practice/tools/",
]
# Tokens are masked anew each time.
PASSING = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')


@pytest.fixture
def people(content, learner, instructor, maintainer):
    make_site_exercise(content.topics["maps"])
    own = Track.objects.create(slug="own", title="An own track", summary="-", private=True)
    section = own.sections.create(slug="start", title="Start")
    section.places.create(topic=content.topics["boots"])
    CustomTrack.objects.create(track=own).authors.add(instructor)
    cohort = Cohort.objects.create(name="Hikers")
    cohort.instructors.add(instructor)
    cohort.join(learner)
    cohort.assignments.create(track=own, due=timezone.localdate() + timedelta(days=3))
    instructor.user_permissions.add(Permission.objects.get(codename="add_cohort"))
    return {"v": Client(), **{user.name[0]: client_of(user) for user in (learner, instructor, maintainer)}}


def anew(request, _content, template, make, *arguments):
    """What render_page gives, in one phase and from a Content that nothing hangs on."""
    return render(request, template, make(Content(), *arguments))


def text_of(client, path):
    response = client.get(path)
    return response.status_code, PASSING.sub(r"\1", response.text)


def compare(clients, monkeypatch):
    for client in clients.values():
        client.get("/shortcuts/")  # where what was to be said once is said
    kept = {(who, path): text_of(client, path) for who, client in clients.items() for path in PAGES}
    with monkeypatch.context() as patch:
        for module in (views, practice_views):
            patch.setattr(module, "render_page", anew)
        for (who, path), found in kept.items():
            assert found == text_of(clients[who], path), f"{path} of {who}"
    assert {status for status, _ in kept.values()} <= {200, 404}


def tick(clients, learner, dice):
    data = {"status": dice.choice(["done", "learning", "skipped", "none"])}
    who = dice.choice("vL")
    clients[who].post(f"/topics/{dice.choice(['maps', 'boots', 'weather'])}/progress/", data)


def undo(clients, learner, dice):
    clients["L"].post("/topics/maps/progress/", {"undo": "none"})


def reset(clients, learner, dice):
    if dice.random() < 0.5:
        Reset.objects.create_for(learner, "First steps", Topic.objects.all())
    else:
        clients["L"].post("/stages/first/reset/", {"sure": "yes"})


def annotate(clients, learner, dice):
    topic = Topic.objects.get(slug="maps")
    Star.objects.set_present(dice.random() < 0.5, user=learner, topic_id=topic.pk)
    Note.objects.update_or_create(user=learner, topic=topic, defaults={"text": f"Note {dice.random()}"})


def edit(clients, learner, dice):
    topic = Topic.objects.order_by("?").first()
    topic.title = f"{topic.title[:20]} {dice.randrange(100)}"
    topic.required = dice.random() < 0.8
    topic.save()


def schedule(clients, learner, dice):
    rows = dice.choice([Topic, Stage, Track]).objects.exclude(slug="first")
    row = dice.choice(list(rows))
    row.publish_at = dice.choice([None, timezone.now() + timedelta(hours=1), timezone.now() - timedelta(hours=1)])
    row.save()


def retire(clients, learner, dice):
    row = dice.choice(list(Topic.objects.all()))
    row.state = dice.choice([State.PUBLISHED, State.PUBLISHED, State.RETIRED])
    row.save()


def link(clients, learner, dice):
    resource = Resource.objects.create(url=f"https://example.org/{dice.random()}", title="More", publisher="E")
    TopicResource.objects.create(topic=Topic.objects.get(slug="maps"), resource=resource)


def override(clients, learner, dice):
    cohort = Cohort.objects.get()
    path = f"/cohorts/{cohort.pk}/learners/{learner.pk}/topics/boots/"
    clients["I"].post(path, {"reason": "Seen it.", "done": "yes"})


def choose(clients, learner, dice):
    data = dice.choice([{"theme": "dark"}, {"theme": "light"}, {"keys": "off"}, {"minutes": "hidden"}])
    dice.choice(list(clients.values())).post("/display/", data)


STEPS = [tick, tick, tick, undo, reset, annotate, edit, schedule, retire, link, override, choose]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_rendered_anew(seed, people, learner, monkeypatch):
    dice = random.Random(seed)
    for _ in range(2):
        for step in dice.choices(STEPS, k=4):
            step(people, learner, dice)
        compare(people, monkeypatch)


def test_it_is_rendered_once_a_version(people, learner, monkeypatch):
    rendered = []
    monkeypatch.setattr(Page, "__init__", count(rendered, Page.__init__))
    for client in people.values():
        client.get("/")
    TopicProgress.objects.record(learner, Topic.objects.get(slug="maps"), "done")
    people["L"].get("/")
    assert len(rendered) == 1
    Topic.objects.filter(slug="maps").update(title="Charts")
    people["L"].get("/")
    assert len(rendered) == 2


def count(calls, function):
    def counted(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return counted


def test_nobody_else_is_in_what_is_kept(people, learner, monkeypatch):
    """The first phase has no request to take anything from."""
    kept = []
    monkeypatch.setattr(Page, "__init__", count(kept, Page.__init__))
    for path in PAGES:
        people["L"].get(path)
    texts = [b"".join(part for part in page.parts if isinstance(part, bytes)).decode() for page, *_ in kept]
    assert len(texts) > 10
    for text in texts:
        assert learner.name not in text
        assert "csrfmiddlewaretoken" not in text
        assert 'name="reader"' not in text
