"""An instructor reads the numbers that the learner's own page shows, whatever happened before."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from progress.cohorts import words
from progress.cohorts.models import Assignment, Cohort
from progress.models import STATUSES, TopicProgress
from progress.standings import Standings
from stages.models import Track, TrackSection, TrackTopic
from tests.cohorts.test_seeing import table
from tests.conftest import client_of
from tests.progress.test_one_number import bars

SLUGS = ["boots", "maps", "snacks", "routes", "weather"]
PEOPLE, COHORTS = range(3), range(2)


@pytest.fixture
def stage(content, instructor):
    """The small roadmap with one track more, three learners, and two cohorts of one instructor."""
    third = Track.objects.create(slug="third", title="A third way", summary="Short.", position=3)
    section = TrackSection.objects.create(track=third, slug="all", title="All of it")
    for slug in ("weather", "snacks", "boots"):
        TrackTopic.objects.create(section=section, topic=content.topics[slug], required=slug != "boots")
    people = [User.objects.create_user(f"{name}@example.com", name=name) for name in ("Ada", "Ben", "Cem")]
    cohorts = [Cohort.objects.create(name=f"Cohort {number}") for number in COHORTS]
    for cohort in cohorts:
        cohort.instructors.add(instructor)
    tracks = {"roadmap": content.merged, "other": content.other, "third": third}
    return content, people, [client_of(person) for person in people], cohorts, tracks


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ticks=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(SLUGS), st.sampled_from(STATUSES)), max_size=20),
    moves=st.lists(
        st.tuples(st.sampled_from(["join", "leave"]), st.sampled_from(COHORTS), st.sampled_from(PEOPLE)), max_size=12
    ),
    follows=st.sets(st.tuples(st.sampled_from(COHORTS), st.sampled_from(["roadmap", "other", "third"]))),
)
def test_every_number_is_the_learners_own(stage, as_instructor, ticks, moves, follows):
    content, people, clients, cohorts, tracks = stage
    Assignment.objects.all().delete()
    TopicProgress.objects.all().delete()
    members = {number: set() for number in COHORTS}
    for cohort in cohorts:
        cohort.enrolments.all().delete()
    for person, slug, status in ticks:
        TopicProgress.objects.record(people[person], content.topics[slug], status)
    for verb, cohort, person in moves:
        getattr(cohorts[cohort], verb)(people[person])
        (members[cohort].add if verb == "join" else members[cohort].discard)(person)
    for cohort, track in sorted(follows):
        Assignment.objects.create(cohort=cohorts[cohort], track=tracks[track])
    for number, cohort in enumerate(cohorts):
        followed = {track for of, track in follows if of == number}
        rows = {row[0]: row[5:] for row in table(as_instructor.get(f"/cohorts/{cohort.pk}/"))[1:]}
        assert rows.keys() == {people[person].name for person in members[number]}
        for person, user in enumerate(people):
            page = as_instructor.get(f"/cohorts/{cohort.pk}/learners/{user.pk}/")
            assert page.status_code == (200 if person in members[number] else 404)
            if person not in members[number]:
                continue
            seen, own = bars(page.text), bars(clients[person].get("/me/").text)
            for track in followed - {"roadmap"}:
                assert seen[f"track-{track}"] == own[track]
            if "roadmap" in followed:
                assert seen["track-roadmap"] == own["total"]
            if followed == {"roadmap"}:
                assert seen["total"] == own["total"]
                assert {slug: seen[slug] for slug in ("first", "second")} == {
                    slug: own[slug] for slug in ("first", "second")
                }
            expected = expected_cells(content, followed, Standings.of_learner(user))
            assert rows[user.name] == [words.cell(measured) for measured in expected.values()]
            for slug, measured in expected.items():
                if measured.total:
                    assert seen[slug] == (measured.done, measured.total, measured.percentage)


def expected_cells(content, followed, progress):
    """{stage: Measure} from the rows of the tracks themselves, without an outline."""
    cells = {}
    for stage in (content.first, content.second):
        places = TrackTopic.objects.filter(section__track__slug__in=followed, topic__stage=stage)
        listed = [Place(place.topic_id, place.required) for place in places]
        if "roadmap" in followed:
            listed += [Place(topic.pk, topic.required) for topic in stage.topics.all()]
        if listed:
            cells[stage.slug] = progress.measure(listed)
    return cells


class Place:
    def __init__(self, pk, required):
        self.pk, self.required = pk, required
