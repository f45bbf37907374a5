"""Four ways to see a roadmap: as the five documents draw theirs."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from stages.display_cookies import set_for_a_year
from stages.map.stylesheet import sheet_of
from stages.models import Level
from stages.outline import Outline, OutlineTopic, Section, prerequisites


class Look(TextChoices):
    """The values of ``?view=``. All four show the same rows."""

    MAP = "map", _("Map")
    TABLE = "table", _("Table")
    OUTLINE = "outline", _("Outline")
    CHECKLIST = "checklist", _("Checklist")

    @property
    def template(self) -> str:
        """What draws it. The checklist is the page itself: the trail, or the sections of a track."""
        return f"stages/roadmap/layouts/{self}.html"


def look_of(request: HttpRequest) -> Look:
    """The look that a page is asked for: by its address, else as this browser saw the last one."""
    for wanted in (request.GET.get("view"), request.COOKIES.get("view")):
        if wanted is not None and wanted in Look:
            return Look(wanted)
    return Look.CHECKLIST


def remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep the look that was chosen with the switch for the next page of this browser."""
    look = request.GET.get("view")
    if look is not None and look in Look and look != request.COOKIES.get("view"):
        set_for_a_year(response, "view", look)
    return response


def seen(request: HttpRequest, outline: Outline) -> dict[str, Any]:
    """What a page needs to show an outline in the look that is asked for."""
    look = look_of(request)
    context = {"look": look, "looks": Look}
    if look == Look.MAP:
        context["sheet"] = sheet_of(outline, prerequisites())
    if look == Look.OUTLINE:
        context["levels"] = by_level(outline)
    return context


def by_level(outline: Outline) -> list[tuple[Level, tuple[OutlineTopic, ...], list[Section]]]:
    """The outline as a tree: [(level, its topics, its sections)], each section with its topics of that level."""
    tree = []
    for level in Level:
        parts = [(section, of_level(section.topics, level)) for section in outline.sections]
        branches = [replace(section, topics=topics) for section, topics in parts if topics]
        if branches:
            tree.append((level, of_level(outline.topics, level), branches))
    return tree


def of_level(topics: Iterable[OutlineTopic], level: Level) -> tuple[OutlineTopic, ...]:
    return tuple(topic for topic in topics if topic.level == level)
