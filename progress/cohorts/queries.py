"""What several pages ask of a cohort and its learners at once, each in one query."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Func, Q, QuerySet, StringAgg, TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from progress.cohorts.models import Cohort, Enrolment, Extension
from progress.cohorts.overrides import active_overrides
from progress.measure import StatusBits
from progress.models import TopicProgress


def statuses_by_user(members: QuerySet[Enrolment], topics: Iterable[int]) -> dict[int, StatusBits]:
    """``{user pk: StatusBits}`` in some topics. One query, with a row for each user who has ticked anything."""
    # In the order of the index, by which nothing has to be sorted. What else a user has ticked has no bit.
    rows = (
        TopicProgress.objects.filter(user__in=members.values("user"))
        .values_list("user_id")
        .annotate(**{status: as_text("topic_id", Q(status=status)) for status in StatusBits._fields})
    )
    bits: dict[str, int] = defaultdict(int, {str(pk): 1 << pk for pk in topics})
    return {
        user: StatusBits(*(sum(map(bits.__getitem__, text.split(","))) if text else 0 for text in texts))
        for user, *texts in rows
    }


def as_text(values: str | Func, condition: Q | None = None) -> StringAgg:
    """All values of a group as one text, with commas: to read a row for each takes longer than to split a text."""
    return StringAgg(Cast(values, TextField()), delimiter=Value(","), filter=condition)


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
