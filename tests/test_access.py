"""Who may open what. A route that is not in the table fails the suite."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from progress.cohorts.models import CalendarFeed, Cohort, CustomTrack
from progress.models import Certificate, Share
from stages.models import Topic, Track
from tests.conftest import client_of, rolled_back
from tests.content import make_exercise

pytestmark = pytest.mark.timeout(600)  # every route, for one person after another

# What each person gets on GET: v(isitor) l(earner) i(nstructor) m(aintainer) o(utsider).
PUBLIC = {"v": 200, "l": 200, "i": 200, "m": 200, "o": 200}
PRIVATE = PUBLIC | {"v": "login"}
POST_ONLY = dict.fromkeys("vlimo", 405)
# Of a cohort that the instructor leads and the learner is in.
INSTRUCTORS = dict.fromkeys("lmo", 404) | {"i": 200, "v": "login"}
MAINTAINERS = dict.fromkeys("lio", 404) | {"m": 200, "v": "login"}
NOBODYS = dict.fromkeys("limo", 404) | {"v": "login"}
STRANGERS_ONLY = dict.fromkeys("limo", 302) | {"v": 200}

TABLE = {
    "/": PUBLIC,
    "/dictionary": PUBLIC,
    "/map.css": PUBLIC,
    "/stages/<slug>/": PUBLIC,
    "/topics/<slug>/": PUBLIC,
    "/topics/<slug>/progress/": POST_ONLY,
    "/topics/<slug>/beside/": dict.fromkeys("vlimo", 302),
    "/topics/<slug>/star/": POST_ONLY,
    "/topics/<slug>/note/": PRIVATE,
    "/topics/<slug>/report/": PUBLIC,
    "/resources/<pk>/tick/": POST_ONLY,
    "/stages/<slug>/reset/": PRIVATE,
    "/tracks/<slug>/reset/": PRIVATE,
    "/me/notes/": PRIVATE,
    "/me/resets/<pk>/undo/": POST_ONLY,
    "/tracks/": PUBLIC,
    "/tracks/<slug>/": PUBLIC,
    "/tracks/<slug>/map.css": PUBLIC,
    "/sources/": PUBLIC,
    "/sources/<key>/": PUBLIC,
    "/practice/": PUBLIC,
    "/practice/frames/django/": PUBLIC,
    "/practice/frames/page/": PUBLIC,
    "/practice/<slug>/": PUBLIC,
    "/practice/<slug>/attempt/": POST_ONLY,
    "/practice/<slug>/pass/": POST_ONLY,
    "/search/": PUBLIC,
    "/search/palette/": PUBLIC,
    "/shortcuts/": PUBLIC,
    "/display/": POST_ONLY,
    "/as-learner/": MAINTAINERS,
    "/stages/<slug>/as-learner/": MAINTAINERS,
    "/topics/<slug>/as-learner/": MAINTAINERS,
    "/practice/<slug>/as-learner/": MAINTAINERS,
    "/tracks/<slug>/as-learner/": MAINTAINERS,
    "/tracks/<slug>/as-learner/map.css": MAINTAINERS,
    "/me/": PRIVATE,
    "/me/share/": PRIVATE,
    "/me/share/renew/": POST_ONLY | {"v": "login"},
    "/me/share/stop/": POST_ONLY | {"v": "login"},
    # Public for whoever has the link; tests/progress/sharing/test_sharing.py asks for links that are not or no longer.
    "/shared/<token>/": PUBLIC,
    "/shared/<token>/card.png": PUBLIC,
    "/shared/<token>/badge.svg": PUBLIC,
    "/certificate/": PRIVATE,
    "/tracks/<slug>/certificate/": PRIVATE,
    "/certificates/<token>/": PUBLIC,
    "/me/data/": PRIVATE,
    "/me/data/waymark.json": PRIVATE,
    "/me/data/progress.csv": PRIVATE,
    "/me/data/import/": dict.fromkeys("vlimo", 302),
    "/roadmap/checklist.md": PUBLIC,
    "/roadmap/print/": PUBLIC,
    "/roadmap/roadmap.json": PUBLIC,
    "/tracks/<track>/checklist.md": PUBLIC,
    "/tracks/<track>/print/": PUBLIC,
    "/tracks/<track>/track.json": PUBLIC,
    "/stages/<stage>/checklist.md": PUBLIC,
    "/stages/<stage>/print/": PUBLIC,
    "/cohorts/": PRIVATE,
    # Of a track that the instructor composed; tests/cohorts/custom_tracks/test_access.py asks about its readers.
    "/cohorts/tracks/": PRIVATE,
    "/cohorts/tracks/new/": dict.fromkeys("lmo", 403) | {"i": 200, "v": "login"},
    **dict.fromkeys(
        [
            "/cohorts/tracks/<slug>/",
            "/cohorts/tracks/<slug>/compose/",
            "/cohorts/tracks/<slug>/sections/<section>/edit/",
            "/cohorts/tracks/<slug>/changes/",
            "/cohorts/tracks/<slug>/authors/",
            "/cohorts/tracks/<slug>/remove/",
        ],
        INSTRUCTORS,
    ),
    **dict.fromkeys(
        [
            f"/cohorts/tracks/<slug>/{verb}/"
            for verb in (
                "sections/add",
                "sections/move",
                "sections/<section>/remove",
                "topics/add",
                "topics/remove",
                "topics/move",
                "topics/move-chosen",
                "topics/required",
                "authors/leave",
            )
        ],
        POST_ONLY | {"v": "login"},
    ),
    "/cohorts/new/": dict.fromkeys("lmo", 403) | {"i": 200, "v": "login"},
    "/cohorts/mail/": PRIVATE,
    "/cohorts/mail/<token>/": NOBODYS | {"v": 404},
    "/cohorts/calendar/": PRIVATE,
    "/cohorts/calendar/renew/": POST_ONLY | {"v": "login"},
    "/cohorts/calendar/end/": POST_ONLY | {"v": "login"},
    # Public for whoever has the address, as calendars fetch it; others: tests/cohorts/notifications/test_calendar.py.
    "/cohorts/calendar/<token>.ics": PUBLIC,
    "/cohorts/join/": PRIVATE,
    "/cohorts/join/<code>/": PRIVATE,
    # For whoever has the link; tests/cohorts/invitations/test_answer.py asks for those that were withdrawn.
    "/cohorts/invitations/<token>/": PUBLIC,
    "/cohorts/<pk>/invite/": INSTRUCTORS,
    "/cohorts/<pk>/invitations/send/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/invitations/withdraw/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/": INSTRUCTORS,
    "/cohorts/<pk>/edit/": INSTRUCTORS,
    "/cohorts/<pk>/people/": INSTRUCTORS,
    "/cohorts/<pk>/people/instructors/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/people/instructors/remove/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/people/learners/remove/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/code/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/code/renew/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/projector/": INSTRUCTORS,
    "/cohorts/<pk>/leave/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/archive/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/duplicate/": INSTRUCTORS | dict.fromkeys("lmo", 403),
    # Nobody has this number; tests/cohorts/ asks about people who are there.
    "/cohorts/<pk>/learners/<learner>/": NOBODYS,
    "/cohorts/<pk>/learners/<learner>/topics/<slug>/": NOBODYS,
    "/cohorts/overrides/<pk>/undo/": POST_ONLY | {"v": "login"},
    "/cohorts/overrides/<pk>/dispute/": NOBODYS,
    "/cohorts/<pk>/write/": INSTRUCTORS,
    "/cohorts/<pk>/write/again/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/standings.csv": INSTRUCTORS,
    "/cohorts/<pk>/groups/": INSTRUCTORS,
    "/cohorts/<pk>/groups/<group_pk>/": INSTRUCTORS,
    "/cohorts/<pk>/groups/<group_pk>/delete/": INSTRUCTORS,
    "/cohorts/<pk>/over-time/": INSTRUCTORS,
    "/cohorts/<pk>/over-time.csv": INSTRUCTORS,
    "/cohorts/<pk>/assign/": INSTRUCTORS,
    "/cohorts/<pk>/assignments/<assignment_pk>/": INSTRUCTORS,
    "/cohorts/<pk>/assignments/<assignment_pk>/remove/": INSTRUCTORS,
    "/cohorts/<pk>/assignments/<assignment_pk>/extend/": INSTRUCTORS,
    "/cohorts/<pk>/assignments/<assignment_pk>/whom/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/assignments/<assignment_pk>/rhythm/": POST_ONLY | {"v": "login"},
    "/cohorts/<pk>/assignments/<assignment_pk>/take-over/": POST_ONLY | {"v": "login"},
    "/healthz": PUBLIC,
    "/livez": PUBLIC,
    "/readyz": PUBLIC,
    "/metrics": dict.fromkeys("vlimo", 404),  # without a token in the settings; see tests/test_metrics.py
    "/speculation-rules.json": PUBLIC,
    "/accounts/": PRIVATE,
    "/accounts/delete/": PRIVATE,
    "/accounts/security/": PRIVATE,
    "/accounts/security/end/": POST_ONLY | {"v": "login"},
    "/accounts/sessions/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/login/": STRANGERS_ONLY,
    "/accounts/signup/": STRANGERS_ONLY,
    "/accounts/login/code/confirm/": dict.fromkeys("vlimo", 302),
    "/accounts/logout/": PUBLIC | {"v": 302},
    "/accounts/inactive/": PUBLIC,
    "/accounts/email/": PRIVATE,
    "/accounts/password/change/": PRIVATE,
    "/accounts/password/set/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/password/reset/": PUBLIC,
    "/accounts/password/reset/done/": PUBLIC,
    "/accounts/password/reset/key/<uidb36>-<key>/": PUBLIC,
    "/accounts/password/reset/key/done/": PUBLIC,
    "/accounts/confirm-email/": dict.fromkeys("vlimo", 302),
    "/accounts/reauthenticate/": PRIVATE,
    "/accounts/2fa/": PRIVATE,
    "/accounts/3rdparty/": PRIVATE,
    "/accounts/3rdparty/login/cancelled/": PUBLIC,
    "/accounts/3rdparty/login/error/": dict.fromkeys("limo", 401) | {"v": "login"},
    "/accounts/3rdparty/signup/": dict.fromkeys("vlimo", 302),
    **dict.fromkeys(  # what allauth called them once
        [f"/accounts/social/{name}/" for name in ("login/cancelled", "login/error", "signup", "connections")],
        dict.fromkeys("limo", 301) | {"v": "login"},
    ),
    # Of no provider, as none is in the settings; tests/accounts/test_oidc.py has one.
    "/accounts/oidc/<provider_id>/login/": dict.fromkeys("vlimo", 404),
    "/accounts/oidc/<provider_id>/login/callback/": dict.fromkeys("vlimo", 404),
    "/accounts/2fa/authenticate/": dict.fromkeys("vlimo", 302),
    "/accounts/2fa/reauthenticate/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/totp/activate/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/totp/deactivate/": dict.fromkeys("limo", 404) | {"v": "login"},
    "/accounts/2fa/webauthn/": PRIVATE,
    "/accounts/2fa/webauthn/add/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/webauthn/login/": dict.fromkeys("vlimo", 302),
    "/accounts/2fa/webauthn/reauthenticate/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/webauthn/keys/<pk>/edit/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/webauthn/keys/<pk>/remove/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/recovery-codes/": dict.fromkeys("limo", 404) | {"v": "login"},
    "/accounts/2fa/recovery-codes/generate/": dict.fromkeys("limo", 302) | {"v": "login"},
    "/accounts/2fa/recovery-codes/download/": dict.fromkeys("limo", 404) | {"v": "login"},
}
# Of the admin, for whoever may see all of the content.
CONTENT_FILES = dict.fromkeys("lio", 302) | {"v": "login", "m": 200}
TABLE |= dict.fromkeys([f"/admin/stages/files/{name}" for name in ("", "roadmap.zip", "roadmap.diff")], CONTENT_FILES)
VALUES = {"<slug>": "maps", "<key>": "leaflet", "<uidb36>": "1"}


def routes(patterns=None, prefix="/"):
    """Every route of the URLconf as text, the admin's left out: its own test follows."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if hasattr(pattern, "url_patterns"):
            if getattr(pattern, "namespace", None) != "admin":
                yield from routes(pattern.url_patterns, route)
        else:
            yield tidy(route)


def tidy(route):
    for converter in ("slug:", "str:", "pk:", "int:"):
        route = route.replace(f"<{converter}", "<")
    return (
        route.replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "<uidb36>-<key>")
        .replace("(?P<key>[-:\\w]+)", "<key>")
        .replace("(?P<provider_id>[^/]+)", "<provider_id>")
        .replace("\\Z", "")
    )


def test_every_route_is_in_the_table():
    assert sorted(set(routes()) - {"/admin/"}) == sorted(TABLE)


@pytest.fixture
def people(content, learner, instructor, maintainer, outsider):
    return people_around(content.other, learner, instructor, maintainer, outsider)


def people_around(track, learner, instructor, maintainer, outsider):
    """A client for everyone, by the first letter of their role, and all that the table names besides the content."""
    make_exercise(Topic.objects.order_by("pk").first(), slug="maps")
    Share.objects.create(user=learner, token="leaflet")
    CalendarFeed.objects.create(user=learner, token="leaflet")
    cohort = Cohort.objects.create(pk=1, name="Autumn hikers", code="LEAFLETS")
    cohort.instructors.add(instructor)
    cohort.join(learner)
    cohort.assignments.create(pk=1, track=track)
    cohort.groups.create(pk=1, name="Evening")
    own = Track.objects.create(slug="own", title="An own track", summary="-", private=True)
    own.sections.create(slug="start", title="Start")
    CustomTrack.objects.create(track=own).authors.add(instructor)
    cohort.invitations.create(email="nora@example.com", token="leaflet")
    instructor.user_permissions.add(Permission.objects.get(codename="add_cohort"))
    Certificate.objects.create(user=learner, token="leaflet", name="Lena", track_title="A track", topics=[])
    with connection.cursor() as cursor:  # PostgreSQL would give the keys from above once more
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_app_config("cohorts").get_models()):
            cursor.execute(statement)
    return (
        {"v": Client()}
        | {user.name[0].lower(): client_of(user) for user in (learner, instructor, outsider)}
        | {"m": client_of(maintainer)}
    )


def test_it_answers_as_the_table_says(content, people, subtests):
    for route, expected in TABLE.items():
        with subtests.test(route), rolled_back():
            assert {person: answer(client, path_of(route)) for person, client in people.items()} == expected


# What a cache between the site and a reader may keep: of these pages those of visitors, and what is one for everyone.
FOR_VISITORS = [
    *["/", "/stages/<slug>/", "/topics/<slug>/", "/tracks/", "/tracks/<slug>/"],
    *["/sources/", "/sources/<key>/", "/practice/", "/practice/<slug>/"],
]
FOR_EVERYONE = [
    *["/roadmap/roadmap.json", "/tracks/<track>/track.json", "/speculation-rules.json"],
    *["/shared/<token>/card.png", "/shared/<token>/badge.svg"],
]


def test_a_shared_cache_keeps_pages_of_visitors_and_nothing_else(content, people, subtests):
    """Every answer says whom it is for, and those for a person never say that they are for all."""
    for route in TABLE:
        for person, client in people.items():
            with subtests.test(f"{route} of {person}"), rolled_back():
                client.cookies.pop("csrftoken", None)
                answer = client.get(path_of(route))
                kept = {name.strip() for name in answer["Cache-Control"].split(",")}
                assert ("public" in kept) is not bool({"private", "no-cache", "no-store"} & kept)
                if "public" in kept:
                    assert route in FOR_EVERYONE or (person == "v" and route in FOR_VISITORS)
                    assert not answer.cookies


def path_of(route, stage="first", topic="maps", track="other", source="leaflet"):
    slug = {"stages": stage, "tracks": track, "cohorts": "own"}.get(route.split("/")[1], topic)
    values = {"<slug>": slug, "<pk>": "1", "<uidb36>-<key>": "1-abc", "<key>": source, "<token>": "leaflet"}
    values |= {
        "<stage>": stage,
        "<track>": track,
        "<code>": "LEAFLETS",
        "<assignment_pk>": "1",
        "<learner>": "0",
        "<group_pk>": "1",
        "<section>": "start",
    }
    for name, value in values.items():
        route = route.replace(name, value)
    return route


def answer(client, path):
    response = client.get(path)
    if response.status_code == 302 and response.url.startswith(f"{settings_login()}?next="):
        return "login"
    return response.status_code


def settings_login():
    from django.shortcuts import resolve_url

    return resolve_url(settings.LOGIN_URL)


def test_the_admin_is_for_staff(content, people, subtests):
    """A maintainer edits content and nothing else; everyone else is sent away."""
    for path in ("", "stages/topic/", "stages/topic/add/", "accounts/user/", "auth/group/"):
        with subtests.test(path), rolled_back():
            found = {person: people[person].get(f"/admin/{path}").status_code for person in people}
            maintainers = 200 if path == "" or path.startswith("stages") else 403
            assert found == {"v": 302, "l": 302, "i": 302, "o": 302, "m": maintainers}


def test_nobody_posts_without_a_token(content, learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    response = client.post("/topics/maps/progress/", {"status": "done"})
    assert response.status_code == 403
    assert "Nothing was saved" in response.text
    assert not learner.topic_progress.exists()


# Of a cohort that the learner is in; they may leave it.
LEADERS_ONLY = [route for route in TABLE if "/cohorts/<pk>/" in route and TABLE[route]["l"] != 200]


def test_nobody_but_instructors_changes_a_cohort(content, people, subtests):
    """Everyone else, and everything else, gets a 404 or 405, or must sign in."""
    cohort = Cohort.objects.get()
    form = {"person": cohort.instructors.get().pk, "archived": "yes"}
    for route in LEADERS_ONLY:
        with subtests.test(route), rolled_back():
            for person in "vlmo":
                if not (person == "l" and route.endswith("/leave/")):
                    answer = people[person].post(path_of(route), form)
                    expected = {302} if person == "v" else {403, 404, 405}
                    assert answer.status_code in expected, (person, answer.status_code)
            after = Cohort.objects.get()
            assert (after.code, after.archived_at, after.instructors.count()) == ("LEAFLETS", None, 1)
            assert after.enrolments.current().count() == 1
