"""The four layouts of a roadmap: map, table, outline and checklist, as the five documents draw theirs."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from stages.content import Content
from stages.display_cookies import set_for_a_year
from stages.map.stylesheet import map_stylesheet
from stages.models import Level
from stages.outline import Outline, OutlineTopic, Section


class RoadmapLayout(TextChoices):
    """The values of ``?view=``. All four show the same rows."""

    MAP = "map", _("Map")
    TABLE = "table", _("Table")
    OUTLINE = "outline", _("Outline")
    CHECKLIST = "checklist", _("Checklist")

    @property
    def template(self) -> str:
        """What draws it. The checklist is the page itself: the trail, or the sections of a track."""
        return f"stages/roadmap/layouts/{self}.html"


def layout_of(request: HttpRequest) -> RoadmapLayout:
    """The layout that a page is asked for: by its address, else as this browser saw the last one."""
    for name in (request.GET.get("view"), request.COOKIES.get("view")):
        if name is not None and name in RoadmapLayout:
            return RoadmapLayout(name)
    return RoadmapLayout.CHECKLIST


def remember_layout(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keep the layout that was chosen with the switch for the next page of this browser."""
    layout = request.GET.get("view")
    if layout is not None and layout in RoadmapLayout and layout != request.COOKIES.get("view"):
        set_for_a_year(response, "view", layout)
        patch_cache_control(response, private=True)  # what sets a cookie is for one browser
    return response


def layout_context(content: Content, outline: Outline, layout: RoadmapLayout) -> dict[str, Any]:
    """What a page needs to show an outline in a layout."""
    context = {"layout": layout, "layouts": RoadmapLayout}
    if layout == RoadmapLayout.MAP:
        context["map_stylesheet"] = map_stylesheet(content, outline)
    if layout == RoadmapLayout.OUTLINE:
        context["levels"] = topics_by_level(outline)
    return context


def topics_by_level(outline: Outline) -> list[tuple[Level, tuple[OutlineTopic, ...], list[Section]]]:
    """The outline as a tree: [(level, its topics, its sections)], each section with its topics of that level."""
    tree = []
    for level in Level:
        parts = [(section, topics_at_level(section.topics, level)) for section in outline.sections]
        branches = [replace(section, topics=topics) for section, topics in parts if topics]
        if branches:
            tree.append((level, topics_at_level(outline.topics, level), branches))
    return tree


def topics_at_level(topics: Iterable[OutlineTopic], level: Level) -> tuple[OutlineTopic, ...]:
    return tuple(topic for topic in topics if topic.level == level)
