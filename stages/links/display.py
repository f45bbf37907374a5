"""What learners are offered where a link is dead."""

from collections.abc import Iterable

from stages.models import TopicResource
from stages.models.links import current_check, is_dead

ALTERNATIVES = 3


def with_alternatives(links: Iterable[TopicResource]) -> list[TopicResource]:
    """The links of a topic as a list, each with ``dead`` (its LinkCheck, or None) and ``instead`` of it others.

    ``links`` come with their resources and what is known about them, as TopicResourceQuerySet.shown() reads them.
    """
    links = list(links)
    for link in links:
        link.dead = current_check(link.resource) if is_dead(link.resource) else None
    alive = [link for link in links if not link.dead and not link.resource.outdated][:ALTERNATIVES]
    for link in links:
        link.instead = alive if link.dead else []
    return links
