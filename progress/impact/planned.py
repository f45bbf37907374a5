"""What an edit plans for a time to come."""

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from progress.impact.content import look
from stages.history import LABELS
from stages.models import State

COUNTING = {"state", "publish_at", "stage", "required", "level"}


def planned_by(revisions):
    """The rows that an edit plans for a time to come, as ``{model: pks}``, and the last of their dates."""
    found, dates = {}, []
    for revision in revisions:
        entry = revision.after or {}
        date = entry.get("publish_at")
        date = parse_datetime(date) if isinstance(date, str) else date
        planned = date and date > timezone.now() and entry.get("state") == State.PUBLISHED
        if planned and (revision.before is None or COUNTING & set(revision.changed_fields())):
            found.setdefault(LABELS[revision.model], []).append(revision.object_id)
            dates.append(date)
    return found, max(dates, default=None)


def look_ahead(planned):
    """The Content when the dates of these rows will have come."""
    with transaction.atomic():
        for model, pks in planned.items():
            model.objects.filter(pk__in=pks).update(publish_at=None)
        found = look()
        transaction.set_rollback(True)
    return found
