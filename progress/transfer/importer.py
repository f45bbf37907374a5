"""The import of a check-list, as far as it asks the database: what it is matched with, and writing it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from progress.models import STATUSES, ProgressEvent, Status, TopicProgress
from progress.transfer.checklist_parser import TopicMatcher
from progress.transfer.import_preview import Decision
from stages.content import outline_of_stages
from stages.models import Entry, Topic


def load_matcher(host: str) -> TopicMatcher:
    """What a check-list can mean, from the roadmap as it is now. Three queries."""
    titles = {topic.slug: topic.title for topic in outline_of_stages().topics}
    labels = Entry.objects.filter(topics__slug__isnull=False).values_list("source__key", "label", "topics__slug")
    replacements = {
        old: [topic.slug for topic in topics] for old, topics in Topic.objects.successors_by_slug().items()
    }
    return TopicMatcher(titles, list(labels.order_by("pk", "topics__slug")), replacements, host)


def apply_import(user: User, decisions: Sequence[Decision], unticked: Sequence[Decision]) -> tuple[int, int]:
    """Do what the learner agreed to: advance topics, and take off the ticks of ``unticked``. All of it or nothing.

    Doing it twice changes nothing more. Returns how many topics were advanced and unticked.
    """
    slugs = {decision.slug for decision in (*decisions, *unticked)}
    topics = {topic.slug: topic for topic in Topic.objects.published().filter(slug__in=slugs).order_by("pk")}
    best: dict[str, str] = {}
    for status, slug in decisions:
        best[slug] = max(status, best.get(slug, status), key=STATUSES.index)
    now = timezone.now()
    rows = [
        TopicProgress(user=user, topic=topic, status=best[slug], changed_at=now)
        for slug, topic in topics.items()
        if slug in best and best[slug] in Status.values
    ]
    with transaction.atomic():
        advanced = TopicProgress.objects.advance(rows, ProgressEvent.Cause.IMPORT)
        ticked = TopicProgress.objects.filter(user=user, status=Status.DONE, topic__in=topics.values())
        done = set(ticked.values_list("topic_id", flat=True))
        lowered = sum(
            TopicProgress.objects.record(user, topics[slug], status, cause=ProgressEvent.Cause.IMPORT)
            for status, slug in unticked
            if slug in topics and topics[slug].pk in done and best.get(slug) != Status.DONE
        )
    return len(advanced), lowered
