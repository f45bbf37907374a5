"""An instructor writes to some learners: with a look at it first, to each alone, and not too often."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail as outbox
from django.utils import timezone

from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Group, Message, hash_of
from progress.cohorts.notifications.messages import WEEKLY_LIMIT
from tests.cohorts.mail_server import Choosy
from tests.cohorts.roster_pages import join
from tests.progress.tracking.test_ticks import tick


@pytest.fixture
def there(cohort):
    return f"/cohorts/{cohort.pk}/write/"


def chosen(page):
    return {int(pk) for pk in re.findall(r'name="people" value="(\d+)"[^>]*checked', page)}


def form_of(people, **fields):
    return {"people": [person.pk for person in people], "subject": "Maps", "text": "Shall we talk?", **fields}


def send(client, there, people, key="a"):
    return client.post(there, form_of(people, send="yes", form_key=key), follow=True)


def test_it_begins_with_those_who_are_stuck_on_a_topic(there, cohort, as_instructor, as_learner, learner):
    join(cohort, "Ada")
    tick(as_learner, "maps", "learning")
    page = as_instructor.get(f"{there}?topic=maps").text
    assert chosen(page) == {learner.pk}
    assert 'value="Maps"' in page
    assert chosen(as_instructor.get(f"{there}?topic=nothing").text) == set()
    assert len(chosen(as_instructor.get(f"{there}?show=all").text)) == 2


def test_it_begins_with_one_learner_or_with_a_group(there, cohort, as_instructor, learner):
    [ada] = join(cohort, "Ada")
    group = Group.objects.create(cohort=cohort, name="Mornings")
    group.members.add(cohort.enrolments.get(user=ada))
    assert chosen(as_instructor.get(f"{there}?learner={learner.pk}").text) == {learner.pk}
    assert chosen(as_instructor.get(f"{there}?show=all&group={group.pk}").text) == {ada.pk}
    assert as_instructor.get(f"{there}?show=all&group=9999").status_code == 404


def test_it_shows_the_very_mail_before_it_is_sent(there, cohort, as_instructor, learner):
    [ada, ben] = join(cohort, "Ada", "Ben")
    EmailOptOut.objects.set_opted_out(hash_of(ben.email), EmailKind.MESSAGE, opted_out=True)
    page = as_instructor.post(there, form_of([ada, ben], form_key="a")).text
    assert outbox.outbox == []
    assert not Message.objects.exists()
    assert "Send it to 1 learner" in page
    preview = re.search(r'class="message-preview-text"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    assert preview.startswith("Hello Ada,\n\nShall we talk?\n\nInes Instructor\n")
    send(as_instructor, there, [ada, ben])
    [sent] = outbox.outbox
    assert sent.to == ["ada@example.com"]
    assert sent.reply_to == ["ines@example.com"]
    assert preview in sent.body
    assert set(Message.objects.get().recipients.all()) == {ada}


def test_a_mail_that_looks_like_html_is_shown_as_it_is_written(there, cohort, as_instructor, learner):
    [ada] = join(cohort, "Ada <form action=//elsewhere>")
    form = form_of([ada], text="Close the <b> & go on", form_key="a")
    page = as_instructor.post(there, form).text
    preview = re.search(r'class="message-preview-text"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    as_instructor.post(there, {**form, "send": "yes"})
    [sent] = outbox.outbox
    assert "<" not in preview
    assert unescape(preview) in sent.body


def test_a_week_has_a_limit_also_across_instructors(there, cohort, as_instructor, learner):
    [ada] = join(cohort, "Ada")
    for number in range(WEEKLY_LIMIT):
        send(as_instructor, there, [learner], key=f"k{number}")
    outbox.outbox.clear()
    page = as_instructor.post(there, form_of([learner, ada], form_key="x")).text
    assert "Had enough this week" in page
    send(as_instructor, there, [learner, ada], key="x")
    assert [sent.to for sent in outbox.outbox] == [["ada@example.com"]]
    Message.objects.update(at=timezone.now() - timedelta(days=8))
    send(as_instructor, there, [learner], key="y")
    assert outbox.outbox[-1].to == ["lena@example.com"]


def test_a_form_sent_twice_sends_once(there, as_instructor, learner):
    send(as_instructor, there, [learner])
    assert "sent before" in send(as_instructor, there, [learner]).text
    assert len(outbox.outbox) == 1


@pytest.fixture
def refused(settings, monkeypatch):
    """The addresses that the mail server knows nothing of; to be filled."""
    settings.MAILERS = {"default": {"BACKEND": "tests.cohorts.mail_server.Choosy"}}
    monkeypatch.setattr(Choosy, "refused", set())
    return Choosy.refused


def test_a_mail_that_fails_is_named_and_does_not_count(there, cohort, as_instructor, learner, refused):
    [ada] = join(cohort, "Ada")
    refused.add(ada.email)
    page = send(as_instructor, there, [ada, learner]).text
    assert "did not take the mail to: Ada." in page
    assert "Sent to 1 learner." in page
    assert set(Message.objects.get().recipients.all()) == {learner}


def test_what_failed_is_sent_again_and_nothing_else(there, cohort, as_instructor, learner, refused):
    [ada] = join(cohort, "Ada")
    refused.add(ada.email)
    send(as_instructor, there, [ada, learner])
    assert "1 sent, 0 waiting, 1 failed" in as_instructor.get(there).text
    message = Message.objects.get()
    again = {"message": message.pk}
    assert "1 sent, 0 waiting, 1 failed" in as_instructor.post(f"{there}again/", again, follow=True).text
    refused.clear()
    page = as_instructor.post(f"{there}again/", again, follow=True).text
    assert "2 sent, 0 waiting, 0 failed" in page
    assert "Send again" not in page
    assert [mail.to for mail in outbox.outbox] == [[learner.email], [ada.email]]
    assert set(message.recipients.all()) == {learner, ada}
    as_instructor.post(f"{there}again/", again)
    assert len(outbox.outbox) == 2


def test_nobody_sends_again_what_is_of_another_cohort(there, cohort, content, as_instructor, instructor, learner):
    other = Cohort.objects.create(name="Another")
    message = Message.objects.create(cohort=other, sender=instructor, subject="-", text="-", form_key="z")
    assert as_instructor.post(f"{there}again/", {"message": message.pk}).status_code == 404
    assert as_instructor.post(f"/cohorts/{other.pk}/write/again/", {"message": message.pk}).status_code == 404


def test_only_current_learners_are_written_to(there, cohort, as_instructor, learner, outsider):
    assert as_instructor.post(there, form_of([outsider], send="yes", form_key="a")).status_code == 400
    cohort.leave(learner)
    response = as_instructor.post(there, form_of([learner], send="yes", form_key="a"))
    assert response.status_code == 400
    assert "Somebody has left the cohort since. Nothing was sent" in response.text
    assert outbox.outbox == []


@pytest.mark.parametrize("missing", ["people", "subject", "text", "form_key"])
def test_what_is_missing_is_said_and_nothing_is_lost(there, as_instructor, learner, missing):
    form = {name: value for name, value in form_of([learner], form_key="a").items() if name != missing}
    response = as_instructor.post(there, form)
    assert response.status_code == 400
    if missing != "text":
        assert "Shall we talk?" in response.text


def test_nobody_else_writes_and_an_archived_cohort_is_read_only(there, cohort, as_instructor, as_learner, learner):
    assert as_learner.get(there).status_code == 404
    assert as_learner.post(there, form_of([learner], send="yes", form_key="a")).status_code == 404
    cohort.archive()
    assert send(as_instructor, there, [learner]).status_code == 403
    assert outbox.outbox == []
