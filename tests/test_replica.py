"""What may come from a replica of the database; tests/test_machines.py asks a real one."""

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from progress.models import TopicProgress
from roadmap_site.replica import ReplicaMiddleware, ReplicaRouter
from stages.models import Topic

ROUTER = ReplicaRouter()


def sources(path, method="get", **cookies):
    """Where a request for this path reads content, progress and sessions."""
    request = getattr(RequestFactory(), method)(path)
    request.COOKIES = cookies
    seen = []

    def respond(request):
        match = resolve(path)
        middleware.process_view(request, match.func, match.args, match.kwargs)
        seen.extend(ROUTER.db_for_read(model) for model in (Topic, TopicProgress, Session))
        return HttpResponse()

    middleware = ReplicaMiddleware(respond)
    middleware(request)
    assert ROUTER.db_for_read(Topic) == "default"
    return seen


@pytest.mark.parametrize("path", ["/", "/topics/maps/", "/tracks/"])
def test_a_visitor_who_brings_nothing_reads_the_content_there(path):
    assert sources(path) == ["replica", "default", "default"]


@pytest.mark.parametrize(
    ("path", "method", "cookies"),
    [
        ("/", "get", {"sessionid": "somebody"}),
        ("/", "get", {"theme": "dark"}),
        ("/topics/maps/progress/", "post", {}),
        ("/accounts/login/", "get", {}),
        ("/readyz", "get", {}),
    ],
)
def test_whoever_may_have_written_reads_all_from_the_primary(path, method, cookies):
    assert sources(path, method, **cookies) == ["default"] * 3


def test_what_was_read_there_is_written_to_the_primary():
    topic = Topic()
    topic._state.db = "replica"
    assert ROUTER.db_for_write(Topic, instance=topic) == ROUTER.db_for_read(Topic, instance=topic) == "default"
    assert ROUTER.allow_relation(topic, Topic())
    assert not ROUTER.allow_migrate("replica", "stages")
