"""Composing a track in a real browser: by pointer, by keyboard, without scripts, and for everyone."""

import pytest

from progress.cohorts.models import CustomTrack
from stages.models import Topic, Track
from tests.browser.test_pages import violations
from tests.conftest import make_user

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"


@pytest.fixture
def author(transactional_db):
    return make_user("Ines Instructor")


@pytest.fixture
def own(content, author):
    """Start: Maps, Routes, Weather; Finish: Snacks. Its original had a topic less when it was looked at."""
    track = Track.objects.create(slug="own", title="Evening course", summary="Six evenings.", private=True)
    own = CustomTrack.objects.create(track=track, original=content.other, original_snapshot=[])
    own.authors.add(author)
    for position, (slug, topics) in enumerate({"start": ["maps", "routes", "weather"], "finish": ["snacks"]}.items()):
        section = track.sections.create(slug=slug, title=slug.title(), position=position)
        for place, topic in enumerate(topics):
            section.places.create(topic=content.topics[topic], position=place)
    return own


def order(own):
    return {section.slug: [place.topic.slug for place in section.places.all()] for section in own.track.sections.all()}


def open_composer(open_browser, author, **options):
    page = open_browser(author, **options)
    page.goto("/cohorts/tracks/own/compose/?q=boots")
    page.get_by_role("heading", name="Evening course").wait_for()
    return page


def test_by_keyboard_the_focus_stays_on_what_is_moved_and_its_place_is_said(open_browser, author, own):
    page = open_composer(open_browser, author)
    page.get_by_role("button", name="Move down: Weather").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Weather, now 1 of 2 in Finish.").wait_for(state="attached")
    page.locator("#down--finish--weather:focus").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Weather, now 2 of 2 in Finish.").wait_for(state="attached")
    page.locator("#down--finish--weather:focus").wait_for()
    settle(page)
    page.get_by_role("button", name="Move up: Finish").press("Enter")
    page.get_by_text("Finish, now section 1 of 2.").wait_for(state="attached")
    page.locator("#up--finish:focus").wait_for()
    settle(page)
    page.get_by_role("button", name="Add Boots").press("Enter")
    page.get_by_text("Boots, now 3 of 3 in Finish.").wait_for(state="attached")
    page.locator("#add--boots:focus").wait_for()
    assert order(own) == {"finish": ["snacks", "weather", "boots"], "start": ["maps", "routes"]}


def settle(page):
    """Wait until htmx has put everything in place, the focus as well, which it would take back from us otherwise."""
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added").first.wait_for(state="detached")


def drag(page, source, target, keep=True):
    page.locator(f"{source} .handle").first.hover()
    page.mouse.down()
    box = page.locator(target).first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 3, steps=4)
    if not keep:
        page.keyboard.press("Escape")
    page.mouse.up()


def test_topics_and_sections_are_dragged(open_browser, author, own):
    page = open_composer(open_browser, author)
    drag(page, "#start--maps", "#finish--snacks")
    page.get_by_text("Maps, now 2 of 2 in Finish.").wait_for(state="attached")
    drag(page, "#start--routes", "#finish--snacks", keep=False)
    assert order(own) == {"start": ["routes", "weather"], "finish": ["snacks", "maps"]}
    drag(page, "#section--start > .track-editor-head", "#section--finish")
    page.get_by_text("Start, now section 2 of 2.").wait_for(state="attached")
    assert list(order(own)) == ["finish", "start"]


def test_everything_works_without_scripts(open_browser, author, own):
    page = open_composer(open_browser, author, java_script_enabled=False)
    page.get_by_role("button", name="Add Boots").click()
    page.get_by_text("Boots, now 4 of 4 in Start.").wait_for()
    page.get_by_role("button", name="Move up: Boots").click()
    page.get_by_text("Boots, now 3 of 4 in Start.").wait_for()
    page.get_by_label("Choose Maps").check()
    page.get_by_label("Chosen topics to").select_option("Finish")
    page.get_by_role("button", name="Move them").click()
    page.get_by_text("1 topic is at the end of Finish.").wait_for()
    page.get_by_role("button", name="Remove: Weather").click()
    page.get_by_text("Weather is no longer in Start.").wait_for()
    assert order(own) == {"start": ["routes", "boots"], "finish": ["snacks", "maps"]}


def test_every_page_is_accessible_and_fits_a_phone(open_browser, author, own):
    Topic.objects.filter(slug="maps").update(title=LONG)
    own.track.sections.filter(slug="start").update(title=LONG)
    page = open_browser(author, viewport={"width": 320, "height": 700})
    found = {}
    for verb in (
        "",
        "own/",
        "own/compose/?q=o",
        "own/sections/start/edit/",
        "own/changes/",
        "own/authors/",
        "own/remove/",
    ):
        page.goto(f"/cohorts/tracks/{verb}")
        page.locator("h1").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if problems := [*violations(page), *(["wide"] if wide else [])]:
            found[verb] = problems
    assert found == {}
