"""An instructor reads the numbers that the learner's own page shows, whatever happened before."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from progress.cohorts import formatting
from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort, Extension
from progress.models import STATUSES, TopicProgress
from progress.reader_progress import ReaderProgress
from stages.models import Track, TrackSection, TrackTopic
from tests.cohorts.roster_pages import table
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


PERSON, COHORT = st.sampled_from(PEOPLE), st.sampled_from(COHORTS)
FOLLOWED = st.sampled_from(["roadmap", "other", "third"])
WHOM = st.one_of(st.none(), st.tuples(st.sets(PERSON), st.sets(PERSON)))  # everyone, or (picked, in a group)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ticks=st.lists(st.tuples(PERSON, st.sampled_from(SLUGS), st.sampled_from(STATUSES)), max_size=20),
    moves=st.lists(st.tuples(st.sampled_from(["join", "leave"]), COHORT, PERSON), min_size=2, max_size=12),
    follows=st.dictionaries(st.tuples(COHORT, FOLLOWED), st.tuples(WHOM, st.sets(PERSON))),
)
def test_every_number_is_the_learners_own(stage, as_instructor, ticks, moves, follows):
    """Whoever ticked, joined, left, is in a group, was picked or has longer."""
    content, people, clients, cohorts, tracks = stage
    Assignment.objects.all().delete()
    TopicProgress.objects.all().delete()
    members = {number: set() for number in COHORTS}
    for cohort in cohorts:
        cohort.enrolments.all().delete()
        cohort.groups.all().delete()
    for person, slug, status in ticks:
        TopicProgress.objects.record(people[person], content.topics[slug], status)
    for verb, cohort, person in moves:
        getattr(cohorts[cohort], verb)(people[person])
        (members[cohort].add if verb == "join" else members[cohort].discard)(person)
    for (number, track), (whom, longer) in sorted(follows.items(), key=lambda pair: pair[0]):
        assign(cohorts[number], tracks[track], whom, longer, people)
    for number, cohort in enumerate(cohorts):
        rows = {row[0]: row[1:] for row in table(as_instructor.get(f"/cohorts/{cohort.pk}/"))[1:]}
        assert rows.keys() == {people[person].name for person in members[number]}
        for person, user in enumerate(people):
            page = as_instructor.get(f"/cohorts/{cohort.pk}/learners/{user.pk}/")
            assert page.status_code == (200 if person in members[number] else 404)
            if person not in members[number]:
                continue
            followed = {
                track
                for (of, track), (whom, _longer) in follows.items()
                if of == number and (whom is None or person in whom[0] | whom[1])
            }
            seen, own = bars(page.text), bars(clients[person].get("/me/").text)
            if followed == {"roadmap"}:
                assert seen["total"] == own["total"]
                assert {slug: seen[slug] for slug in ("first", "second")} == {
                    slug: own[slug] for slug in ("first", "second")
                }
            for assignment in cohort.assignments.all():
                bar = f"assignment-{assignment.pk}"
                slug = assignment.track.slug
                assert (bar in seen) == (bar in own) == (slug in {tracks[track].slug for track in followed})
                if bar in own:
                    assert seen[bar] == own[bar] == own["total" if slug == "roadmap" else slug]
            expected = expected_cells(content, followed, ReaderProgress.for_user(user))
            texts = [formatting.cell_text(measured) for measured in expected.values()]
            assert [cell for cell in rows[user.name][4:] if cell != "not assigned"] == texts
            for slug, measured in expected.items():
                if measured.total:
                    assert seen[slug] == (measured.done, measured.total, measured.percentage)
            late = {topic.pk for plan in plans_for(user) if plan.cohort == cohort for topic in overdue_of(plan, user)}
            assert rows[user.name][3] == (str(len(late)) if late else "none")


def assign(cohort, track, whom, longer, people):
    """Follow a track that was due yesterday; ``longer`` are the people who have until next week."""
    today = cohort.today
    due, starts = today - timedelta(days=1), today - timedelta(days=9)
    assignment = Assignment.objects.create(cohort=cohort, track=track, starts=starts, due=due, to_everyone=not whom)
    cohort.enrolments.update(joined_at=timezone.now() - timedelta(days=30))
    for person in longer:
        Extension.objects.create(assignment=assignment, user=people[person], due=today + timedelta(days=7))
    if whom:
        picked, grouped = ([people[person] for person in chosen] for chosen in whom)
        assignment.picked.set(cohort.enrolments.filter(user__in=picked))
        group = cohort.groups.create(name=track.slug)
        group.members.set(cohort.enrolments.filter(user__in=grouped))
        assignment.groups.add(group)


def overdue_of(plan, user):
    return plan.overdue(ReaderProgress.for_user(user).statuses)


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
