"""The map in a real browser: everything is readable, lit, walked and ticked, at every width."""

from playwright.sync_api import expect

from progress.models import TopicProgress
from stages.models import Topic, Track
from tests.browser.test_journey import saved
from tests.browser.test_pages import violations

WIDTHS = (320, 768, 1280)

# Everything with words on the map, and what each must stay inside of.
MEASURE = """() => {
  const rect = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect()
    return [left, top, right, bottom]
  }
  const shown = (element) => element.getClientRects().length && getComputedStyle(element).display !== "none"
  return {
    boxes: [...document.querySelectorAll(".node")].map((node) => ({
      id: node.id, box: rect(node.querySelector(".box")), text: rect(node.querySelector("text")),
      tick: rect(node.querySelector("button")) })),
    heads: [...document.querySelectorAll(".map-head text, .map-facts, .map-part")].filter(shown)
      .map((text) => ({ id: text.textContent, box: rect(text) })),
    wide: document.documentElement.scrollWidth,
  }
}"""


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def walk(learner):
    """Give the learner every kind of standing."""
    for number, topic in enumerate(Topic.objects.in_learning_order()[:40]):
        TopicProgress.objects.record(learner, topic, ["done", "learning", "skipped", "done"][number % 4])


def test_nothing_overlaps_and_every_title_fits_its_box(open_browser, roadmap):
    long = "Donaudampfschifffahrtsgesellschaft and WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW mmmmmmmmmmmmmmmmmm"
    Topic.objects.filter(slug="python-loops").update(title=long)
    page = open_browser()
    for path in ("/?view=map", *(f"/tracks/{slug}/?view=map" for slug in ("table-and-tree", "nineteen-sections"))):
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            check_room(page.evaluate(MEASURE), f"{path} at {width}", width)


def check_room(found, where, width):
    assert found["wide"] <= width, where
    everything = [(box["id"], box["box"]) for box in found["boxes"]] + [(h["id"], h["box"]) for h in found["heads"]]
    everything.sort(key=lambda thing: thing[1][1])
    assert len(found["boxes"]) > 70
    for place, (name, box) in enumerate(everything):
        assert box[0] >= 0, f"{name} {where}"
        assert box[2] <= width, f"{name} {where}"
        for other, rect in everything[place + 1 : place + 30]:
            assert not overlap(box, rect), f"{name} and {other} {where}"
    for node in found["boxes"]:
        left, top, right, bottom = node["text"]
        name = f"{node['id']} {where}"
        assert node["box"][0] < left < right <= node["box"][2], name
        assert node["box"][1] <= top < bottom <= node["box"][3], name
        assert not overlap(node["tick"], node["text"]), name
        assert min(node["tick"][2] - node["tick"][0], node["tick"][3] - node["tick"][1]) >= 24, name


def test_nothing_shifts_while_it_loads(open_browser, roadmap):
    for width in WIDTHS:  # each for the first time, with nothing kept from the other
        page = open_browser(viewport={"width": width, "height": 800})
        page.add_init_script(
            "window.shifts = 0; new PerformanceObserver((list) => {"
            " for (const entry of list.getEntries()) shifts += entry.value })"
            ".observe({ type: 'layout-shift', buffered: true })"
        )
        page.goto("/?view=map", wait_until="networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate("shifts") == 0, width


def test_every_topic_is_read_once_and_in_learning_order(page):
    page.goto("/?view=map")
    names = ["Boots", "Maps", "Snacks", "Routes", "Weather"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        tree = page.locator(".map").aria_snapshot()
        assert [tree.count(f'checkbox "{name}"') for name in names] == [1] * 5, width
        places = [tree.index(f'checkbox "{name}"') for name in names]
        assert places == sorted(places), width
        assert tree.count('heading "Stage ') == 2, width
        assert tree.count("You are here") == 1, width


def test_what_a_topic_needs_is_lit_on_hover_and_on_focus(page):
    page.goto("/?view=map")
    edges = page.locator("#first--maps .edges")
    assert not edges.is_visible()
    page.locator("#first--maps .hit").hover()
    assert edges.is_visible()
    page.locator("h1").hover()
    assert not edges.is_visible()
    page.locator("#first--maps-name").focus()
    assert edges.is_visible()
    box, ring = page.locator("#first--boots .box").bounding_box(), edges.bounding_box()
    assert ring["x"] <= box["x"]
    assert ring["y"] <= box["y"]


def test_the_narrow_map_is_lit_along_its_own_paths(open_browser, content):
    page = open_browser(viewport={"width": 320, "height": 700})
    page.goto("/?view=map")
    page.locator("#first--maps-name").focus()
    box, ring = page.locator("#first--boots .box").bounding_box(), page.locator("#first--maps .edges").bounding_box()
    assert ring["y"] <= box["y"]
    assert box["x"] - 3 <= ring["x"] <= box["x"]


def test_a_topic_opens_beside_the_map_and_escape_comes_back(page):
    page.goto("/?view=map")
    page.locator("#first--maps-name").press("Enter")
    page.get_by_role("dialog", name="Maps").wait_for()
    assert page.evaluate("document.activeElement.id") == "beside-title"
    assert page.url.endswith("/?view=map")
    page.locator("#beside--maps-tick").press("Space")
    assert saved(page) == "Maps: done. First steps: 1 of 2 done. You can undo this."
    assert page.locator("#first--maps-tick").get_attribute("aria-checked") == "true"
    assert page.evaluate("document.activeElement.id") == "beside--maps-tick"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "first--maps-name"
    assert not page.get_by_role("dialog").is_visible()
    page.locator("#second--routes-name").click()
    page.get_by_role("dialog", name="Routes").wait_for()
    page.get_by_role("button", name="Close").click()
    assert page.evaluate("document.activeElement.id") == "second--routes-name"


def test_the_panel_is_never_on_top_of_its_topic(page):
    page.goto("/?view=map")
    for name in ("first--boots", "first--snacks"):
        page.locator(f"#{name}-name").click()
        page.locator("#beside-title").wait_for()
        panel, node = page.locator("#beside").bounding_box(), page.locator(f"#{name} .box").bounding_box()
        assert panel["x"] >= node["x"] + node["width"] or panel["x"] + panel["width"] <= node["x"]
        page.keyboard.press("Escape")


def test_a_tick_on_the_map_updates_the_panel_that_shows_it(page):
    page.goto("/?view=map")
    page.locator("#first--boots-name").click()
    page.locator("#beside-title").wait_for()
    page.locator("#first--boots-tick").click()
    saved(page)
    assert page.locator("#beside--boots-tick").get_attribute("aria-checked") == "true"


def test_of_two_topics_opened_at_once_the_later_one_stays(page):
    page.goto("/?view=map")
    held = []
    page.route("**/topics/boots/beside/", lambda route: held.append(route))
    page.locator("#first--boots-name").click()
    page.locator("#first--maps-name").click()
    page.get_by_role("dialog", name="Maps").wait_for()
    held.pop().continue_()
    page.wait_for_timeout(300)
    assert page.get_by_role("dialog", name="Maps").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "first--maps-name"


def test_arrow_keys_walk_the_map(page):
    page.goto("/?view=map")
    page.locator("#first--boots-name").focus()
    steps = [
        ("ArrowRight", "first--maps"),
        ("ArrowRight", "first--snacks"),
        ("ArrowRight", "second--routes"),
        ("ArrowLeft", "first--snacks"),
        ("ArrowLeft", "first--maps"),
        ("ArrowDown", "second--weather"),
        ("ArrowUp", "first--maps"),
        ("ArrowUp", "first--maps"),
    ]
    for key, there in steps:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == f"{there}-name", key


def test_the_sign_follows_the_reader_and_the_focus_stays(page):
    page.goto("/?view=map")
    for name, following in (("first--boots", "first--maps"), ("first--maps", "second--routes")):
        assert page.locator(f"#{name} #here").count() == 1
        page.locator(f"#{name}-tick").press("Space")
        saved(page)
        assert page.evaluate("document.activeElement.id") == f"{name}-tick"
        assert page.locator("#here").count() == page.locator(f"#{following} #here").count() == 1
        assert page.locator(f"#{name} .mark-done").is_visible()
    for name in ("second--routes", "second--weather", "second--weather"):  # all done, and one of them no more
        page.locator(f"#{name}-tick").press("Space")
        saved(page)
    assert page.locator("#second--weather #here").count() == 1


def test_every_look_works_without_javascript(open_browser, content):
    page = open_browser(java_script_enabled=False)
    page.goto("/")
    for number, look in enumerate(["Map", "Table", "Outline", "Checklist"]):
        page.get_by_role("navigation", name="Ways to see it").get_by_role("link", name=look).click()
        page.wait_for_url(f"**/?view={look.lower()}")
        box = page.get_by_role("checkbox", name="Maps", exact=True)
        expect(box).to_be_checked(checked=bool(number % 2))
        box.click()
        page.wait_for_url(f"**/?view={look.lower()}#first--maps")
        expect(box).to_be_checked(checked=not number % 2)
    page.goto("/?view=map")
    page.get_by_role("link", name="Maps", exact=True).click()
    page.wait_for_url("**/topics/maps/")


def test_a_topic_that_cannot_be_fetched_opens_as_a_page(page):
    page.goto("/?view=map")
    page.route("**/beside/", lambda route: route.fulfill(status=500))
    page.locator("#first--maps-name").click()
    page.wait_for_url("**/topics/maps/")
    page.complaints.clear()  # the console may complain about the failure that this test made


def test_axe_finds_nothing_and_a_phone_has_room(open_browser, walked):
    page = open_browser(walked, viewport={"width": 320, "height": 700})
    for look in ("checklist", "outline", "table", "map"):
        for path in (f"/?view={look}", f"/tracks/other/?view={look}"):
            page.goto(path)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.locator("#start--maps-name").click()
    page.locator("#beside-title").wait_for()
    assert violations(page) == []


def test_axe_finds_nothing_on_the_whole_map(open_browser, roadmap, learner):
    walk(learner)
    page = open_browser(learner)
    for path in ("/?view=map", "/tracks/table-and-tree/?view=map"):
        page.goto(path)
        assert violations(page) == [], path


def test_on_paper_it_has_its_middle_width_and_no_switch(open_browser, content):
    page = open_browser(viewport={"width": 1280, "height": 800})
    page.goto("/?view=map")
    page.emulate_media(media="print")
    assert page.locator("#first > svg").bounding_box()["width"] == 688
    assert not page.locator(".layout-switch").is_visible()


def test_a_track_keeps_its_way(open_browser, content):
    assert Track.objects.filter(slug="other").exists()
    page = open_browser()
    page.goto("/tracks/other/?view=map")
    page.locator("#start--routes-name").click()
    page.locator("#beside--routes-tick").click()
    saved(page)
    assert page.locator("#finish--routes-tick").get_attribute("aria-checked") == "true"
    page.get_by_role("link", name="Open it on a page of its own").click()
    page.wait_for_url("**/topics/routes/?track=other")
