"""Checking many links: what is written down, and what is left alone."""

from datetime import timedelta
from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from progress.maintenance.link_reports import Offline, check_links, save_check
from progress.models import Report
from roadmap_site.management.commands.check_links import Command
from stages.links.results import CheckResult, LinkError, Outcome, Problem
from stages.models import LinkCheck, Resource
from stages.models.links import archive_copy, due_for_check

pytestmark = pytest.mark.usefixtures("allowed")

GOOD = CheckResult(Outcome.GOOD, 200)
BAD = CheckResult(Outcome.FAILED, 404, Problem.STATUS)
UNKNOWN = CheckResult(Outcome.UNKNOWN, None, Problem.ROBOTS)


@pytest.fixture
def resource(content):
    return content.resource


def add(url, **fields):
    return Resource.objects.create(url=url, title=url.rsplit("/", 1)[-1], publisher="E", **fields)


def written(resource, *given):
    """The LinkCheck of a resource after these answers."""
    for one in given:
        LinkCheck.objects.get_or_create(resource=resource)
        check = save_check(resource, one)
    return check


# --- What is written down ---


@pytest.mark.parametrize(
    ("given", "failures", "dead"),
    [
        ([BAD], 1, False),
        ([BAD, BAD], 2, False),
        ([BAD, BAD, BAD], 3, True),
        ([BAD, BAD, BAD, BAD], 4, True),
        ([BAD, BAD, UNKNOWN, BAD], 3, True),
        ([UNKNOWN] * 5, 0, False),
        ([BAD, BAD, GOOD, BAD], 1, False),
        ([BAD, BAD, BAD, UNKNOWN], 3, True),
        ([BAD, BAD, BAD, GOOD], 0, False),
    ],
)
def test_three_failures_in_a_row_make_a_dead_link(resource, given, failures, dead):
    check = written(resource, *given)
    assert (check.failures, check.is_dead) == (failures, dead)
    assert LinkCheck.objects.dead().exists() == dead
    assert Report.objects.open().filter(kind="flagged", resource=resource).count() == dead


def test_a_good_answer_takes_the_link_out_of_the_queue_and_a_later_death_puts_it_back(resource):
    written(resource, BAD, BAD, BAD, BAD, GOOD)
    assert Report.objects.get().handled_at
    written(resource, BAD, BAD, BAD)
    assert Report.objects.open().count() == 1
    assert Report.objects.count() == 2


def test_what_a_maintainer_has_handled_stays_handled_while_the_link_stays_dead(resource):
    written(resource, BAD, BAD, BAD)
    Report.objects.open().handle()
    written(resource, BAD, BAD)
    assert not Report.objects.open().exists()


def test_the_last_good_day_stays(resource):
    good = written(resource, GOOD)
    bad = written(resource, BAD)
    assert bad.last_good_at == good.last_good_at == good.checked_at
    assert bad.checked_at > good.checked_at


def test_another_address_begins_anew(resource):
    written(resource, GOOD, BAD, BAD, BAD)
    resource.url = "https://example.org/new/"
    resource.save()
    assert not LinkCheck.objects.dead().exists()
    check = written(resource, BAD)
    assert (check.failures, check.last_good_at) == (1, None)


def test_a_resource_that_is_gone_is_no_trouble(resource):
    LinkCheck.objects.create(resource=resource)
    Resource.objects.filter(pk=resource.pk).delete()
    assert save_check(resource, BAD) is None
    assert not LinkCheck.objects.claim(resource)


def test_the_archive_is_asked_for_the_last_good_day():
    at = timezone.datetime(2026, 3, 5, tzinfo=timezone.get_current_timezone())
    assert archive_copy("https://a.test/b?c#d", at) == "https://web.archive.org/web/20260305/https://a.test/b?c#d"
    assert archive_copy("https://a.test/") == "https://web.archive.org/web/https://a.test/"


# --- Which are asked about ---


def test_those_longest_unasked_come_first_and_retired_ones_not_at_all(resource):
    written(resource, GOOD)
    new, old, _retired = add("https://a.test/new"), add("https://a.test/old"), add("https://a.test/x", state="retired")
    written(old, BAD)
    LinkCheck.objects.filter(resource=old).update(checked_at=timezone.now() - timedelta(days=8))
    assert due_for_check() == [new, old, resource]
    assert due_for_check(older_than=timedelta(days=7)) == [new, old]
    assert due_for_check(older_than=timedelta(days=9)) == [new]
    assert due_for_check(host="EXAMPLE.org") == [resource]


def test_what_somebody_asks_about_now_is_left_out_until_it_was_too_long_ago(resource):
    [seen] = due_for_check()
    assert LinkCheck.objects.claim(seen)
    assert not LinkCheck.objects.claim(seen)
    assert due_for_check() == []
    LinkCheck.objects.update(claimed_at=timezone.now() - timedelta(minutes=5))  # its run was stopped
    [again] = due_for_check(older_than=timedelta(days=7))
    assert LinkCheck.objects.claim(again)
    assert not LinkCheck.objects.claim(again)


def test_of_two_runs_at_once_each_link_is_asked_by_one(server, content, make_fetcher):
    for number in range(6):
        add(f"http://host-{number % 2}.test:{server.port}/status/404?{number}")
    first, second = due_for_check(host="host-0.test"), due_for_check(host="host-0.test")
    list(check_links(first, make_fetcher()))
    assert list(check_links(second, make_fetcher())) == []
    assert {check.failures for check in LinkCheck.objects.all()} == {1}


def test_stopped_in_the_middle_it_keeps_what_it_has(server, content, make_fetcher):
    for number in range(6):
        add(f"http://one.test:{server.port}/{number}")
    found = list(islice(check_links(due_for_check(host="one.test"), make_fetcher()), 2))
    assert LinkCheck.objects.exclude(checked_at=None).count() == 2
    LinkCheck.objects.update(claimed_at=timezone.now() - timedelta(minutes=5))
    rest = due_for_check(older_than=timedelta(days=1), host="one.test")
    assert len(rest) == 4
    assert not {resource for resource, _ in found} & set(rest)


def test_a_host_that_wants_to_be_left_alone_is_asked_nothing_more(server, content, make_fetcher):
    for number in range(3):
        add(f"http://busy.test:{server.port}/busy/9/{3600 + number}")
    found = list(check_links(due_for_check(host="busy.test"), make_fetcher()))
    assert [check.problem for _, check in found] == ["busy"]
    assert len(server.asked()) == 1


def test_hosts_are_asked_side_by_side(server, content, make_fetcher):
    for number in range(4):
        add(f"http://host-{number}.test:{server.port}/never")
    found = list(check_links(due_for_check()[:4], make_fetcher(), concurrency=4))
    assert len(found) == 4
    starts = [visit.start for visit in server.seen if visit.path == "/never" and visit.method == "HEAD"]
    assert max(starts) - min(starts) < 0.3


def test_after_its_time_nothing_new_is_asked(server, content, make_fetcher):
    add(f"http://one.test:{server.port}/ok")
    assert list(check_links(due_for_check(), make_fetcher(), time_limit=0)) == []
    assert server.seen == []


@pytest.fixture
def make_lost(make_fetcher):
    """A Fetcher that finds no name but up.test."""

    def make():
        def resolver(host, port, seconds):
            if host == "up.test":
                return ["127.0.0.1"]
            raise LinkError(Problem.NAME)

        fetcher = make_fetcher()
        fetcher.transport.resolver = resolver
        return fetcher

    return make


def test_a_machine_without_a_network_kills_no_link(content, make_lost):
    for number in range(4):
        add(f"http://host-{number}.test/")
    with pytest.raises(Offline):
        list(check_links(due_for_check(), make_lost()))
    assert not LinkCheck.objects.exclude(outcome="").exists()


def test_a_few_hosts_may_be_gone_at_once(content, make_lost):
    resources = [add(f"http://host-{number % 4}.test/{number}") for number in range(8)]
    assert [check.failures for _, check in check_links(resources, make_lost())] == [1] * 8


def test_a_host_that_refuses_has_been_reached(content, make_fetcher):
    resources = [add(f"http://host-{number}.test:1/") for number in range(6)]
    assert [check.problem for _, check in check_links(resources, make_fetcher())] == ["connection"] * 6


def test_what_came_before_the_first_answer_is_saved_with_it(server, content, make_lost):
    resources = [add(f"http://host-{number}.test/") for number in range(4)]
    resources.append(add(f"http://up.test:{server.port}/ok"))
    found = [check.outcome for _, check in check_links(resources, make_lost(), concurrency=1)]
    assert found == ["failed"] * 4 + ["good"]


# --- The command ---


@pytest.fixture
def run(content, make_fetcher, monkeypatch):
    monkeypatch.setattr(Command, "fetcher_class", staticmethod(make_fetcher))
    Resource.objects.all().delete()

    def run(*args, terminal=False):
        out, err = StringIO(), StringIO()
        err.isatty = lambda: terminal
        try:
            call_command("check_links", *args, stdout=out, stderr=err)
            code = 0
        except SystemExit as stop:
            code = stop.code
        return code, out.getvalue(), err.getvalue()

    return run


def test_it_says_what_it_found(run, server):
    for name in ("ok", "moved", "status/404"):
        add(f"http://one.test:{server.port}/{name}")
    add(f"http://closed.test:{server.port}/ok")
    code, out, err = run()
    assert "/status/404: it answered with an error (404)\n" in out
    assert "Links: 2 good, 1 failed, 1 not checked, for their sites would not have it.\n" in out
    assert (code, err) == (0, "")


def test_it_ends_with_1_where_there_are_dead_links(run, server):
    add(f"http://one.test:{server.port}/status/404")
    assert [run()[0] for _ in range(3)] == [0, 0, 1]
    assert "1 dead: see the queue" in run()[1]


def test_a_dry_run_asks_nobody(run, server):
    add(f"http://one.test:{server.port}/ok")
    _, out, _ = run("--dry-run")
    assert out == f"http://one.test:{server.port}/ok\n1 link would be asked.\n"
    assert server.seen == []
    assert not LinkCheck.objects.exists()


def test_it_is_limited(run, server):
    for number in range(5):
        add(f"http://host-{number}.test:{server.port}/ok")
    assert "Links: 2 good." in run("--limit", "2")[1]
    assert "Links: 3 good." in run("--older-than", "1")[1]
    assert "Links: none to ask about." in run("--older-than", "1")[1]
    assert "Links: 1 good." in run("--host", "host-3.test")[1]


def test_it_says_that_it_is_offline(run, make_lost, monkeypatch):
    monkeypatch.setattr(Command, "fetcher_class", staticmethod(make_lost))
    for number in range(5):
        add(f"http://host-{number}.test/")
    with pytest.raises(CommandError, match="is this machine online"):
        run()


@pytest.mark.parametrize("args", [["--limit", "0"], ["--limit", "-1"], ["--older-than", "x"], ["--at-once", "0"]])
def test_it_wants_sensible_numbers(run, args):
    with pytest.raises(CommandError):
        run(*args)


def test_a_terminal_sees_how_far_it_is(run, server):
    for number in range(2):
        add(f"http://one.test:{server.port}/{number}")
    _, _, err = run(terminal=True)
    assert "1/2 http://one.test" in err
    assert "2/2 http://one.test" in err
    assert err.endswith(" \r")
    assert run("--verbosity", "0", terminal=True)[1:] == ("", "")
