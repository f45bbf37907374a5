from django.shortcuts import render
from django.views.decorators.http import require_safe

from progress.models import Status
from progress.standings import Standings
from stages.models import Track
from stages.outline import outline_of_stages, outlines


@require_safe
def me(request):
    """The learner's own page: where to continue, and how far each stage and track is."""
    progress = Standings.of_reader(request)
    roadmap = outline_of_stages()
    tracks = list(Track.objects.published().filter(follows_stages=False))
    found = outlines(tracks)
    context = {
        "measure": progress.measure(roadmap.topics),
        "progress": progress,
        "topics": roadmap.topics,
        "stages": [(section, progress.measure(section.topics)) for section in roadmap.sections],
        "tracks": [(track, progress.measure(found[track.pk].topics)) for track in tracks],
        "learning": [topic for topic in roadmap.topics if progress.of(topic.pk) == Status.LEARNING],
    }
    return render(request, "progress/me.html", context)
