"""What several pages ask of a cohort and its learners at once, each in one query."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet, StringAgg, TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from progress.cohorts.models import Cohort, Enrolment, Extension
from progress.cohorts.overrides import active_overrides
from progress.models import Status, TopicProgress


def statuses_by_user(members: QuerySet[Enrolment], topics: Iterable[int]) -> dict[int, dict[int, str]]:
    """``{user pk: {topic pk: Status}}``. One query, whose rows are a person, a status, and the topics as one text."""
    rows = (
        TopicProgress.objects.filter(user__in=members.values("user"), topic__in=topics)
        .values_list("user_id", "status")
        .annotate(topics=StringAgg(Cast("topic_id", TextField()), delimiter=Value(",")))
    )
    by_user: dict[int, dict[int, str]] = {}
    for user, status, pks in rows:
        by_user.setdefault(user, {}).update(dict.fromkeys(map(int, pks.split(",")), Status(status)))
    return by_user


def overridden_by_user(cohort: Cohort, members: QuerySet[Enrolment]) -> dict[int, dict[int, bool]]:
    """``{user pk: {pk of a topic that an instructor marked as done: whether that is disputed here}}``. One query."""
    by_user: dict[int, dict[int, bool]] = {}
    rows = active_overrides().filter(learner__in=members.values("user"))
    for user, topic, of_cohort, disputed_at in rows.values_list("learner", "topic", "cohort", "disputed_at"):
        by_user.setdefault(user, {})[topic] = of_cohort == cohort.pk and disputed_at is not None
    return by_user


def extensions_by_user(cohort: Cohort, members: QuerySet[Enrolment]) -> dict[tuple[int, int], date]:
    """``{(user pk, assignment pk): due}`` for those who have longer. One query."""
    rows = Extension.objects.filter(assignment__cohort=cohort, user__in=members.values("user"))
    return {(user, assignment): due for user, assignment, due in rows.values_list("user", "assignment", "due")}


USERS_BY_NAME = User.objects.order_by("name", "email")
