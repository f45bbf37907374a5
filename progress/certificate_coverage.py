"""What a certificate covers, and what its track has required since."""

from collections.abc import Iterable, Sequence

from stages.models import Topic
from stages.models.replacements import followers, replacements_by_slug
from stages.outline import Outline, unique_topics


def required_topics(outline: Outline) -> list[list[str]]:
    """What 100 % of a track is made of: ``[[slug, title], ...]``, each topic once, in order."""
    return [[topic.slug, topic.title] for topic in unique_topics(topic for topic in outline.topics if topic.required)]


def replacements_by_topic() -> dict[str, list[str]]:
    """``{replaced slug: [slugs of its replacements]}``. One query."""
    return replacements_by_slug(Topic.objects.exclude(replaces=[]).values_list("slug", "replaces"))


def added_since(
    topics: Iterable[Sequence[str]], outline: Outline, replacements: dict[str, list[str]] | None = None
) -> list[tuple[str, str]]:
    """The required topics of a track that a certificate of these ``topics`` does not cover: the track has grown since.

    Both are pairs of a slug and a title. A topic that took over from a covered one is not new. One query where
    anything else is there, unless ``replacements`` are at hand.
    """
    covered = {slug for slug, _title in topics}
    uncovered = [(slug, title) for slug, title in required_topics(outline) if slug not in covered]
    if not uncovered:
        return []
    replacements = replacements_by_topic() if replacements is None else replacements
    replaced = {slug for old in covered for slug in followers(old, replacements)}
    return [(slug, title) for slug, title in uncovered if slug not in replaced]
