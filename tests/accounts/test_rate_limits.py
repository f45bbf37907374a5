"""How often something may be done in an hour."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.management import call_command
from django.test import RequestFactory

from accounts import rate_limits


def test_it_gives_as_many_as_there_are_and_then_no_more():
    assert [rate_limits.consume("ada", "shout", 3) for _ in range(4)] == [True, True, True, False]
    assert not rate_limits.allows("ada", "shout", 3)


def test_it_counts_each_person_and_each_deed_apart():
    rate_limits.consume("ada", "shout", 1)
    assert rate_limits.consume("bob", "shout", 1)
    assert rate_limits.allows("ada", "whisper", 1)
    assert not rate_limits.allows("ada", "shout", 1)


def test_an_hour_later_there_are_some_again(monkeypatch):
    rate_limits.consume("ada", "shout", 1)
    later = time.time() + rate_limits.HOUR + 1
    monkeypatch.setattr("time.time", lambda: later)
    assert rate_limits.consume("ada", "shout", 1)


def test_many_others_do_not_make_it_forget():
    """A cache keeps 300 things unless it is told otherwise."""
    rate_limits.consume("ada", "shout", 1)
    for number in range(1000):
        cache.set(f"other-{number}", True)
    assert not rate_limits.allows("ada", "shout", 1)


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_a_visitor_is_one_however_many_addresses_their_connection_has(rf, one, another, same):
    keys = []
    for address in (one, another):
        request = rf.get("/", REMOTE_ADDR=address)
        request.user = AnonymousUser()
        keys.append(rate_limits.client_key(request))
    assert (keys[0] == keys[1]) == same


@pytest.mark.django_db
def test_the_cache_of_production_forgets_none_either(settings):
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    settings.CACHES = {"default": settings.CACHES["default"] | backend}
    call_command("createcachetable", verbosity=0)
    rate_limits.consume("ada", "shout", 1)
    for number in range(350):
        cache.set(f"a-{number}", True)
    assert not rate_limits.allows("ada", "shout", 1)
    assert len(cache.get_many([f"a-{number}" for number in range(350)])) == 350


@pytest.mark.parametrize("header", ["garbage", ", ,", "10.0.0.1, garbage", "unknown", "[::1"])
def test_an_address_that_makes_no_sense_is_that_of_the_connection(content, client, settings, header):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header})
    request.user = AnonymousUser()
    assert rate_limits.client_key(request) == "address-127.0.0.1"
    answer = client.post("/topics/maps/progress/", {"status": "done"}, headers={"X-Forwarded-For": header})
    assert answer.status_code == 302
