"""Pages as a learner sees them, for maintainers: with progress that is made up, and with what is still a draft.

Nothing is written, and nothing on these pages can be: the reader is one that no account has, so a box that is
pressed is refused as the box of another reader's page is (``reader`` in ``progress.views.ticks``).
"""

from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.db.models import TextChoices
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import second_factor
from progress.models import Status
from progress.standings import Standings
from progress.views.unlisted import unlisted
from stages.models import Stage, Topic
from stages.outline import outline_of_stages
from stages.previewing import outline_with, to_come
from stages.views import show_roadmap, show_stage, show_topic


class Learner(AnonymousUser):
    """Whom a preview is shown to: somebody without notes, cohorts and rights, and with a key of nobody."""

    pk = id = "preview"


class Standing(TextChoices):
    """What the learner of a preview has done; ``?done=`` chooses."""

    NOTHING = "nothing", _("Nothing yet")
    HALF = "half", _("This stage half")
    STAGE = "stage", _("All before, and this stage")
    EVERYTHING = "everything", _("Everything")


def made_up(standing, outline, place):
    """The standings of such a learner; ``place`` is the index of the stage that the page is about."""
    section = outline.sections[place] if outline.sections else None
    before = [topic for section in outline.sections[:place] for topic in section.topics]
    here = list(section.topics) if section else []
    half = len(here) // 2
    done, learning = {
        Standing.NOTHING: ([], []),
        Standing.HALF: (before + here[:half], here[half : half + 1]),
        Standing.STAGE: (before + here, []),
        Standing.EVERYTHING: (outline.topics, []),
    }[standing]
    return Standings({topic.pk: Status.DONE for topic in done} | {topic.pk: Status.LEARNING for topic in learning})


def for_maintainers(view):
    """404 for everyone else: what is a draft is nobody's business."""

    @require_safe
    @unlisted
    @wraps(view)
    def wrapper(request, **arguments):
        is_staff = request.user.is_staff and second_factor.suffices(request)  # as in the admin
        if not (is_staff and request.user.has_perm("stages.view_topic")):
            raise Http404
        return view(request, **arguments)

    return wrapper


def pretend(request, outline, place, hidden=False):
    """Make ``request`` one of a learner who stands as it asks for; ``hidden`` when learners cannot see the page."""
    asked = request.GET.get("done")
    standing = Standing(asked) if asked in Standing else Standing.NOTHING
    request.preview = {"standing": standing, "choices": Standing, "hidden": hidden, "view": request.GET.get("view")}
    request.made_up_standings = made_up(standing, outline, place)
    request.user = Learner()
    return request


def place_of(outline, stage):
    return next(place for place, section in enumerate(outline.sections) if section.slug == stage.slug)


@for_maintainers
def roadmap(request):
    outline = outline_of_stages()
    return show_roadmap(pretend(request, outline, 0), outline)


@for_maintainers
def stage(request, slug):
    """A stage with all its topics that are not retired, as if they were published."""
    stage = get_object_or_404(Stage, slug=slug)
    outline = outline_with(stage, to_come(stage))
    place = place_of(outline, stage)
    hidden = not stage.is_published()
    return show_stage(pretend(request, outline, place, hidden), stage, outline.sections, place)


@for_maintainers
def topic(request, slug):
    topic = get_object_or_404(Topic.objects.select_related("stage"), slug=slug)
    outline = outline_with(topic.stage, Topic.objects.filter(pk=topic.pk))
    hidden = not topic.is_published()
    return show_topic(pretend(request, outline, place_of(outline, topic.stage), hidden), topic, outline)
