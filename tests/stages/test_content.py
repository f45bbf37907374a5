"""The merged roadmap itself: complete, and good enough to follow."""

from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from stages.content import outline_of_stages, outlines
from stages.models import Entry, Resource, Source, Stage, State, Topic, TopicResource, Track

pytestmark = pytest.mark.usefixtures("roadmap")

# How many things each document names, section by section, in the order of the documents.
NAMED = {
    "stage-graph": [5, 9, 8, 7, 6, 8, 4, 7, 7, 6, 5, 21],
    "table-and-tree": [6, 9, 8, 7, 6, 8, 4, 7, 7, 6, 5, 1, 8, 7, 4, 1, 7, 7, 4, 1, 6, 6, 6],
    "fifteen-sections": [2, 12, 8, 6, 9, 6, 9, 7, 9, 6, 8, 7, 11, 7, 6, 8, 12],
    "nineteen-sections": [
        *[3, 1, 9, 5, 8, 1, 6, 9, 4, 6, 6, 7, 6, 4, 6, 6, 6, 8],
        *[10, 1, 5, 4, 7, 3, 8, 7, 18, 9, 5, 8, 7, 7, 8, 1, 9],
    ],
    "check-list": [6, 1, 14, 11, 11, 1, 10, 10, 8, 12, 7, 8, 8],
}


def unplaced():
    """The entries that do not lead to anything a learner can see."""
    entries = Entry.objects.exclude(kind=Entry.Kind.FRAME)
    return [
        entry.ref
        for entry in entries.prefetch_related("stages", "topics__stage", "resources")
        if not any(stage.state == State.PUBLISHED for stage in entry.stages.all())
        and not any(topic.is_published() for topic in entry.topics.all())
        and not any(resource.state == State.PUBLISHED for resource in entry.resources.all())
    ]


@pytest.mark.parametrize("key", NAMED)
def test_nothing_that_a_document_names_is_missing(key):
    refs = Source.objects.get(key=key).entries.values_list("ref", flat=True)
    sections = [ref.rsplit(".", 1) for ref in refs]
    assert list(Counter(section for section, _ in sections).values()) == NAMED[key]
    for (section, number), (next_section, next_number) in pairwise(sections):
        assert int(next_number) == (int(number) + 1 if section == next_section else 1)


def test_everything_named_has_a_place():
    assert Entry.objects.count() == 682
    assert unplaced() == []


def test_a_removed_topic_is_missed():
    """Each topic that alone carries an entry: taking it away must be noticed."""
    sole = {
        entry.topics.all()[0]
        for entry in Entry.objects.filter(stages=None, resources=None).prefetch_related("topics")
        if len(entry.topics.all()) == 1
    }
    assert len(sole) > 100
    for topic in sorted(sole, key=lambda topic: topic.pk)[::10]:
        Topic.objects.filter(pk=topic.pk).update(state=State.RETIRED)
        assert unplaced(), topic
        Topic.objects.filter(pk=topic.pk).update(state=State.PUBLISHED)
    assert unplaced() == []


def test_only_a_frame_leads_nowhere():
    frames = Entry.objects.filter(kind=Entry.Kind.FRAME)
    assert frames.filter(topics__isnull=False).count() == 0
    assert frames.count() == 22


def test_there_are_enough_stages_and_topics():
    outline = outline_of_stages()
    assert len(outline.sections) == 21
    assert 170 <= sum(len(section.topics) for section in outline.sections[:19]) <= 260


def test_every_topic_has_a_resource_and_the_addresses_are_known_to_exist():
    known = set((settings.FIXTURES / "known_urls.txt").read_text().split())
    assert [topic.slug for topic in Topic.objects.filter(resources=None)] == []
    for resource in Resource.objects.all():
        assert resource.url in known or resource.unverified, resource.url
    assert known == set(Resource.objects.filter(unverified="").values_list("url", flat=True))


# Who documents what a lesson of the stages before the projects is about.
OFFICIAL = {
    *["docs.djangoproject.com", "www.djangoproject.com", "docs.python.org", "peps.python.org", "packaging.python.org"],
    *["developer.mozilla.org", "www.postgresql.org", "git-scm.com", "docs.github.com", "docs.docker.com", "nginx.org"],
    *["www.django-rest-framework.org", "docs.allauth.org", "htmx.org", "strawberry.rocks", "www.crummy.com"],
    *["render.com", "devcenter.heroku.com", "docs.digitalocean.com", "docs.aws.amazon.com", "kafka.apache.org"],
    *["docs.celeryq.dev", "docs.sentry.io", "www.rabbitmq.com", "www.elastic.co", "docs.locust.io", "react.dev"],
    *["vuejs.org", "docs.wagtail.org", "docs.django-cms.org", "www.conventionalcommits.org"],
}


def test_a_topic_has_a_few_resources_the_official_documentation_first():
    for topic in Topic.objects.exclude(stage__slug__in=["projects", "community-and-learning"]):
        links = list(topic.links.shown())
        assert 2 <= len(links) <= 5, topic.slug
        first = urlsplit(links[0].resource.url).netloc
        assert first in OFFICIAL or first.endswith(".readthedocs.io"), (topic.slug, first)


def test_every_resource_has_its_facts_and_a_line_on_why():
    assert list(TopicResource.objects.filter(why="").values_list("topic__slug", "resource__url")) == []
    assert list(Resource.objects.filter(publisher="").values_list("url", flat=True)) == []
    assert Resource.objects.exclude(outdated="").count() >= 5


def test_no_topic_needs_one_that_comes_later():
    topics = {topic.slug: topic for topic in Topic.objects.in_learning_order().prefetch_related("prerequisites")}
    place = {slug: number for number, slug in enumerate(topics)}
    late = [
        f"{slug} (stage {topic.stage.position}) needs {needed.slug} (stage {needed.stage.position})"
        for slug, topic in topics.items()
        for needed in topic.prerequisites.all()
        if place[needed.slug] >= place[slug]
    ]
    assert late == []


def test_summaries_say_what_the_learner_will_do():
    summaries = list(Topic.objects.values_list("summary", flat=True))
    assert len(set(summaries)) == len(summaries)
    for summary in summaries:
        assert 40 <= len(summary) <= 160, summary
        assert summary.endswith("."), summary
        assert not {"simply", "just", "obviously"} & set(summary.lower().split()), summary


def test_the_tracks_keep_the_documents_as_they_are():
    tracks = {track.slug: track for track in Track.objects.all()}
    outlined = outlines(tracks.values())
    found = {slug: outlined[track.pk] for slug, track in tracks.items()}
    assert list(tracks) == [
        *["roadmap", "from-express-to-django", "ship-an-mvp", "api-developers", "running-in-production"],
        *["ten-stages", "table-and-tree", "fifteen-sections", "nineteen-sections", "python-then-django"],
    ]
    assert [section.title for section in found["ten-stages"].sections][:3] == [
        *["Stage 1: Learn Python", "Stage 2: Django Basics", "Stage 3: Core Concepts"]
    ]
    assert [section.part for section in found["table-and-tree"].sections] == ["Table"] * 10 + ["Tree"] * 9
    optional = [t.slug for t in found["nineteen-sections"].topics if not t.required]
    assert "pwa" in optional
    assert [t.slug for t in found["python-then-django"].topics if not t.required] == ["web-scraping"]
    # The document's order, which is not the roadmap's.
    order = [t.slug for t in found["fifteen-sections"].topics]
    assert order.index("models") < order.index("function-based-views") < order.index("querysets")


def test_every_stage_says_what_it_is_for():
    for stage in Stage.objects.all():
        assert stage.summary.endswith(".")
        assert stage.level or stage.slug in ("projects", "community-and-learning")
