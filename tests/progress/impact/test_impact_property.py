"""What is shown before an edit is what everyone's numbers are after it, whatever is edited and whoever ticked what.

The numbers are read as the pages read them, learner by learner, and not as the preview measures.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from progress.certificate_coverage import added_since
from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort
from progress.models import Certificate, TopicProgress
from progress.reader_progress import ReaderProgress
from stages.content import outline_of_stages, outlines
from stages.models import Level, Stage, Topic, Track, TrackSection
from tests.progress.impact.test_impact import act, agree, post

SLUGS = ["boots", "maps", "snacks", "routes", "weather"]
STATES = st.sampled_from(["draft", "published", "retired"])


def figures_of(person):
    """``{(kind, slug): percentage}`` of all that a learner is shown."""
    progress, roadmap = ReaderProgress.for_user(person), outline_of_stages()
    found = {("roadmap", ""): progress.measure(roadmap.topics).percentage}
    for section in roadmap.sections:
        found["stage", section.slug] = progress.measure(section.topics).percentage
    for level in Level:
        topics = [topic for topic in roadmap.topics if topic.level == level]
        found["level", level.value] = progress.measure(topics).percentage
    tracks = list(Track.objects.published().filter(follows_stages=False))
    for pk, outline in outlines(tracks).items():
        [slug] = [track.slug for track in tracks if track.pk == pk]
        found["track", slug] = progress.measure(outline.topics).percentage
    for plan in plans_for(person):
        found["assignment", str(plan.assignment.pk)] = progress.measure(plan.outline.topics).percentage
    return found


def said_by_certificates():
    tracks = {track.pk: track for track in Track.objects.published()}
    found = outlines(list(tracks.values()))
    return {
        issued.pk: len(added_since(issued.topics, found[issued.track_id])) if issued.track_id in found else None
        for issued in Certificate.objects.all()
    }


@pytest.fixture
def people(content):
    """Three learners; two in a cohort that follows both tracks, one of them picked for the second."""
    people = [User.objects.create_user(f"{name}@example.com", name=name) for name in ("Ada", "Ben", "Cem")]
    cohort = Cohort.objects.create(name="Hikers", places=9)
    for person in people[:2]:
        cohort.join(person)
    Assignment.objects.create(cohort=cohort, track=content.other)
    some = Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False)
    some.picked.add(cohort.enrolments.get(user=people[1]))
    for track in (content.other, content.merged):
        facts = {"name": "A", "track_title": track.title, "topics": [["maps", "Maps"]]}
        Certificate.objects.create(user=people[0], track=track, **facts)
    return people


# --- The edits, each as a maintainer makes it ---------------------------------------------------------


def topic_edit(slug, required, state, stage, level, replaces, planned):
    def edit(client):
        then = timezone.now() + timedelta(days=2)
        dates = {"publish_at_0": f"{then:%Y-%m-%d}", "publish_at_1": "12:00:00"} if planned else {}
        return post(
            client,
            Topic.objects.get(slug=slug),
            required="on" if required else None,
            state=state,
            stage=Stage.objects.get(slug=stage).pk,
            level=level,
            replaces=replaces if replaces != slug else "",
            **dates,
        )

    return edit


def action(model, name, slugs):
    return lambda client: act(client, name, *model.objects.filter(slug__in=slugs))


def section_edit(slug, required, removed, added):
    def edit(client):
        section = TrackSection.objects.get(slug=slug)
        more = {f"places-{number}-required": "on" if flag else None for number, flag in enumerate(required)}
        number = section.places.count()
        more = {name: value for name, value in more.items() if int(name.split("-")[1]) < number}
        if removed is not None and removed < number:
            more[f"places-{removed}-DELETE"] = "on"
        topic = Topic.objects.get(slug=added)
        if not section.places.filter(topic=topic).exists():
            own = {"section": section.pk, "topic": topic.pk, "required": "on", "id": ""}
            more |= {f"places-{number}-{name}": value for name, value in own.items()}
            more["places-TOTAL_FORMS"] = number + 1
        return post(client, section, **more)

    return edit


EDITS = st.one_of(
    st.builds(
        topic_edit,
        st.sampled_from(SLUGS),
        st.booleans(),
        STATES,
        st.sampled_from(["first", "second"]),
        st.sampled_from(["beginner", "advanced"]),
        st.sampled_from(["", "", *SLUGS]),
        st.booleans(),
    ),
    st.builds(
        action,
        st.just(Topic),
        st.sampled_from(["publish", "retire", "make_draft"]),
        st.lists(st.sampled_from(SLUGS), min_size=1, unique=True),
    ),
    st.builds(
        action,
        st.just(Stage),
        st.sampled_from(["publish", "retire", "make_draft"]),
        st.lists(st.sampled_from(["first", "second"]), min_size=1, unique=True),
    ),
    st.builds(
        action, st.just(Track), st.sampled_from(["publish", "retire"]), st.just(["other"]) | st.just(["roadmap"])
    ),
    st.builds(
        section_edit,
        st.sampled_from(["start", "finish"]),
        st.lists(st.booleans(), max_size=3),
        st.none() | st.integers(0, 2),
        st.sampled_from(SLUGS),
    ),
)
TICKS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(SLUGS), st.sampled_from(["done", "done", "learning", "skipped"])),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ticks=TICKS, edits=st.lists(EDITS, min_size=1, max_size=3))
def test_the_preview_is_the_state_after_publishing(content, people, as_maintainer, ticks, edits):
    with transaction.atomic():
        for person, slug, status in ticks:
            TopicProgress.objects.record(people[person], content.topics[slug], status)
        for edit in edits:
            before, certificates = [figures_of(person) for person in people], said_by_certificates()
            page = edit(as_maintainer)
            assert page.status_code in (200, 302)
            phases = []
            if page.status_code == 200:
                phases = page.context["impact"].phases
                assert [figures_of(person) for person in people] == before  # nothing has happened yet
                assert agree(as_maintainer, page).status_code == 302
            at_once = [phase for phase in phases if phase.at is None]
            after = [figures_of(person) for person in people]
            check(at_once, people, before, after)
            check_certificates(at_once, certificates, said_by_certificates())
            if planned := [phase for phase in phases if phase.at]:
                # A little ago: the clock of the database may be coarser than ours.
                ago = timezone.now() - timedelta(seconds=1)
                Topic.objects.filter(publish_at=planned[0].at).update(publish_at=ago)
                check(planned, people, after, [figures_of(person) for person in people])
        transaction.set_rollback(True)


def check(phases, people, before, after):
    changes = {tuple(change.scope[:2]): change for phase in phases for change in phase.changes}
    for person, was, now in zip(people, before, after, strict=True):
        for key in {*was, *now}:
            pair = was.get(key), now.get(key)
            change = changes.get(key)
            if change is None or (key[0] == "assignment" and person.pk not in change.scope.among):
                # Where nobody has done anything yet, there may be something to do or nothing: no number of anyone.
                assert pair[0] == pair[1] or set(pair) == {None, 0}, key
            else:
                assert change.percentages(person.pk) == pair, key
                assert (person.pk in change.learners) == (pair[0] != pair[1] and person.pk in change.done)
    for change in changes.values():
        shown = sum(group.learners for group in change.groups)
        assert shown == len(change.learners)


def check_certificates(phases, before, after):
    told = [certified for phase in phases for certified in phase.certificates]
    otherwise = [(before[pk], after[pk]) for pk in before if before[pk] != after[pk]]
    found = [(certified.before, certified.after) for certified in told for _ in range(certified.number)]
    assert sorted(map(str, found)) == sorted(map(str, otherwise))
