"""Topics that an instructor marks as done for a learner, with a reason that the learner reads and may answer."""

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from progress.cohorts.models import Cohort, Override
from progress.models import NONE, ProgressEvent, Status, TopicProgress
from stages.models import Topic

CAUSE = ProgressEvent.Cause.OVERRIDE


def active_overrides() -> QuerySet[Override]:
    """The overrides that hold: their topic's latest event is an override, so nobody has ticked it since."""
    events = ProgressEvent.objects.filter(user=OuterRef("learner"), topic=OuterRef("topic")).order_by("-pk")
    return (
        Override.objects.filter(undone_at=None)
        .annotate(cause=Subquery(events.values("cause")[:1]))
        .filter(cause=CAUSE)
        .select_related("topic", "cohort", "by")
    )


def create_override(cohort: Cohort, learner: User, topic: Topic, by: User, reason: str) -> Override | None:
    """Mark a topic as done for a learner. Returns the Override, or None where the topic is done already."""
    with transaction.atomic():
        progress = TopicProgress.objects.select_for_update().filter(user=learner, topic=topic).first()
        before = progress.status if progress else NONE
        if not TopicProgress.objects.record(learner, topic, Status.DONE, CAUSE):
            return None
        return Override.objects.create(
            cohort=cohort, learner=learner, topic=topic, by=by, reason=reason, before=before
        )


def undo_override(override: Override) -> bool:
    """Restore the status from before, where the override still holds; return whether it did. Twice changes nothing."""
    with transaction.atomic():
        locked = Override.objects.select_for_update().get(pk=override.pk)
        if locked.undone_at:
            return False
        if was_active := active_overrides().filter(pk=locked.pk).exists():
            TopicProgress.objects.record(locked.learner, locked.topic, locked.before, ProgressEvent.Cause.UNDO)
        locked.undone_at = timezone.now()
        locked.save(update_fields=["undone_at"])
        return was_active


def dispute_override(override: Override, text: str) -> None:
    """Say that an override is wrong. The status stays as it is until somebody undoes it."""
    Override.objects.filter(pk=override.pk).update(disputed_at=timezone.now(), dispute=text)
