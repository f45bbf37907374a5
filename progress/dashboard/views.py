"""/me/: the learner's dashboard."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import AuthedRequest
from accounts.timezones import parse_zone
from progress import activity
from progress.dashboard.recommendations import Recommendation, recommendations
from progress.models import ProgressEvent, TopicProgress
from progress.reader_progress import ReaderProgress
from stages.content import Content, current_content
from stages.models import Level, Topic, Track
from stages.outline import Outline, OutlineTopic, Pair
from stages.pages import render_page
from stages.prepared_query import PreparedQuery
from stages.roadmap.layouts import topics_at_level

NEXT = 4  # topics that are shown as what comes next


@require_safe
def me(request: AuthedRequest) -> HttpResponseBase:
    """The learner's own page: where to continue, how far each part is, and how the year went."""
    content, progress = current_content(), ReaderProgress.for_request(request)
    reader = {
        "progress": progress,
        "next": recommend(content, progress),
        "in_progress": topics_in_progress(request.user, content.outline),
        **history_context(request, content.outline.topics, progress),
    }
    return render_page(request, content, "progress/dashboard/dashboard.html", dashboard_context, reader=reader)


def dashboard_context(content: Content) -> dict[str, Any]:
    """What it can be measured by, for whoever it is."""
    roadmap, tracks = content.outline, list(Track.objects.published().filter(follows_stages=False))
    outlines = content.track_outlines(tracks)
    return {
        "outline": roadmap,
        "levels": [(level, topics_at_level(roadmap.topics, level)) for level in Level],
        "tracks": [(track, outlines[track.pk]) for track in tracks],
    }


def recommend(content: Content, progress: ReaderProgress) -> list[tuple[OutlineTopic, Recommendation]]:
    """The topic to continue with and those after it."""
    topics = content.outline.topics
    first = progress.next_topic(topics)
    after = islice((topic for topic in progress.upcoming(topics) if topic != first), NEXT - 1)
    chosen = [first, *after] if first else []
    return recommendations(chosen, topics, content.keep(published_pairs), progress.statuses)


def published_pairs(content: Content) -> tuple[Pair, ...]:
    """What needs what, where both are published."""
    return tuple(Topic.objects.published().with_prerequisites())


def topics_in_progress(user: User, roadmap: Outline) -> list[tuple[OutlineTopic, datetime]]:
    """(topic, since when) for what is being learned, the longest begun first. One query."""
    by_pk = {topic.pk: topic for topic in roadmap.topics}
    return [(by_pk[pk], since) for pk, since in IN_PROGRESS.rows(user.pk) if pk in by_pk]


def in_progress_query(user: int) -> QuerySet[TopicProgress, Any]:
    return TopicProgress.objects.filter(user=user).in_progress().values_list("topic_id", "changed_at")


IN_PROGRESS = PreparedQuery(in_progress_query, parameters=1)


class HistoryRow(NamedTuple):
    """The columns of ``ProgressEventQuerySet.history``."""

    topic_id: int
    status: str
    cause: str
    at: datetime


def history_context(
    request: AuthedRequest, topics: Sequence[OutlineTopic], progress: ReaderProgress
) -> dict[str, Any]:
    """The year, the streak and the burn-up, in the days of whoever asks. One query."""
    user, zone = request.user, parse_zone(request)
    today = timezone.localdate(timezone=zone)
    events = [HistoryRow(*row) for row in HISTORY.rows(user.pk)]
    days = activity.active_days(events, zone)
    measured = progress.measure(topics)
    burn_up = activity.burn_up(events, {topic.pk for topic in topics if topic.required}, zone)
    forecast = activity.forecast(burn_up.learned, measured.left, today)
    return {
        "zone": zone,
        "measured": measured,
        "has_history": bool(days),
        "year": activity.year(days, today, user.rest_days),
        "streak": activity.streak(days, today, user.rest_days) if user.shows_streak else None,
        "burn_up": burn_up,
        "forecast": forecast,
        "chart": activity.chart(burn_up.points, measured.total, today, forecast),
    }


def history_query(user: int) -> QuerySet[ProgressEvent, Any]:
    return ProgressEvent.objects.filter(user=user).history()


HISTORY = PreparedQuery(history_query, parameters=1)
