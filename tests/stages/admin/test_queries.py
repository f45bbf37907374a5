"""How many queries the admin's pages make: the same with three rows of a kind and with three hundred."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stages.models import Entry, Resource, Source, Stage, Topic, TopicResource, Track, TrackSection, TrackTopic
from tests.content import make_exercise
from tests.test_queries import analyze

MODELS = ["stage", "topic", "resource", "exercise", "track", "tracksection", "source", "entry"]
# The session, the user and the rights are three; a list counts its rows twice.
LISTS = {"stage": 7, "topic": 9, "resource": 8, "exercise": 8, "track": 8, "tracksection": 8, "source": 7, "entry": 8}
FORMS = {
    "stage": 9,
    "topic": 13,
    "resource": 8,
    "exercise": 11,
    "track": 10,
    "tracksection": 9,
    "source": 7,
    "entry": 16,
}
ARRANGED = {"stage": 6, "topic": 6, "track": 6, "tracksection": 7}
SEEN = {
    "/as-learner/": 6,
    "/stages/first/as-learner/": 9,
    "/topics/maps/as-learner/": 13,
    "/practice/exercise-0/as-learner/": 6,
    "/tracks/other/as-learner/": 6,
    "/tracks/other/as-learner/?view=map": 6,
    "/tracks/other/as-learner/map.css": 6,
}
AT_MOST = 16


def grow(content, size):
    """So many of everything, and all of it below one stage, one topic, one track and one section."""
    stages = Stage.objects.bulk_create(
        Stage(slug=f"stage-{number}", title=f"Stage {number}", summary="S.", position=number) for number in range(size)
    )
    topics = Topic.objects.bulk_create(
        Topic(slug=f"topic-{number}", title=f"Topic {number}", summary="T.", stage=content.first, position=number)
        for number in range(size)
    )
    resources = Resource.objects.bulk_create(
        Resource(url=f"https://example.org/{number}", title=f"Page {number}", publisher="E") for number in range(size)
    )
    TopicResource.objects.bulk_create(
        TopicResource(topic=content.topics["maps"], resource=resource, position=number)
        for number, resource in enumerate(resources)
    )
    content.topics["maps"].prerequisites.add(*topics)
    exercises = [make_exercise(content.topics["maps"], slug=f"exercise-{number}") for number in range(size)]
    Track.objects.bulk_create(Track(slug=f"track-{n}", title=f"Track {n}", summary="T.") for n in range(size))
    sections = TrackSection.objects.bulk_create(
        TrackSection(track=content.other, slug=f"section-{n}", title=f"Section {n}", position=n) for n in range(size)
    )
    TrackTopic.objects.bulk_create(TrackTopic(section=sections[0], topic=topic) for topic in topics)
    Source.objects.bulk_create(
        Source(key=f"s{n}", title=f"Source {n}", form="F.", summary="S.") for n in range(min(size, 5))
    )
    entries = Entry.objects.bulk_create(
        Entry(ref=f"e{number}", source=content.source, section="S", line=number, label="L") for number in range(size)
    )
    entries[0].stages.add(*stages)
    entries[0].cites.add(*entries)
    entries[0].topics.add(*topics)
    entries[0].resources.add(*resources)
    return {
        "stage": content.first,
        "topic": content.topics["maps"],
        "resource": resources[0],
        "exercise": exercises[0],
        "track": content.other,
        "tracksection": sections[0],
        "source": content.source,
        "entry": entries[0],
    }


def queries(client, path):
    assert client.get(path).status_code == 200  # so that what depends on the content alone is there
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("size", [3, 300])
def test_each_page_of_the_admin_makes_a_fixed_number_of_queries(content, as_maintainer, size):
    rows = grow(content, size)
    analyze()
    lists = {model: queries(as_maintainer, f"/admin/stages/{model}/") for model in MODELS}
    forms = {model: queries(as_maintainer, f"/admin/stages/{model}/{rows[model].pk}/change/") for model in MODELS}
    arranged = {
        model: queries(as_maintainer, f"/admin/stages/{model}/{rows[model].pk}/arrange/") for model in ARRANGED
    }
    exercises = f"/admin/stages/topic/{rows['topic'].pk}/arrange-exercises/"
    assert queries(as_maintainer, exercises) == ARRANGED["topic"]
    previews = {path: queries(as_maintainer, path) for path in SEEN}
    assert previews == SEEN
    assert lists == LISTS
    assert forms == FORMS
    assert arranged == ARRANGED
    assert max(*lists.values(), *forms.values(), *arranged.values()) <= AT_MOST


def test_no_form_offers_three_hundred_choices(content, as_maintainer):
    rows = grow(content, 300)
    for model in MODELS:
        if model == "entry":  # it names 300 topics here, so they are chosen, and chosen ones are in the page
            continue
        page = as_maintainer.get(f"/admin/stages/{model}/add/").text
        assert page.count("<option") < 60, model
    page = as_maintainer.get(f"/admin/stages/tracksection/{rows['tracksection'].pk}/change/").text
    assert page.count("<option") < 10


def test_a_section_with_three_hundred_topics_can_be_saved(content, as_maintainer):
    section = grow(content, 300)["tracksection"]
    page = as_maintainer.get(f"/admin/stages/tracksection/{section.pk}/change/")
    data = {"title": "Renamed", "part": ""}
    [inline] = page.context["inline_admin_formsets"]
    for form in [inline.formset.management_form, *inline.formset.forms]:
        for field in form:
            if not field.field.disabled and field.value() is not False:
                data[field.html_name] = "" if field.value() is None else field.value()
    response = as_maintainer.post(f"/admin/stages/tracksection/{section.pk}/change/", data)
    assert response.status_code == 302, response.context["errors"]
    section.refresh_from_db()
    assert (section.title, section.places.count()) == ("Renamed", 300)
