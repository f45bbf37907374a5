"""When the learners of a cohort did what they did, in the days of its time zone."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import StringAgg, TextField, Value
from django.db.models.functions import Cast, TruncDate

from progress.activity import active_days
from progress.models import ProgressEvent, Status, TopicProgress


def done_days(cohort, seen):
    """``{user pk: {topic pk: day}}``: since when what is done is done, however it came to be. One query.

    As in ``standings`` the topics of a person and a day come as one text.
    """
    rows = (
        TopicProgress.objects.filter(
            user__in=cohort.enrolments.current().values("user"), topic__in=seen.curriculum.pks, status=Status.DONE
        )
        .annotate(day=TruncDate("changed_at", tzinfo=cohort.zone))
        .values_list("user_id", "day")
        .annotate(topics=StringAgg(Cast("topic_id", TextField()), delimiter=Value(",")))
    )
    found = defaultdict(dict)
    for user, day, topics in rows:
        found[user].update(dict.fromkeys(map(int, topics.split(",")), day))
    return found


def days_with_ticks(cohort, seen, days):
    """``{user pk: {date: number of topics}}`` of the last ``days``, in what each is assigned and by the rules of
    the learner's own year. One query."""
    first = cohort.today - timedelta(days=days - 1)
    events = ProgressEvent.objects.filter(
        user__in=cohort.enrolments.current().values("user"),
        topic__in=seen.curriculum.pks,
        at__gte=datetime.combine(first, time(), cohort.zone),
    )
    rows = events.order_by("user", "pk").values_list("user_id", "topic_id", "status", "cause", "at", named=True)
    assigned = {learner.pk: learner.curriculum.pks for learner in seen.learners}
    return {
        user: active_days([event for event in own if event.topic_id in assigned.get(user, ())], cohort.zone)
        for user, own in groupby(rows, attrgetter("user_id"))
    }
