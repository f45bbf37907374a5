"""How many queries each page makes: the same for a small roadmap and for one ten times as large."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from progress.cohorts.models import Assignment, CalendarFeed, Cohort, CustomTrack, Enrolment, Invitation, new_code
from progress.models import Certificate, Note, ProgressEvent, Reset, Share, Star, TopicProgress
from stages.models import Entry, Resource, Stage, Topic, TopicResource, Track, TrackSection, TrackTopic
from tests.content import make_site_exercise

# A learner's page includes the session and the user.
PAGES = {
    "/": 4,
    "/?view=table": 4,
    "/?view=outline": 4,
    "/?view=map": 4,
    "/map.css": 1,
    "/stages/first/": 4,
    "/topics/maps/": 8,
    "/topics/maps/?track=other": 8,
    "/tracks/": 4,
    "/tracks/other/?view=checklist": 7,
    "/tracks/other/?view=table": 7,
    "/tracks/other/?view=outline": 7,
    "/tracks/other/?view=map": 7,
    "/tracks/other/map.css": 1,
    "/practice/tools/": 5,
    "/sources/": 3,
    "/sources/leaflet/": 4,
    "/practice/frames/django/": 0,
    "/practice/frames/page/": 0,
    "/search/?q=topic": 9,
    "/search/palette/": 2,
    "/search/palette/?q=topic": 7,
    "/shortcuts/": 2,
    "/me/": 15,
    "/me/share/": 6,
    "/shared/a-link/": 6,
    "/shared/a-link/card.png": 3,
    "/shared/a-link/badge.svg": 3,
    "/certificate/": 6,
    "/tracks/other/certificate/": 6,
    "/certificates/a-link/": 6,
    "/me/notes/": 5,
    "/topics/maps/note/": 4,
    "/topics/maps/report/": 4,
    "/stages/first/reset/": 5,
    "/tracks/other/reset/": 4,
    "/me/data/": 3,
    "/me/data/waymark.json": 37,
    "/me/data/progress.csv": 5,
    "/roadmap/checklist.md": 4,
    "/roadmap/print/": 6,
    "/roadmap/roadmap.json": 3,
    "/tracks/other/checklist.md": 4,
    "/tracks/other/print/": 6,
    "/tracks/other/track.json": 3,
    "/stages/first/checklist.md": 4,
    "/stages/first/print/": 7,
    "/accounts/delete/": 3,
    "/accounts/": 2,
    "/accounts/security/": 5,
    "/cohorts/": 8,
    "/cohorts/new/": 3,
    "/cohorts/tracks/": 6,
    "/cohorts/tracks/new/": 4,
    "/cohorts/tracks/own/": 10,
    "/cohorts/tracks/own/compose/?q=topic": 9,
    "/cohorts/tracks/own/sections/start/edit/": 8,
    "/cohorts/tracks/own/changes/": 12,
    "/cohorts/tracks/own/authors/": 5,
    "/cohorts/tracks/own/remove/": 5,
    "/cohorts/mail/": 3,
    "/cohorts/calendar/": 7,
    "/cohorts/calendar/a-link.ics": 5,
    "/cohorts/join/": 2,
    "/cohorts/join/LEAFLETS/": 7,
    "/cohorts/9/edit/": 4,
    "/cohorts/9/people/": 8,
    "/cohorts/9/invite/": 3,
    "/cohorts/invitations/a-link/": 8,
    "/cohorts/9/projector/": 4,
    "/cohorts/9/over-time/": 12,
    "/cohorts/9/duplicate/": 8,
    "/cohorts/9/groups/": 5,
    "/cohorts/9/groups/9/": 8,
    "/cohorts/9/groups/9/delete/": 6,
    "/livez": 0,
    "/readyz": 1,
}
TICKS = {"roadmap": 7, "stage": 7, "track": 7, "table": 7, "outline": 7, "map": 7}


def grow(content, topics):
    """Add topics to both stages and to the track, with resources, entries and progress for the learner."""
    made = Topic.objects.bulk_create(
        Topic(
            slug=f"topic-{number}",
            title=f"Topic {number}",
            summary="A topic.",
            stage=(content.first, content.second)[number % 2],
            position=number,
        )
        for number in range(topics)
    )
    resources = Resource.objects.bulk_create(
        Resource(url=f"https://example.org/{number}", title=f"Topic page {number}", publisher="E")
        for number in range(topics)
    )
    TopicResource.objects.bulk_create(
        TopicResource(topic=content.topics["maps"], resource=resource) for resource in resources[:20]
    )
    section = TrackSection.objects.get(slug="start")
    TrackTopic.objects.bulk_create(TrackTopic(section=section, topic=topic) for topic in made)
    for number, topic in enumerate(made[:50]):
        entry = Entry.objects.create(
            ref=f"e{number}",
            source=content.source,
            section=f"S{number % 5}",
            line=number,
            label="Label",
            position=number,
        )
        entry.topics.add(topic)
        entry.resources.add(resources[number])
        topic.prerequisites.add(content.topics["maps"])
    return made


def show(content, learner, outsider, made):
    """Let the learner share everything, and another person have a certificate of a track that grew since."""
    Share.objects.create(user=learner, token="a-link", show_calendar=True)
    CalendarFeed.objects.create(user=learner, token="a-link")
    ProgressEvent.objects.bulk_create(ProgressEvent(user=learner, topic=topic, status="done") for topic in made)
    Topic.objects.filter(slug="maps").update(replaces=["paper-maps"])
    covered = [[topic.slug, topic.title] for topic in made[::2]]
    facts = {"name": "Otto", "track_title": "Another way", "topics": covered}
    Certificate.objects.create(user=outsider, token="a-link", track=content.other, **facts)


def enrol(content, learner, outsider, size):
    """The learner leads a cohort of many and many more, and learns in as many."""
    people = User.objects.bulk_create(User(email=f"{number}@example.com") for number in range(size))
    cohorts = Cohort.objects.bulk_create(
        Cohort(pk=number, name=f"Cohort {number}", places=9_000, code=new_code())
        for number in range(9, 9 + size // 10)
    )
    Cohort.objects.filter(pk=9).update(code="LEAFLETS")
    for cohort in cohorts:
        cohort.instructors.add(learner, outsider)
    Enrolment.objects.bulk_create(Enrolment(cohort=cohorts[0], user=user) for user in people)
    Enrolment.objects.bulk_create(Enrolment(cohort=cohort, user=learner) for cohort in cohorts[1:])
    group = cohorts[0].groups.create(pk=9, name="Evening")
    group.members.set(cohorts[0].enrolments.all()[: size // 2])
    Assignment.objects.create(cohort=cohorts[0], track=content.other, to_everyone=False).groups.add(group)
    emails = [learner.email, *(f"invited{number}@example.com" for number in range(size))]
    Invitation.objects.bulk_create(Invitation(cohort=cohorts[0], email=email, invited_by=outsider) for email in emails)
    Invitation.objects.filter(email=learner.email).update(token="a-link")
    learner.user_permissions.add(Permission.objects.get(codename="add_cohort"))


def compose(content, learner, outsider, made):
    """The learner has an own track of 300 topics and many short ones; its original has changed all over."""
    for number in range(len(made) // 50):
        slug = f"own-{number}" if number else "own"
        track = Track.objects.create(slug=slug, title="Own", summary="-", private=True)
        CustomTrack.objects.create(track=track, original=content.other).authors.add(learner, outsider)
        section = track.sections.create(slug="start", title="Start")
        TrackTopic.objects.bulk_create(
            TrackTopic(section=section, topic=topic) for topic in made[: 300 - 290 * bool(number)]
        )


def analyze():
    """Tell the database how many rows it has now: PostgreSQL would plan for the few that were there before."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def queries(client, path):
    """How many a page makes once somebody has seen it: the first time in a version of the content it makes more."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.timeout(600)  # every page of the site, twice, at ten times the size of the real roadmap
@pytest.mark.parametrize("size", [300, 3000])
def test_each_page_makes_a_fixed_number_of_queries(content, as_learner, learner, outsider, size):
    made = grow(content, size)
    Stage.objects.bulk_create(
        Stage(slug=f"stage-{number}", title="A stage", summary="S.", position=9) for number in range(size // 50)
    )
    TopicProgress.objects.bulk_create(
        TopicProgress(user=learner, topic=topic, status="done") for topic in made[: size // 2]
    )
    show(content, learner, outsider, made)
    enrol(content, learner, outsider, size)
    compose(content, learner, outsider, made)
    Star.objects.bulk_create(Star(user=learner, topic=topic) for topic in made[: size // 10])
    make_site_exercise(content.topics["maps"])
    for topic in made[: size // 10]:
        make_site_exercise(topic, slug=f"of-{topic.slug}")
    Note.objects.bulk_create(Note(user=learner, topic=topic, text="A note.", html="-") for topic in made[: size // 10])
    for number in range(3):
        Reset.objects.create(user=learner, title=f"Stage {number}", standings={})
    analyze()
    assert {path: queries(as_learner, path) for path in PAGES} == PAGES
    assert PAGES["/"] <= 6


@pytest.mark.parametrize("size", [300, 3000])
@pytest.mark.parametrize("page", TICKS)
def test_a_tick_makes_a_fixed_number_of_queries(content, as_learner, learner, size, page):
    grow(content, size)
    analyze()
    track = {"track": "other"} if page == "track" else {}
    for status in ("learning", "done"):
        with CaptureQueriesContext(connection) as captured:
            answer = as_learner.post(
                "/topics/routes/progress/",
                {"status": status, "page": page, "reader": learner.pk, **track},
                headers={"HX-Request": "true"},
            )
    assert answer.status_code == 200
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == TICKS[page], statements


def test_a_visitor_costs_no_query_for_progress(content, client):
    assert queries(client, "/") == 1
