"""/me/: the learner's dashboard."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import AuthedRequest
from accounts.timezones import parse_zone
from progress import activity
from progress.dashboard.recommendations import Recommendation, recommendations
from progress.reader_progress import ReaderProgress
from stages.content import outline_of_stages, outlines
from stages.models import Level, Topic, Track
from stages.outline import Outline, OutlineTopic

NEXT = 4  # topics that are shown as what comes next


@require_safe
@cache_control(private=True)
def me(request: AuthedRequest) -> HttpResponse:
    """The learner's own page: where to continue, how far each part is, and how the year went."""
    progress = ReaderProgress.for_request(request)
    roadmap = outline_of_stages()
    tracks = list(Track.objects.published().filter(follows_stages=False))
    track_outlines = outlines(tracks)
    context = {
        "measured": progress.measure(roadmap.topics),
        "progress": progress,
        "topics": roadmap.topics,
        "next": recommend(progress, roadmap.topics),
        "in_progress": topics_in_progress(request.user, roadmap),
        "stages": [(section, progress.measure(section.topics)) for section in roadmap.sections],
        "levels": [
            (level, progress.measure([topic for topic in roadmap.topics if topic.level == level])) for level in Level
        ],
        "tracks": [(track, progress.measure(track_outlines[track.pk].topics)) for track in tracks],
        **history_context(request, roadmap.topics, progress),
    }
    return render(request, "progress/dashboard/dashboard.html", context)


def recommend(progress: ReaderProgress, topics: Sequence[OutlineTopic]) -> list[tuple[OutlineTopic, Recommendation]]:
    """The topic to continue with and those after it."""
    first = progress.next_topic(topics)
    after = islice((topic for topic in progress.upcoming(topics) if topic != first), NEXT - 1)
    chosen = [first, *after] if first else []
    # One query, and none for somebody who has nothing left.
    pairs = Topic.objects.published().with_prerequisites() if chosen else []
    return recommendations(chosen, topics, pairs, progress.statuses)


def topics_in_progress(user: User, roadmap: Outline) -> list[tuple[OutlineTopic, datetime]]:
    """(topic, since when) for what is being learned, the longest begun first. One query."""
    by_pk = {topic.pk: topic for topic in roadmap.topics}
    rows = user.topic_progress.in_progress().values_list("topic_id", "changed_at")
    return [(by_pk[pk], since) for pk, since in rows if pk in by_pk]


def history_context(
    request: AuthedRequest, topics: Sequence[OutlineTopic], progress: ReaderProgress
) -> dict[str, Any]:
    """The year, the streak and the burn-up, in the days of whoever asks. One query."""
    user, zone = request.user, parse_zone(request)
    today = timezone.localdate(timezone=zone)
    events = list(user.progress_events.history())
    days = activity.active_days(events, zone)
    measured = progress.measure(topics)
    burn_up = activity.burn_up(events, {topic.pk for topic in topics if topic.required}, zone)
    forecast = activity.forecast(burn_up.learned, measured.left, today)
    return {
        "zone": zone,
        "has_history": bool(days),
        "year": activity.year(days, today, user.rest_days),
        "streak": activity.streak(days, today, user.rest_days) if user.shows_streak else None,
        "burn_up": burn_up,
        "forecast": forecast,
        "chart": activity.chart(burn_up.points, measured.total, today, forecast),
    }
