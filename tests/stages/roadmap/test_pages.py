"""The content pages, as a reader sees them."""

import re

import pytest
from django.urls import reverse

from stages.models import Entry, Resource, Stage, Topic, Track, TrackTopic


def test_the_roadmap_shows_every_stage_and_topic_in_order(roadmap, client):
    page = client.get("/")
    for stage in Stage.objects.all():
        assert f'<a href="/stages/{stage.slug}/">' in page.text
    places = [
        page.text.index(f'id="{topic.stage.slug}--{topic.slug}"')
        for topic in Topic.objects.in_learning_order().select_related("stage")
    ]
    assert places == sorted(places)


def test_a_stage_links_its_neighbors(roadmap, client):
    page = client.get("/stages/apis/").text
    assert 'rel="prev" href="/stages/advanced-django/"' in page
    assert 'rel="next" href="/stages/security/"' in page
    assert 'rel="prev"' not in client.get("/stages/python-foundations/").text


def test_a_topic_shows_what_it_needs_and_unlocks_and_where_to_learn_it(content, client):
    page = client.get("/topics/maps/").text
    assert '<h2 id="before">Before this</h2>' in page
    assert '<a href="/topics/boots/">Boots</a>' in page
    assert '<a href="https://example.org/maps/" rel="external">Reading maps</a>' in page
    assert "It is short." in page
    assert "What this unlocks" in client.get("/topics/boots/").text


def test_provenance_goes_both_ways(content, client):
    topic = client.get("/topics/maps/").text
    assert '<a href="/sources/leaflet/#x1">Part one</a>' in topic
    source = client.get("/sources/leaflet/").text
    assert 'id="x1"' in source
    assert '<a href="/topics/maps/">Maps</a>' in source


def test_a_topic_that_no_document_names_says_so(content, client):
    assert "The document behind this roadmap does not name this topic" in client.get("/topics/boots/").text


@pytest.mark.parametrize(
    "slug", ["ten-stages", "table-and-tree", "fifteen-sections", "nineteen-sections", "python-then-django"]
)
def test_every_track_opens_with_its_own_headings(roadmap, client, slug):
    track = Track.objects.get(slug=slug)
    page = client.get(track.get_absolute_url())
    for section in track.sections.all():
        assert section.title.replace("&", "&amp;") in page.text


def test_the_merged_track_is_the_roadmap(content, client):
    assert client.get("/tracks/roadmap/").url == "/"
    assert content.merged.get_absolute_url() == "/"


def test_every_source_opens(roadmap, client):
    for key in ("stage-graph", "table-and-tree", "fifteen-sections", "nineteen-sections", "check-list"):
        assert client.get(reverse("source", args=[key])).status_code == 200


@pytest.mark.parametrize("path", ["/", "/tracks/", "/sources/", "/search/?q=maps"])
def test_an_empty_site_opens(db, client, path):
    assert client.get(path).status_code == 200


def test_an_empty_site_says_what_to_do(db, client, as_learner):
    assert "manage.py load_roadmap" in client.get("/").text
    assert "Nothing to do" in as_learner.get("/me/").text


@pytest.mark.parametrize("path", ["/stages/nowhere/", "/topics/nothing/", "/tracks/none/", "/sources/x/", "/nowhere"])
def test_what_is_not_there_is_a_friendly_404(content, client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Off the trail" in response.text


def test_names_are_escaped(content, client):
    Topic.objects.filter(slug="maps").update(title="<script>alert(1)</script>", summary="</li><script>x</script>")
    for path in ("/", "/stages/first/", "/topics/maps/", "/topics/boots/", "/tracks/other/", "/sources/leaflet/"):
        assert "<script>alert" not in client.get(path).text
        assert "<script>x" not in client.get(path).text


def test_an_edit_is_seen_at_once(content, client):
    """Rows are kept between requests; what they were made of is their key."""
    assert "Charts" not in client.get("/").text
    Topic.objects.filter(slug="maps").update(title="Charts")
    assert "Charts" in client.get("/").text
    Stage.objects.filter(slug="first").update(title="Renamed")
    assert "Renamed" in client.get("/").text


def test_a_visitor_is_offered_a_start_and_then_a_way_on(content, client):
    assert "Start: Boots" in client.get("/").text
    client.post("/topics/boots/progress/", {"status": "done"})
    assert "Continue: Maps" in client.get("/").text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_read_only(content, client, method):
    for path in ("/", "/stages/first/", "/topics/maps/", "/tracks/", "/sources/", "/search/"):
        assert getattr(client, method)(path).status_code == 405


def test_head_is_answered(content, client):
    assert client.head("/").status_code == 200


def test_a_source_links_nothing_that_is_not_published(content, client):
    entry = content.source.entries.get()
    entry.stages.add(content.second)
    assert "/stages/second/" in client.get("/sources/leaflet/").text
    content.second.state = content.other.state = "draft"
    content.second.save()
    content.other.save()
    for path in ("/sources/", "/sources/leaflet/"):
        page = client.get(path).text
        assert "/stages/second/" not in page
        assert "/tracks/other/" not in page


def test_staff_is_led_to_the_form_of_a_topic(content, client, as_maintainer):
    edit = f"/admin/stages/topic/{content.topics['maps'].pk}/change/"
    assert edit in as_maintainer.get("/topics/maps/").text
    assert edit not in client.get("/topics/maps/").text


def links(page):
    """Where the page leads next and before: ``{"prev": address, "next": address}``."""
    return dict(re.findall(r'<a rel="(prev|next)" href="([^"]+)"', page))


def test_a_topic_leads_along_the_roadmap_from_stage_to_stage(content, client):
    assert links(client.get("/topics/boots/").text) == {"next": "/topics/maps/"}
    assert links(client.get("/topics/snacks/").text) == {"prev": "/topics/maps/", "next": "/topics/routes/"}
    assert links(client.get("/topics/weather/").text) == {"prev": "/topics/routes/"}


def test_a_topic_opened_from_a_track_leads_along_the_track(content, client):
    track = client.get("/tracks/other/").text
    assert 'href="/topics/routes/?track=other"' in track
    page = client.get("/topics/routes/?track=other").text
    assert '<a href="/tracks/other/">Another way</a>' in page
    # It stands in two sections of the track, and comes once on the way.
    assert links(page) == {"prev": "/topics/maps/?track=other", "next": "/topics/snacks/?track=other"}


@pytest.mark.parametrize("track", ["nonsense", "roadmap", "other", ""])
def test_a_track_that_has_not_the_topic_is_passed_over(content, client, track):
    assert links(client.get(f"/topics/weather/?track={track}").text) == {"prev": "/topics/routes/"}


def test_a_tick_on_a_track_keeps_the_way_along_it(content, as_learner):
    row = as_learner.post(
        "/topics/maps/progress/?at=start--maps",
        {"status": "done", "page": "track", "track": "other"},
        headers={"HX-Request": "true"},
    ).text
    assert 'href="/topics/maps/?track=other"' in row
    assert 'href="/topics/routes/?track=other"' in row  # the button to go on


@pytest.mark.parametrize(
    "path",
    ["/", "/?view=table", "/?view=outline", "/stages/first/", "/tracks/other/?view=checklist", "/search/?q=maps"],
)
def test_a_page_has_one_menu_for_all_its_rows(content, client, path):
    """And each row a link to the topic's own choices, which are in the open there."""
    page = client.get(path).text
    track = "?track=other" if "/tracks/" in path else ""
    assert f'class="more" href="/topics/maps/{track}#status"' in page
    assert page.count('<template id="row-menu">') == page.count('data-states="learning"') == 1
    topic = client.get(f"/topics/maps/{track}").text
    assert topic.index('id="status"') < topic.index('data-states="learning"')
    assert 'id="row-menu"' not in topic


def test_a_track_says_what_it_takes_of_each_stage_and_what_it_insists_on(content, client):
    TrackTopic.objects.filter(topic__slug="snacks").update(required=True)
    page = client.get("/tracks/other/").text
    assert "First steps</a> 2 of 3" in page
    assert "Further on</a> 1 of 2" in page
    assert 'Required here, optional there: <a href="/topics/snacks/?track=other">Snacks</a>.' in page


def test_a_lesson_is_on_its_page(content, client):
    maps = content.topics["maps"]
    maps.body = "Maps are **flat**."
    maps.disagreement = "One says *north up*."
    maps.outcomes = ["read `legend` & scale"]
    maps.save()
    page = client.get("/topics/maps/").text
    assert "<p>Maps are <strong>flat</strong>.</p>" in page
    assert "<em>north up</em>" in page
    assert "<li>read <code>legend</code> &amp; scale</li>" in page


def test_a_stage_says_what_it_is_for_and_ends_with_something_to_build(content, client):
    content.first.gain = "A hut."
    content.first.reason = "Huts come first."
    content.first.checklist = ["find `north`"]
    content.first.project_title = "A lean-to"
    content.first.project = "Use *two* poles."
    content.first.save()
    page = client.get("/stages/first/").text
    for text in ("A hut.", "Huts come first.", "find <code>north</code>", "Build it: A lean-to", "<em>two</em>"):
        assert text in page


def test_a_resource_shows_its_facts(content, client):
    Resource.objects.update(language="de", outdated="It is from 1902.", free=False)
    page = client.get("/topics/maps/").text
    for text in ("Documentation", "Example", "German", "paid", "It is from 1902.", "It is short."):
        assert text in page


def add_entry(content, ref, **fields):
    return Entry.objects.create(ref=ref, source=content.source, position=int(ref[1:]), line=int(ref[1:]), **fields)


def test_a_document_shows_headings_in_headings_and_what_it_says_in_our_words(content, client):
    heading = add_entry(content, "x2", section="Packing", label="Packing", heading=True, sign="🎒")
    heading.topics.add(content.topics["boots"])
    add_entry(content, "x3", section="Packing / Food", paraphrase="Take enough.").topics.add(content.topics["snacks"])
    page = client.get("/sources/leaflet/").text
    assert '<h2><span class="heading-sign" aria-hidden="true">🎒</span> Packing<span id="x2"></span></h2>' in page
    assert "<h3>Food</h3>" in page
    assert '<span class="paraphrase">Take enough.</span>' in page
    topic = client.get("/topics/snacks/").text
    assert '<a href="/sources/leaflet/#x3">Packing / Food</a>: Take enough.' in topic


def test_a_description_that_goes_where_its_heading_goes_does_not_say_so_again(content, client):
    for ref, words in [("x2", {"label": "Packing", "heading": True}), ("x3", {"paraphrase": "Take enough."})]:
        add_entry(content, ref, section="Packing", **words).topics.add(content.topics["boots"])
    assert client.get("/sources/leaflet/").text.count("/topics/boots/") == 1


def test_what_stands_under_no_heading_opens_the_document(content, client):
    add_entry(content, "x0", paraphrase="For walkers.").topics.add(content.topics["boots"])
    page = client.get("/sources/leaflet/").text
    assert page.index("For walkers.") < page.index("<h2>Part one</h2>")
    assert '<a href="/sources/leaflet/#x0">At its beginning</a>: For walkers.' in client.get("/topics/boots/").text


def test_a_line_leads_to_its_citations_and_back(content, client):
    note = add_entry(
        content, "x9", label="A walk", kind="citation", sign="[1]", printed_url="https://example.org/walk"
    )
    content.source.entries.get(ref="x1").cites.add(note)
    page = client.get("/sources/leaflet/").text
    assert '<a href="#x9" aria-label="Citation [1]: A walk">[1]</a>' in page
    assert '<a href="#x1">Maps</a>' in page
    assert "printed address: https://example.org/walk" in page


def test_what_went_nowhere_says_so_and_a_frame_is_not_shown(content, client):
    add_entry(content, "x2", section="Part one", label="Compasses")
    add_entry(content, "x3", section="Part one", label="A list with dots", kind="frame")
    page = client.get("/sources/leaflet/").text
    assert "This is not taught here." in page
    assert "A list with dots" not in page


@pytest.mark.parametrize(
    ("drawing", "element"),
    [
        ("sections", '<section class="document-section">'),
        ("graph", '<li class="node">'),
        ("table and tree", '<th scope="row">'),
        ("check-list", '<li class="line box-line"'),
    ],
)
def test_a_document_is_drawn_as_it_is_told(content, client, drawing, element):
    content.source.drawing = drawing
    content.source.save()
    assert element in client.get("/sources/leaflet/").text
