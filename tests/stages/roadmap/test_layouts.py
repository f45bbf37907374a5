"""Four ways to see the roadmap and every track: the switch, what each shows, and that all of them agree."""

import re
from html import unescape

import pytest

from progress.models import TopicProgress
from stages.content import current_content, outline_of_stages, outline_of_track
from stages.map.stylesheet import map_stylesheet
from stages.models import Topic, Track
from stages.roadmap.layouts import RoadmapLayout

LOOKS = pytest.mark.parametrize("look", RoadmapLayout)
PATHS = pytest.mark.parametrize("path", ["/", "/tracks/other/"])


def statuses(page):
    """{id of a row: its status} of a page, rows on the map included."""
    return dict(re.findall(r'<(?:li|g) class="row [^>]*? id="([\w-]+)"[^>]*? data-status="(\w+)"', page))


def current(page):
    return re.findall(r'<a href="\?view=(\w+)" aria-current="true">', page)


# --- The switch ---------------------------------------------------------------------------------------


@PATHS
def test_a_new_visitor_sees_the_checklist(content, client, path):
    page = client.get(path)
    assert current(page.text) == ["checklist"]
    assert "view" not in page.cookies


@LOOKS
@PATHS
def test_it_can_be_chosen_and_is_remembered_everywhere(content, client, path, look):
    chosen = client.get(f"{path}?view={look}")
    assert current(chosen.text) == [look]
    assert chosen.cookies["view"]["httponly"]
    assert chosen.cookies["view"]["samesite"] == "Lax"
    assert current(client.get("/").text) == [look]
    assert current(client.get("/tracks/other/").text) == [look]


def test_the_address_wins_and_nonsense_is_ignored(content, client):
    client.get("/?view=table")
    assert current(client.get("/?view=outline").text) == ["outline"]
    nonsense = client.get("/?view=circle")
    assert current(nonsense.text) == ["outline"]
    assert "view" not in nonsense.cookies
    client.cookies["view"] = "circle"
    assert current(client.get("/").text) == ["checklist"]


@LOOKS
def test_it_shows_an_empty_roadmap_kindly(db, client, look):
    assert "There is no roadmap here yet" in client.get(f"/?view={look}").text


@LOOKS
def test_an_empty_stage_breaks_none(content, client, look):
    content.second.topics.all().delete()
    assert client.get(f"/?view={look}").status_code == 200


# --- They agree ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["", "table-and-tree", "ship-an-mvp", "fifteen-sections"])
def test_all_four_have_the_same_rows_and_the_same_numbers(walked, as_learner, slug):
    path = f"/tracks/{slug}/" if slug else "/"
    outline = outline_of_track(Track.objects.get(slug=slug)) if slug else outline_of_stages()
    expected = {
        f"{section.slug}--{topic.slug}": walked.status_of(topic.pk)
        for section in outline.sections
        for topic in section.topics
    }
    total = walked.measure(outline.topics)
    here = walked.next_topic(outline.topics)
    for look in RoadmapLayout:
        page = as_learner.get(f"{path}?view={look}").text
        assert statuses(page) == expected, look
        assert f'<progress value="{total.done}" max="{total.total}" aria-label=' in page, look
        assert f": {here.title}</a>" in page, look
        for section in outline.sections:
            measured = walked.measure(section.topics)
            if look == RoadmapLayout.MAP:
                post = re.search(f'<g id="post-{section.slug}".*?</text></g></g></g>', page, re.DOTALL).group()
                assert f"{measured.done} of {measured.total} done" in post
            elif look != RoadmapLayout.OUTLINE:
                bar = re.search(f'id="bar-{section.slug}".*?</div>', page, re.DOTALL).group()
                assert f"<strong>{measured.done} of {measured.total}</strong> done" in bar


def test_the_levels_of_the_outline_add_up(walked, as_learner):
    page = as_learner.get("/?view=outline").text
    total = walked.measure(outline_of_stages().topics)
    bars = re.findall(r'id="bar-(level-\w+|\w+--[\w-]+)"(.*?)</div>', page, re.DOTALL)
    numbers = [
        (name, re.search(r"</progress>.*<strong>(\d+) of (\d+)</strong>", bar, re.DOTALL)) for name, bar in bars
    ]
    found = [(name, *match.groups()) for name, match in numbers if match]
    for level in ("beginner", "intermediate", "advanced"):
        [(done, all_of_them)] = [(int(a), int(b)) for name, a, b in found if name == f"level-{level}"]
        branches = [(int(a), int(b)) for name, a, b in found if name.startswith(f"{level}--")]
        assert (done, all_of_them) == tuple(map(sum, zip(*branches, strict=True)))
    levels = [(int(a), int(b)) for name, a, b in found if name.startswith("level-")]
    assert tuple(map(sum, zip(*levels, strict=True))) == (total.done, total.total)


@LOOKS
def test_no_id_is_on_a_page_twice(walked, as_learner, look):
    for path in ("/", "/tracks/table-and-tree/"):
        ids = re.findall(r'\bid="([^"]+)"', as_learner.get(f"{path}?view={look}").text)
        assert len(ids) == len(set(ids))


def test_the_outline_shows_each_topic_under_its_own_level(content, client):
    Topic.objects.filter(slug="maps").update(level="intermediate")
    page = client.get("/?view=outline").text
    words = r'id="(level-\w+|first--boots|first--maps|second--routes)"'
    expected = [
        "level-beginner",
        "first--boots",
        "level-intermediate",
        "first--maps",
        "level-advanced",
        "second--routes",
    ]
    assert re.findall(words, page) == expected


# --- Ticks --------------------------------------------------------------------------------------------


def tick(client, user, slug, look, track="", htmx=True, **more):
    more |= {"track": track} if track else {}
    path = f"/tracks/{track}/?view={look}" if track else f"/?view={look}"
    return client.post(
        f"/topics/{slug}/progress/?at=first--{slug}",
        {"status": "done", "page": look, "reader": user.pk, "next": path, **more},
        headers={"HX-Request": "true"} if htmx else {},
    )


@LOOKS
def test_without_javascript_a_tick_returns_to_the_same_topic_in_the_same_look(content, as_learner, learner, look):
    page = look if look != RoadmapLayout.CHECKLIST else "roadmap"
    answer = tick(as_learner, learner, "maps", page, htmx=False)
    assert answer.url == f"/?view={page}#first--maps"
    assert learner.topic_progress.get().status == "done"


@pytest.mark.parametrize("track", ["", "other"])
@pytest.mark.parametrize("look", [RoadmapLayout.MAP, RoadmapLayout.TABLE, RoadmapLayout.OUTLINE])
def test_the_answer_to_a_tick_is_what_the_page_shows_afterwards(content, as_learner, learner, look, track):
    answer = tick(as_learner, learner, "routes", look, track).text
    page = as_learner.get(f"/tracks/other/?view={look}" if track else f"/?view={look}").text
    rows = statuses(answer)
    assert rows == {name: status for name, status in statuses(page).items() if name.endswith("--routes")}
    assert set(rows.values()) == {"done"}
    assert len(rows) == (2 if track else 1)
    for name, bar in re.findall(r'<div class="bar" id="bar-([\w-]+)"(.*?)</div>', answer, re.DOTALL):
        bar = bar.replace(' hx-swap-oob="true"', "")
        assert f'id="bar-{name}"{bar}' in page, name
    assert 'id="bar-total"' in answer
    assert 'id="onward"' in answer


def test_a_tick_on_the_map_moves_the_sign_to_the_next_topic(content, as_learner, learner):
    assert "boots" in re.search(
        r'<g class="row[^>]*?id="([\w-]+)"(?:(?!</g>\n).)*id="here"', map_of(as_learner)
    ).group(1)
    answer = tick(as_learner, learner, "boots", "map").text
    assert '<g id="here" hx-swap-oob="delete">' in answer
    assert 'hx-swap-oob="beforeend:#first--maps"' in answer
    assert answer.count("You are here") == 1
    for slug in ("maps", "routes", "weather"):
        answer = tick(as_learner, learner, slug, "map").text
    assert "You are here" not in answer
    assert "You are here" not in map_of(as_learner)
    assert "walked the whole trail" in answer


def map_of(client):
    return client.get("/?view=map").text


def test_a_tick_answers_for_the_panel_only_when_it_shows_the_topic(content, as_learner, learner):
    assert 'id="beside--maps"' not in tick(as_learner, learner, "maps", "map").text
    assert 'id="beside--maps"' not in tick(as_learner, learner, "maps", "map", beside="boots").text
    assert 'id="beside--maps"' in tick(as_learner, learner, "maps", "map", beside="maps").text


def test_a_stage_that_is_complete_says_so_by_its_shape(content, as_learner, learner):
    page = map_of(as_learner)
    assert "post-done" not in page
    for slug in ("boots", "maps"):
        answer = tick(as_learner, learner, slug, "map").text
    assert 'class="post-done"' in answer
    assert 'stroke-dasharray="100 100"' in answer


# --- The map ------------------------------------------------------------------------------------------


def test_the_map_has_real_links_in_learning_order(roadmap, client):
    page = map_of(client)
    links = re.findall(r'<a class="row-name" id="[\w-]+" href="/topics/([\w-]+)/"', page)
    assert links == [topic.slug for topic in outline_of_stages().topics]
    stages = re.findall(r'<li class="map-stage" id="([\w-]+)"><svg class="s\d+" width="\d+" height="\d+"', page)
    assert stages == [stage.slug for stage in outline_of_stages().sections]


def test_a_title_is_whole_for_whoever_reads_or_copies_it(roadmap, client):
    found = re.findall(r"<text>((?:<tspan[^>]*>[^<]*</tspan>)+)</text></a>", map_of(client))
    titles = [unescape(re.sub(r"<[^>]+>", "", text)) for text in found]
    assert titles == [topic.title for topic in outline_of_stages().topics]


@pytest.mark.parametrize(
    ("status", "required", "level", "name"),
    [
        ("none", True, "beginner", None),
        ("done", True, "beginner", None),  # its checkbox says that
        ("learning", True, "beginner", "Maps, learning"),
        ("skipped", False, "advanced", "Maps, advanced, optional, skipped"),
    ],
)
def test_a_name_says_what_the_eye_sees(content, as_learner, learner, status, required, level, name):
    Topic.objects.filter(slug="maps").update(required=required, level=level)
    if status != "none":
        TopicProgress.objects.record(learner, content.topics["maps"], status)
    page = map_of(as_learner)
    link = re.search(r'<a class="row-name" id="first--maps-name"[^>]*>', page).group()
    assert re.findall('aria-label="([^"]+)"', link) == ([name] if name else [])
    box = re.search(r'<button class="tick" id="first--maps-tick"[^>]*>', page).group()
    assert f'aria-checked="{"true" if status == "done" else "false"}"' in box


def test_prerequisites_are_drawn_where_they_are_on_the_map(content, client):
    maps = re.search(r'id="first--maps".*?</a>', map_of(client)).group()
    assert 'class="edges"' in maps
    assert 'class="edges"' not in re.search(r'id="first--boots".*?</a>', map_of(client)).group()
    # The other track has no boots, so nothing leads to them there.
    assert 'class="edges"' not in client.get("/tracks/other/?view=map").text


def test_a_draft_is_on_no_map(content, client):
    Topic.objects.filter(slug="boots").update(state="draft")
    page = map_of(client)
    assert "Boots" not in page
    assert 'class="edges"' not in page


def test_prerequisites_are_read_as_pairs(content):
    assert current_content().prerequisites == ((content.topics["maps"].pk, content.topics["boots"].pk),)
    content.topics["maps"].prerequisites.clear()
    assert current_content().prerequisites == ()


def test_hostile_titles_stay_text(content, client):
    Topic.objects.filter(slug="maps").update(title='<script>"&amp;')
    page = map_of(client)
    assert "<script>&quot;" not in page
    assert "&lt;script&gt;&quot;&amp;amp;" in page


@pytest.mark.parametrize("path", ["/", "/tracks/other/"])
def test_the_stylesheet_of_a_map_is_kept_for_ever_under_its_own_address(content, client, path):
    address = re.search(r'href="([\w/]*map\.css\?v=\w+)"', client.get(f"{path}?view=map").text).group(1)
    answer = client.get(address)
    assert answer["Content-Type"] == "text/css"
    assert "immutable" in answer["Cache-Control"]
    assert "Cookie" not in answer.get("Vary", "")
    assert ".n0{transform:translate(" in answer.text
    assert "no-cache" in client.get(f"{path}map.css?v=older")["Cache-Control"]
    Topic.objects.filter(slug="maps").update(title="Another title, which is very long indeed")
    assert address not in client.get(f"{path}?view=map").text


def test_a_draft_track_has_no_stylesheet(content, client):
    Track.objects.filter(slug="other").update(state="draft")
    assert client.get("/tracks/other/map.css").status_code == 404


def test_the_same_content_is_drawn_once(roadmap, db):
    content = current_content()
    assert map_stylesheet(content, content.outline) is map_stylesheet(current_content(), outline_of_stages())


# --- The panel ----------------------------------------------------------------------------------------


def test_the_panel_has_the_topic_with_its_checkbox(content, as_learner, learner):
    TopicProgress.objects.record(learner, content.topics["maps"], "learning")
    panel = as_learner.get("/topics/maps/beside/", headers={"HX-Request": "true"}).text
    assert "<html" not in panel
    assert 'id="beside--maps-tick"' in panel
    assert 'data-status="learning"' in panel
    assert '<input type="hidden" name="beside" value="maps">' in panel
    assert '<a href="/topics/boots/">Boots</a>' in panel
    assert 'href="/topics/maps/"' in panel


def test_the_panel_keeps_to_the_track(content, client):
    panel = client.get("/topics/maps/beside/?track=other", headers={"HX-Request": "true"}).text
    assert 'href="/topics/maps/?track=other"' in panel


def test_whoever_comes_to_the_panel_without_the_map_is_led_to_the_topic(content, client):
    assert client.get("/topics/maps/beside/").url == "/topics/maps/"
    Topic.objects.filter(slug="maps").update(state="draft")
    assert client.get("/topics/maps/beside/").status_code == 404
    assert client.get("/topics/nowhere/beside/").status_code == 404
