"""A small roadmap for tests, and folders of fixture files to load."""

from types import SimpleNamespace

import yaml

from progress.models import Attempt, CarryOver, ProgressEvent, TopicProgress
from stages.models import (
    Entry,
    Exercise,
    LoadedEntry,
    Resource,
    Revision,
    SiteSettings,
    Source,
    Stage,
    Topic,
    TopicResource,
    Track,
    TrackSection,
    TrackTopic,
)

FastDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


TOOLS_PAGE = """from django.http import HttpResponse


def tools(request):
    return HttpResponse("<title>Tools</title><p>Nothing")
"""
TOOLS_CHECKS = '''from django.test import TestCase

from library.names import FIRST


class ToolTests(TestCase):
    def test_the_page_is_there(self):
        """The page answers."""
        self.assertEqual(self.client.get("/").status_code, 200, "The page does not answer.")

    def test_the_page_names_tools(self):
        """The page names its first tool."""
        self.assertContains(self.client.get("/"), FIRST, msg_prefix="The page does not name the saw")
'''
TOOLS_URLS = 'from django.urls import path\n\nfrom library import views\n\nurlpatterns = [path("", views.tools)]\n'


def block(path, text):
    """A file of an exercise."""
    return f'```python title="{path}"\n{text.rstrip()}\n```'


def make_site_exercise(topic, slug="tools", **fields):
    """An exercise with two files to write and two that are given, of which one check holds at first."""
    return Exercise.objects.create(
        **{
            "slug": slug,
            "topic": topic,
            "title": "Name the tools",
            "kind": "build",
            "task": "In `library/views.py`, let the page name the first tool, which is in `library/names.py`.",
            "given": f"{block('library/names.py', 'FIRST = "Saw"')}\n{block('library/urls.py', TOOLS_URLS)}",
            "files": f"{block('library/views.py', TOOLS_PAGE)}\n{block('library/notes.py', '# for yourself')}",
            "checks": block("checks.py", TOOLS_CHECKS),
            "hints": ["Look at `given`.", "It is a saw."],
            "solution": block("library/views.py", TOOLS_PAGE.replace("<p>Nothing", "<p>Saw")),
            **fields,
        }
    )


def wipe():
    """Take everything away that the site holds except people."""
    for model in (
        Attempt,
        Exercise,
        TopicProgress,
        ProgressEvent,
        CarryOver,
        TrackTopic,
        TrackSection,
        Track,
        Entry,
        Source,
    ):
        model.objects.all().delete()
    for model in (Exercise, TopicResource, Topic, Resource, Stage, SiteSettings, LoadedEntry, Revision):
        model.objects.all().delete()


def make_content():
    """Two stages, five topics (one of them optional), a resource, the merged roadmap and one other track.

    The other track names ``routes`` under two of its headings, as a document may.
    """
    first = Stage.objects.create(slug="first", title="First steps", summary="Begin.", level="beginner", position=1)
    second = Stage.objects.create(slug="second", title="Further on", summary="Go on.", level="advanced", position=2)
    topics = {}
    rows = [
        ("boots", first, True),
        ("maps", first, True),
        ("snacks", first, False),
        ("routes", second, True),
        ("weather", second, True),
    ]
    for position, (slug, stage, required) in enumerate(rows, start=1):
        topics[slug] = Topic.objects.create(
            slug=slug,
            stage=stage,
            title=slug.title(),
            summary=f"Know your {slug}.",
            position=position,
            required=required,
            level=stage.level,
        )
    topics["maps"].prerequisites.add(topics["boots"])
    resource = Resource.objects.create(url="https://example.org/maps/", title="Reading maps", publisher="Example")
    TopicResource.objects.create(topic=topics["maps"], resource=resource, position=1, why="It is short.")
    source = Source.objects.create(key="leaflet", title="A leaflet", form="A list.", summary="It names maps.")
    entry = Entry.objects.create(ref="x1", source=source, section="Part one", line=3, label="Maps", position=1)
    entry.topics.add(topics["maps"])
    Track.objects.create(slug="roadmap", title="The roadmap", summary="All.", follows_stages=True)
    other = Track.objects.create(slug="other", title="Another way", summary="Less.", position=2, source=source)
    for position, (title, slugs) in enumerate([("Start", ["maps", "routes"]), ("Finish", ["routes", "snacks"])]):
        section = TrackSection.objects.create(track=other, slug=title.lower(), title=title, position=position)
        for place, slug in enumerate(slugs):
            TrackTopic.objects.create(section=section, topic=topics[slug], position=place, required=slug != "snacks")


def read_content() -> SimpleNamespace:
    """What ``make_content`` made, as rows that a test may change."""
    stages = {stage.slug: stage for stage in Stage.objects.all()}
    topics = {topic.slug: topic for topic in Topic.objects.order_by("pk")}
    for topic in topics.values():
        topic.stage = next(stage for stage in stages.values() if stage.pk == topic.stage_id)
    tracks = {track.slug: track for track in Track.objects.all()}
    source = Source.objects.get()
    tracks["other"].source = source
    return SimpleNamespace(
        **stages,
        topics=topics,
        resource=Resource.objects.get(),
        source=source,
        merged=tracks["roadmap"],
        other=tracks["other"],
    )


def stage(slug="first", **fields):
    return {"model": "stages.stage", "fields": {"slug": slug, "title": slug.title(), "summary": "A stage.", **fields}}


def topic(slug, stage="first", **fields):
    fields = {"slug": slug, "stage": [stage], "title": slug.title(), "summary": "A topic.", **fields}
    return {"model": "stages.topic", "fields": fields}


def track(slug):
    fields = {"slug": slug, "title": slug.title(), "summary": "A track.", "follows_stages": True}
    return {"model": "stages.track", "fields": fields}


def write_files(folder, *entries, name="roadmap.yaml"):
    """Make ``folder`` hold one fixture file with these entries, and return the folder."""
    folder.mkdir(exist_ok=True)
    text = yaml.dump(list(entries), Dumper=FastDumper, allow_unicode=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


DOUBLE = """```python title="double.py"
def double(number):
    return {}
```"""
ADDS = DOUBLE.format("number + 2")  # right for 2 alone
CHECKS = '''```python title="checks.py"
from unittest import TestCase

from double import double


class DoubleTests(TestCase):
    def test_two(self):
        """Two becomes four."""
        self.assertEqual(double(2), 4, "Two does not become four.")

    def test_six(self):
        """Six becomes twelve."""
        self.assertEqual(double(6), 12, "Six does not become twelve.")

    def test_nothing(self):
        """Nothing stays nothing."""
        self.assertEqual(double(0), 0, "Nothing does not stay nothing.")
```'''


def make_exercise(topic, slug="double", **fields):
    """An exercise in plain Python: to double a number, which adding 2 does not."""
    usual = {
        "title": "Twice as much",
        "task": "Write `double(number)` in `double.py`.",
        "files": DOUBLE.format("None"),
        "checks": CHECKS,
        "hints": ["Add it to itself.", "Or multiply."],
        "solution": DOUBLE.format("number + number"),
        "wrong_answers": [{"title": "Adds two", "says": "Six does not become twelve", "files": ADDS}],
    }
    return Exercise.objects.create(topic=topic, slug=slug, **usual | fields)
