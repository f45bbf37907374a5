"""For the tests of what instructors see: learners who have ticked, and the table as lists of texts."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from accounts.models import User
from progress.cohorts.models import Enrolment
from progress.models import NONE, ProgressEvent, TopicProgress
from tests.conftest import make_user

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)


def tick(user, topic, status="done", days=0, **event):
    at = NOW - timedelta(days=days)
    TopicProgress.objects.filter(user=user, topic=topic).delete()
    if status != NONE:
        TopicProgress.objects.create(user=user, topic=topic, status=status, changed_at=at)
    ProgressEvent.objects.create(user=user, topic=topic, status=status, at=at, **event)


def join(cohort, *names, days=60):
    people = [make_user(name) for name in names]
    for person in people:
        cohort.join(person)
    cohort.enrolments.filter(user__in=people).update(joined_at=NOW - timedelta(days=days))
    return people


def enrol_many(cohort, count):
    people = User.objects.bulk_create(
        User(email=f"p{number}@example.com", name=f"P{number:03}") for number in range(count)
    )
    Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, user=person, joined_at=NOW - timedelta(days=60)) for person in people
    )
    return people


def text_of(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def table(page):
    """The table of a page as lists of texts; the words beside a name are a cell of their own, as in the file.

    The groups of a learner are left out; tests/cohorts/members/test_groups.py asks about them.
    """
    found = []
    for line in re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL):
        line = re.sub(r"<span class=\"group-names\">.*?</span>", "", line)
        line = re.sub(
            r"(<th scope=\"row\">.*?</a>)(?:<span class=\"behind\">(.*?)</span>)?</th>", r"\1</th><td>\2</td>", line
        )
        found.append([text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)])
    return found


def names(page):
    return [row[0] for row in table(page)[1:]]


def page_of(cohort, client, query=""):
    response = client.get(f"/cohorts/{cohort.pk}/{query}")
    assert response.status_code == 200
    return response
