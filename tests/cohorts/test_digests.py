"""The weekly mails: what they say, to whom, and that nobody gets one twice."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from smtplib import SMTPServerDisconnected
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from progress.cohorts.assigned import assigned_to
from progress.cohorts.digests import sending
from progress.cohorts.digests.learning import learning_of, learnings, plans_of
from progress.cohorts.digests.sending import Run
from progress.cohorts.digests.teaching import look_at
from progress.cohorts.digests.week import Week, week_to_tell
from progress.cohorts.matrix import summary
from progress.cohorts.models import (
    Assignment,
    Cohort,
    DigestSent,
    Enrolment,
    Extension,
    Mail,
    Override,
    Refusal,
    hash_of,
)
from progress.cohorts.models import Group as CohortGroup
from progress.cohorts.seen import see
from progress.models import ProgressEvent, TopicProgress
from stages.outline import outline_of_stages
from tests.cohorts.seeing import enrol_many
from tests.conftest import make_user
from tests.progress.test_concurrency import at_once

MONDAY = date(2026, 3, 2)  # of the week that is told of
WEEK = Week.of(MONDAY, UTC)
NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)  # the Monday after it
IN_IT = datetime(2026, 3, 4, 18, tzinfo=UTC)


@pytest.fixture
def today(monkeypatch):
    """It is the Monday after the week, also for due dates."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def cohort(cohort, today):
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    return cohort


def tick(user, topic, status="done", at=IN_IT, cause="tick"):
    TopicProgress.objects.update_or_create(user=user, topic=topic, defaults={"status": status, "changed_at": at})
    ProgressEvent.objects.create(user=user, topic=topic, status=status, at=at, cause=cause)


def run(now=NOW, monday=None):
    done = Run(now=now, monday=monday)
    done.send()
    return done.sent, done.empty, done.failed


def sent_to(user):
    return [mail for mail in outbox.outbox if mail.to == [user.email]]


# --- When ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [
        ("2026-03-09T06:59", "UTC", None),
        ("2026-03-09T07:00", "UTC", "2026-03-02"),
        ("2026-03-11T23:59", "UTC", "2026-03-02"),
        ("2026-03-12T00:00", "UTC", None),
        ("2026-03-15T12:00", "UTC", None),
        ("2026-03-08T17:00", "Pacific/Kiritimati", "2026-03-02"),  # there it is Monday, 7:00
        ("2026-03-08T16:59", "Pacific/Kiritimati", None),
        ("2026-03-09T16:59", "Pacific/Pago_Pago", None),
        ("2026-03-09T18:00", "Pacific/Pago_Pago", "2026-03-02"),
        ("2026-03-30T05:00", "Europe/Berlin", "2026-03-23"),  # the first morning of summer time
        ("2026-03-30T04:59", "Europe/Berlin", None),
    ],
)
def test_it_comes_on_monday_morning_where_its_reader_is(now, zone, monday):
    found = week_to_tell(datetime.fromisoformat(f"{now}Z"), ZoneInfo(zone))
    assert (str(found.monday) if found else None) == monday


def test_a_week_by_name_is_told_of_once_it_is_over():
    assert week_to_tell(NOW, UTC, MONDAY) == WEEK
    assert week_to_tell(NOW + timedelta(days=5), UTC, MONDAY) == WEEK
    assert week_to_tell(WEEK.ends - timedelta(seconds=1), UTC, MONDAY) is None


def test_weeks_follow_each_other_without_a_gap():
    """Also over the change to summer time, where a week has an hour less."""
    zone = ZoneInfo("Europe/Berlin")
    weeks = [Week.of(MONDAY + timedelta(weeks=number), zone) for number in range(30)]
    assert all(week.ends == after.begins for week, after in pairwise(weeks))
    starts = [week.begins.astimezone(UTC) for week in weeks]
    lengths = {after - before for before, after in pairwise(starts)}
    assert lengths == {timedelta(days=7), timedelta(days=6, hours=23)}


# --- What a learner reads: pure -----------------------------------------------------------------------

TOPICS = {pk: SimpleNamespace(pk=pk, title=f"Topic {pk}") for pk in range(1, 10)}


def event(topic, status="done", cause="tick", at=IN_IT):
    return SimpleNamespace(topic_id=topic, status=status, cause=cause, at=at)


@pytest.mark.parametrize(
    ("events", "statuses", "done", "begun"),
    [
        ([], {}, [], []),
        ([event(1)], {1: "done"}, [1], []),
        ([event(1, "learning"), event(1)], {1: "done"}, [1], []),
        ([event(1, "learning")], {1: "learning"}, [], [1]),
        ([event(1), event(1, "none")], {}, [], []),  # and taken away again
        ([event(1), event(1, "none", "undo")], {}, [], []),
        ([event(1, at=WEEK.begins - timedelta(seconds=1))], {1: "done"}, [], []),
        ([event(1, at=WEEK.begins)], {1: "done"}, [1], []),
        ([event(1, at=WEEK.ends)], {1: "done"}, [], []),
        ([event(1, cause="import")], {1: "done"}, [], []),
        ([event(1, cause="override")], {1: "done"}, [], []),
        ([event(1, "skipped")], {1: "skipped"}, [], []),
        ([event(99)], {99: "done"}, [], []),  # a topic that is in the roadmap no more
    ],
)
def test_it_tells_a_learner_what_they_did(events, statuses, done, begun):
    found = learning_of(WEEK, TOPICS, events, statuses, [])
    assert [topic.pk for topic in found.done] == done
    assert [topic.pk for topic in found.begun] == begun
    assert bool(found) == bool(done or begun)


# --- What a learner reads -----------------------------------------------------------------------------


def test_a_learner_reads_what_they_did_and_what_comes_next(cohort, learner, content):
    cohort.assignments.update(due=date(2026, 3, 14))
    tick(learner, content.topics["maps"])
    tick(learner, content.topics["boots"])
    assert run() == (2, 0, 0)
    [mail] = sent_to(learner)
    assert mail.subject == "Your week: 2 topics done"
    assert "Hello Lena Learner,\n\nLast week you finished 2 topics: Maps and Boots.\n" in mail.body
    assert "- Routes, by Saturday, 14 March (Another way, Autumn hikers)\n" in mail.body
    assert "http://127.0.0.1:8000/me/\n" in mail.body
    assert "overdue" not in mail.body
    assert "\n\n\n" not in mail.body
    headers = dict(mail.message().items())
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("due", "number"),
    [
        (None, 0),
        (date(2026, 3, 8), 0),  # overdue is for the instructor to see, and not for this mail to scold
        (date(2026, 3, 9), 1),
        (date(2026, 3, 15), 1),
        (date(2026, 3, 16), 0),  # not next week
    ],
)
def test_an_empty_week_is_told_of_only_when_something_is_due_in_the_next(cohort, learner, due, number):
    cohort.assignments.update(due=due)
    run()
    assert len(sent_to(learner)) == number
    if number:
        assert sent_to(learner)[0].subject == "What comes next on Waymark"
        assert "finished" not in sent_to(learner)[0].body


def test_a_track_that_begins_is_news(cohort, learner):
    cohort.assignments.update(starts=date(2026, 3, 11))
    run()
    assert "Another way (Autumn hikers) begins on Wednesday, 11 March." in sent_to(learner)[0].body


def test_what_an_instructor_marked_is_news(cohort, learner, instructor, content):
    topic = content.topics["maps"]
    tick(learner, topic, cause="override")
    Override.objects.create(cohort=cohort, learner=learner, topic=topic, by=instructor, reason="Seen", before="none")
    Override.objects.update(at=IN_IT)
    run()
    [mail] = sent_to(learner)
    assert "Ines Instructor marked Maps as done for you." in mail.body
    assert "Last week" not in mail.body


def test_each_learner_has_the_plans_of_their_own_page(cohort, learner, content):
    """Groups, picks, extensions, late joining and a second cohort included."""
    people = [learner, *enrol_many(cohort, 7)]
    second = Cohort.objects.create(name="Winter", code="WINTER22", starts=date(2026, 2, 1))
    for person in people[::2]:
        second.join(person)
    one = cohort.assignments.get()
    Assignment.objects.filter(pk=one.pk).update(starts=date(2026, 2, 1), due=date(2026, 4, 1))
    Extension.objects.create(assignment=one, user=people[1], due=date(2026, 5, 1))
    some = Assignment.objects.create(cohort=second, track=content.merged, due=date(2026, 3, 20), to_everyone=False)
    group = CohortGroup.objects.create(cohort=second, name="A")
    group.members.add(second.enrolments.get(user=people[2]))
    some.groups.add(group)
    some.picked.add(second.enrolments.get(user=people[4]))
    hidden = Assignment.objects.create(cohort=second, track=content.other, visible_from=date(2026, 3, 10))
    cohort.enrolments.filter(user=people[5]).update(joined_at=datetime(2026, 2, 20, tzinfo=UTC))

    def facts(plans):
        return [(plan.assignment.pk, plan.due, plan.dates, plan.days, plan.next_due({})) for plan in plans]

    found = plans_of([person.pk for person in people], outline_of_stages())
    assert {pk: facts(plans) for pk, plans in found.items()} == {
        person.pk: facts(assigned_to(person)) for person in people
    }
    assert {len(plans) for plans in found.values()} == {1, 2}
    assert all(plan.assignment != hidden for plans in found.values() for plan in plans)


# --- What an instructor reads -------------------------------------------------------------------------


def test_an_instructor_reads_who_finished_is_stuck_and_is_silent(cohort, instructor, learner, content):
    finisher, stuck, silent = enrol_many(cohort, 3)
    User.objects.filter(pk=finisher.pk).update(name="Farid")
    User.objects.filter(pk=stuck.pk).update(name="Greta, the second")
    User.objects.filter(pk=silent.pk).update(name="ليلى")
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    cohort.assignments.update(due=date(2026, 3, 1))
    for slug in ("maps", "routes"):
        tick(finisher, content.topics[slug])
    tick(stuck, content.topics["routes"], "learning")
    tick(learner, content.topics["maps"], at=datetime(2026, 1, 20, tzinfo=UTC))
    run()
    [mail] = sent_to(instructor)
    assert mail.subject == "Autumn hikers: the week of 2 March"
    numbers = summary(see(cohort).learners)
    assert f"4 learners · half of them have {numbers.percentage} % or more · 1 done · 2 quiet" in mail.body
    assert "2 learners were at it last week; topics finished: 2\n" in mail.body
    assert "Finished last week:\n- everything: Farid\n" in mail.body
    assert "- Routes: 1 learner is on it (Greta, the second)\n" in mail.body
    assert "- ليلى: nothing ticked in the first 67 days; 2 topics overdue\n" in mail.body
    assert "- Lena Learner: nothing ticked for 48 days; 1 topic overdue\n" in mail.body
    assert mail.body.index("ليلى") < mail.body.index("Lena Learner")  # the longest silence first
    assert f"http://127.0.0.1:8000/cohorts/{cohort.pk}/\n" in mail.body
    assert "\n\n\n" not in mail.body


def look(cohort):
    return look_at(Cohort.objects.get(pk=cohort.pk), WEEK)


def test_who_finished_one_track_of_two_is_named_with_it(cohort, learner, content):
    Assignment.objects.create(cohort=cohort, track=content.merged)
    for slug in ("maps", "routes"):
        tick(learner, content.topics[slug])
    found = look(cohort)
    assert (found.finished, found.finished_tracks) == ([], [(content.other, ["Lena Learner"])])
    for slug in ("boots", "weather"):
        tick(learner, content.topics[slug])
    found = look(cohort)
    assert (found.finished, found.finished_tracks) == (["Lena Learner"], [])


@pytest.mark.parametrize(
    ("at", "is_told"), [(WEEK.begins, True), (WEEK.ends, False), (WEEK.begins - timedelta(1), False)]
)
def test_who_finished_is_told_in_the_week_of_the_last_topic(cohort, learner, content, at, is_told):
    tick(learner, content.topics["maps"], at=WEEK.begins - timedelta(days=30))
    tick(learner, content.topics["routes"], at=at)
    assert look(cohort).finished == (["Lena Learner"] if is_told else [])


def nothing(cohort, learner, content):
    pass


def ticked_in_it(cohort, learner, content):
    tick(learner, content.topics["maps"])


def ticked_before(cohort, learner, content):
    tick(learner, content.topics["maps"], at=WEEK.begins - timedelta(days=30))


def ticked_elsewhere(cohort, learner, content):
    tick(learner, content.topics["boots"])  # which is not assigned


def joined(cohort, learner, content):
    cohort.enrolments.update(joined_at=IN_IT)


def fell_silent(cohort, learner, content):
    tick(learner, content.topics["maps"], at=datetime(2026, 2, 27, tzinfo=UTC))  # quiet since the 6th of March


def disputed(cohort, learner, content, at=IN_IT):
    topic = content.topics["maps"]
    tick(learner, topic, cause="override", at=datetime(2026, 1, 20, tzinfo=UTC))
    facts = {"cohort": cohort, "learner": learner, "topic": topic, "reason": "Seen", "before": "none"}
    Override.objects.create(by=cohort.instructors.get(), disputed_at=at, dispute="I never did.", **facts)


def disputed_before(cohort, learner, content):
    disputed(cohort, learner, content, at=WEEK.begins - timedelta(days=3))


@pytest.mark.parametrize(
    ("happened", "is_told"),
    [
        (nothing, False),
        (ticked_in_it, True),
        (ticked_before, False),
        (ticked_elsewhere, False),
        (joined, True),
        (fell_silent, True),
        (disputed, True),
        (disputed_before, False),
    ],
)
def test_an_instructor_is_told_only_of_what_changed(cohort, instructor, learner, content, happened, is_told):
    happened(cohort, learner, content)
    run()
    assert bool(sent_to(instructor)) == is_told
    if happened == disputed:
        assert "- Lena Learner: Maps\n" in sent_to(instructor)[0].body


def test_an_instructor_reads_that_a_track_has_changed_which_alone_is_no_news(cohort, instructor, learner, content):
    content.other.sections.first().places.create(topic=content.topics["weather"])
    run()
    assert not sent_to(instructor)
    DigestSent.objects.all().delete()
    tick(learner, content.topics["maps"])
    run()
    [mail] = sent_to(instructor)
    assert "Tracks that have changed since you assigned them:\n- Another way: 1 topic more\n" in mail.body


def test_of_two_cohorts_only_the_one_with_news_is_told_of(cohort, instructor, learner, content):
    Cohort.objects.create(name="Quiet hikers", code="QUIET222").instructors.add(instructor)
    tick(learner, content.topics["maps"])
    run()
    [mail] = sent_to(instructor)
    assert "Quiet hikers" not in mail.body


# --- To whom ------------------------------------------------------------------------------------------


def archived(cohort, learner):
    cohort.archive()


def left(cohort, learner):
    cohort.leave(learner)


def inactive(cohort, learner):
    User.objects.filter(pk=learner.pk).update(is_active=False)


def not_verified(cohort, learner):
    learner.emailaddress_set.update(verified=False)


def verified_another(cohort, learner):
    learner.emailaddress_set.update(email="another@example.com")


def refused(cohort, learner):
    Refusal.objects.state(hash_of(learner.email), Mail.LEARNING, refused=True)


def asleep(cohort, learner):
    User.objects.filter(pk=learner.pk).update(time_zone="Pacific/Pago_Pago")


def in_a_sleeping_cohort(cohort, learner):
    Cohort.objects.update(time_zone="Pacific/Pago_Pago")


@pytest.mark.parametrize(
    "why", [archived, left, inactive, not_verified, verified_another, refused, asleep, in_a_sleeping_cohort]
)
def test_who_is_not_to_get_it_does_not(cohort, learner, content, why):
    tick(learner, content.topics["maps"])
    why(cohort, learner)
    run()
    assert sent_to(learner) == []
    assert not DigestSent.objects.filter(user=learner).exists()  # so it may come later


def test_the_switch_of_one_kind_leaves_the_other(cohort, learner, instructor, content):
    cohort.instructors.add(learner)
    tick(learner, content.topics["maps"])
    refused(cohort, learner)
    run()
    assert [mail.subject for mail in sent_to(learner)] == ["Autumn hikers: the week of 2 March"]


def test_the_dry_run_says_who_and_why_not_and_sends_nothing(cohort, learner, outsider, instructor, content):
    cohort.join(outsider)
    tick(learner, content.topics["maps"])
    not_verified(cohort, outsider)
    said = StringIO()
    call_command("send_digests", dry_run=True, stdout=said)
    assert said.getvalue().splitlines() == [
        "lena@example.com, learning: “Your week: 1 topic done”",
        "otto@example.com, learning: nothing: the address is not verified",
        "ines@example.com, teaching: “Autumn hikers: the week of 2 March”",
    ]
    assert outbox.outbox == []
    assert not DigestSent.objects.exists()


@pytest.mark.parametrize("week", ["2026-03-03", "monday", "2026-02-30"])
def test_a_week_begins_with_a_monday(db, week):
    with pytest.raises(CommandError):
        call_command("send_digests", week=week)


# --- Once ---------------------------------------------------------------------------------------------


def test_it_is_sent_once_however_often_it_is_run(cohort, learner, outsider, content):
    cohort.join(outsider)
    Enrolment.objects.update(joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    tick(learner, content.topics["maps"])
    assert run() == (2, 1, 0)
    for hours in range(1, 60, 7):
        assert run(NOW + timedelta(hours=hours)) == (0, 0, 0)
    assert run(NOW, MONDAY) == (0, 0, 0)
    assert run(NOW + timedelta(days=7))[2] == 0
    assert len(sent_to(learner)) == 1


class Moody(locmem.EmailBackend):
    """A mail server that does not take what is for the addresses in ``refuses``, and breaks off with it."""

    refuses = set()
    opened = 0

    def open(self):
        type(self).opened += 1

    def send_messages(self, messages):
        if self.refuses & {address for message in messages for address in message.to}:
            raise SMTPServerDisconnected("Not now")
        return super().send_messages(messages)


@pytest.fixture
def moody(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Moody"}}
    monkeypatch.setattr(Moody, "opened", 0)
    return Moody


def test_a_mail_that_fails_is_tried_again_and_keeps_nobody_waiting(
    cohort, learner, outsider, content, moody, monkeypatch
):
    cohort.join(outsider)
    for user in (learner, outsider):
        tick(user, content.topics["maps"])
    monkeypatch.setattr(moody, "refuses", {learner.email})
    with pytest.raises(CommandError, match="1 of these mails"):
        call_command("send_digests", verbosity=0)
    assert (len(sent_to(learner)), len(sent_to(outsider))) == (0, 1)
    assert moody.opened == 3  # for the learners, anew for the rest of them, and for the instructors
    monkeypatch.setattr(moody, "refuses", set())
    call_command("send_digests", verbosity=0)
    assert (len(sent_to(learner)), len(sent_to(outsider))) == (1, 1)


def test_a_server_that_cannot_be_reached_costs_nobody_the_mail(cohort, learner, content, moody, monkeypatch):
    tick(learner, content.topics["maps"])

    def refuse(self):
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as patched:
        patched.setattr(moody, "open", refuse)
        with pytest.raises(CommandError, match="cannot be reached"):
            call_command("send_digests", verbosity=0)
    assert not DigestSent.objects.exists()
    assert run() == (2, 0, 0)


def test_a_run_that_was_killed_sends_nothing_twice(cohort, learner, instructor, content, monkeypatch):
    tick(learner, content.topics["maps"])

    def killed(letter, connection):
        sending.send(Mail.LEARNING, learner.email, "Sent", "learning", {"learning": letter.context["learning"]})
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "posted", killed)
        with pytest.raises(KeyboardInterrupt):
            run()
    run()
    assert len(sent_to(learner)) == 1
    assert len(sent_to(instructor)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_runs_at_once_each_person_gets_one(blank, monkeypatch):
    from tests.content import make_content

    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    content = make_content()
    cohort = Cohort.objects.create(name="Autumn hikers", code="LEAFLETS")
    Assignment.objects.create(cohort=cohort, track=content.other)
    cohort.instructors.add(make_user("Ines Instructor"))
    people = [make_user(f"Person{number} X") for number in range(12)]
    for person in people:
        cohort.join(person)
        tick(person, content.topics["maps"])
    counts = at_once([run] * 4)
    assert sum(sent for sent, _empty, _failed in counts) == 13
    assert sorted(mail.to[0] for mail in outbox.outbox) == sorted(user.email for user in User.objects.all())
    assert DigestSent.objects.count() == 13


# --- How much work ------------------------------------------------------------------------------------


def count(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_people(cohort, learner, content):
    Assignment.objects.create(cohort=cohort, track=content.merged, to_everyone=False, due=date(2026, 4, 1))
    found = []
    for number in (5, 50):
        User.objects.filter(email__startswith="p").delete()
        people = enrol_many(cohort, number)
        for person in people:
            tick(person, content.topics["maps"])
        weeks = {person.pk: WEEK for person in people}
        found.append((count(lambda weeks=weeks: learnings(weeks)), count(lambda: look(cohort))))
    assert found == [(8, 14)] * 2


def test_many_are_looked_at_in_parts(cohort, learner, content, monkeypatch):
    monkeypatch.setattr(sending, "CHUNK", 3)
    for number in range(7):
        person = make_user(f"Person{number} X")
        cohort.join(person)
        tick(person, content.topics["maps"])
    sizes = [len(letters) for letters in Run(now=NOW).letters()]
    assert sizes == [3, 3, 2, 1]
    assert run()[0] == 8
