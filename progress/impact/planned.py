"""Scheduled publication: the rows that an edit will publish later, and the content as it will be then."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from progress.impact.content import ContentState, capture_content
from stages.models import Revision, State
from stages.revisions.recorder import LABELS

type Planned = dict[type[Model], list[int]]  # pks of rows

COUNTED_FIELDS = {"state", "publish_at", "stage", "required", "level"}


def planned_by(revisions: Iterable[Revision]) -> tuple[Planned, datetime | None]:
    """The rows that an edit plans for a time to come, and the last of their dates."""
    planned: Planned = {}
    dates: list[datetime] = []
    for revision in revisions:
        entry = revision.after or {}
        date = entry.get("publish_at")
        date = parse_datetime(date) if isinstance(date, str) else date
        if not date or date <= timezone.now() or entry.get("state") != State.PUBLISHED:
            continue
        if revision.before is None or COUNTED_FIELDS & set(revision.changed_fields()):
            planned.setdefault(LABELS[revision.model], []).append(revision.object_id)
            dates.append(date)
    return planned, max(dates, default=None)


def capture_scheduled(planned: Planned) -> ContentState:
    """The ContentState when the dates of these rows will have come."""
    with transaction.atomic():
        for model, pks in planned.items():
            model._default_manager.filter(pk__in=pks).update(publish_at=None)
        content = capture_content()
        transaction.set_rollback(True)
    return content
