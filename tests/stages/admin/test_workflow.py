"""What maintainers do in the admin besides filling in forms."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from progress.models import ProgressEvent, Report, TopicProgress
from stages.fixture_io import FixtureError
from stages.models import Resource, Stage, Topic, TopicResource, Track, TrackTopic
from stages.sync.load import load
from tests.content import stage, topic, write_files
from tests.stages.admin.test_admin import topic_form


def act(client, model, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(f"/admin/stages/{model}/", data, follow=True)


# --- States -------------------------------------------------------------------------------------------


def test_actions_say_what_they_did(content, as_maintainer):
    topics = list(content.topics.values())
    Topic.objects.filter(slug__in=["boots", "maps", "snacks"]).update(state="draft")
    page = act(as_maintainer, "topic", "publish", *topics[:4])
    assert "3 topics published, 1 was already." in page.text
    assert Topic.objects.filter(state="published").count() == 5
    assert LogEntry.objects.count() == 3
    assert "1 topic retired." in act(as_maintainer, "topic", "retire", topics[0]).text
    assert "1 topic made drafts" in act(as_maintainer, "topic", "make_draft", topics[0]).text


def test_publishing_what_is_planned_means_now(content, as_maintainer):
    Topic.objects.filter(slug="maps").update(publish_at=timezone.now() + timedelta(days=1))
    assert "planned for" in as_maintainer.get("/admin/stages/topic/").text
    assert "1 topic published." in act(as_maintainer, "topic", "publish", content.topics["maps"]).text
    assert Topic.objects.get(slug="maps").is_published()


def test_an_empty_stage_is_not_published(content, as_maintainer):
    empty = Stage.objects.create(slug="empty", title="Empty", summary="E.", state="draft")
    page = act(as_maintainer, "stage", "publish", empty, content.first)
    assert "“Empty” stays as it is" in page.text
    assert "1 was already" in page.text
    empty.refresh_from_db()
    assert empty.state == "draft"


def test_retiring_the_last_topic_of_a_stage_is_said(content, as_maintainer):
    page = act(as_maintainer, "topic", "retire", content.topics["routes"], content.topics["weather"])
    assert "has no published topics" in page.text
    assert f"/admin/stages/stage/{content.second.pk}/change/" in page.text


def test_what_is_begun_in_the_admin_is_a_draft(content, as_maintainer):
    for model in ("stage", "topic", "track", "resource"):
        form = as_maintainer.get(f"/admin/stages/{model}/add/").context["adminform"].form
        assert form["state"].value() == "draft"


def test_without_the_right_there_is_no_action(content, as_maintainer, maintainer):
    maintainer.user_permissions.set(Permission.objects.filter(codename="view_topic"))
    act(as_maintainer, "topic", "retire", content.topics["maps"])
    assert Topic.objects.get(slug="maps").state == "published"
    for path in ("topic/{}/arrange/", "topic/{}/change/"):
        answer = as_maintainer.post(f"/admin/stages/{path.format(content.topics['maps'].pk)}", {})
        assert answer.status_code == 403


# --- Rules, the loader's own --------------------------------------------------------------------------


def test_a_circle_of_prerequisites_is_named_with_its_path(content, as_maintainer):
    content.topics["routes"].prerequisites.add(content.topics["maps"])
    boots = content.topics["boots"]
    form = topic_form(boots, prerequisites=[content.topics["routes"].pk])
    page = as_maintainer.post(f"/admin/stages/topic/{boots.pk}/change/", form)
    assert "in a circle: Boots → Routes → Maps → Boots." in page.text
    assert not boots.prerequisites.exists()


TWINS = ["http://example.org/maps/", "https://EXAMPLE.org/maps", "https://example.org:443/maps/"]
OTHERS = ["https://example.org/Maps/", "https://example.org/maps/?page=2", "https://example.org:8000/maps/"]


def resource_form(url):
    return {"url": url, "title": "T", "kind": "article", "publisher": "P", "state": "published", "language": "en"}


@pytest.mark.parametrize("url", TWINS)
def test_the_same_page_at_another_address_is_refused(content, as_maintainer, tmp_path, url):
    page = as_maintainer.post("/admin/stages/resource/add/", resource_form(url))
    assert "leads to the same page already" in page.text
    assert Resource.objects.count() == 1
    entries = [
        {"model": "stages.resource", "fields": {"url": each, "title": "T", "publisher": "P"}}
        for each in (content.resource.url, url)
    ]
    with pytest.raises(FixtureError, match="leads to the same page as"):
        load(write_files(tmp_path / "files", stage(), *entries))


@pytest.mark.parametrize("url", OTHERS)
def test_another_page_is_another_resource(content, as_maintainer, url):
    assert as_maintainer.post("/admin/stages/resource/add/", resource_form(url)).status_code == 302


def test_a_stage_is_not_published_before_its_topics(content, as_maintainer):
    data = {"title": "New", "slug": "new", "summary": "N.", "level": "", "state": "published", "topics-TOTAL_FORMS": 0}
    data |= {"topics-INITIAL_FORMS": 0, "gain": "", "reason": "", "checklist": "", "project_title": "", "project": ""}
    page = as_maintainer.post("/admin/stages/stage/add/", data)
    assert "Keep it a draft until it has one." in page.text
    assert as_maintainer.post("/admin/stages/stage/add/", data | {"state": "draft"}).status_code == 302
    assert Stage.objects.get(slug="new").position == 3  # new ones come last


def test_the_loader_says_which_stages_are_empty(db, tmp_path):
    plan = load(write_files(tmp_path / "files", stage("full"), topic("maps", stage="full"), stage("empty")))
    [note] = plan.notes
    assert "stage empty: it is published, and has no published topic." in note


def test_a_topic_that_moves_comes_last_in_its_new_stage(content, as_maintainer):
    boots = content.topics["boots"]
    as_maintainer.post(f"/admin/stages/topic/{boots.pk}/change/", topic_form(boots, stage=content.second.pk))
    assert [topic.slug for topic in content.second.topics.all()] == ["routes", "weather", "boots"]


def test_resources_that_are_added_come_last(content, as_maintainer):
    maps, link = content.topics["maps"], content.topics["maps"].links.get()
    more = Resource.objects.create(url="https://example.org/more/", title="More", publisher="E")
    rows = {"links-0-id": link.pk, "links-0-topic": maps.pk, "links-0-why": "Short.", "links-1-resource": more.pk}
    counts = {"links-TOTAL_FORMS": 2, "links-INITIAL_FORMS": 1, "links-1-topic": maps.pk, "links-1-why": ""}
    answer = as_maintainer.post(f"/admin/stages/topic/{maps.pk}/change/", topic_form(maps, **rows, **counts))
    assert answer.status_code == 302, answer.context["errors"]
    assert [(link.resource, link.why) for link in maps.links.all()] == [(content.resource, "Short."), (more, "")]


# --- Filters ------------------------------------------------------------------------------------------

FILTERS = {
    "wants=lesson": {"boots", "snacks", "routes", "weather"},
    "wants=example": {"boots", "snacks", "routes", "weather"},
    "wants=resources": {"boots", "snacks", "routes", "weather"},
    "links=old": {"maps"},
    "links=unchecked": set(),
    "named_by=leaflet": {"maps"},
    "named_by=nobody": {"boots", "snacks", "routes", "weather"},
    "reported=open": {"routes"},
    "reported=ever": {"routes", "weather"},
    "state=planned": {"snacks"},
    "state=published": {"boots", "maps", "routes", "weather"},
    "q=boots": {"boots"},
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_answer_what_a_maintainer_asks(content, as_maintainer, learner, query):
    Topic.objects.filter(slug="maps").update(body="Read:\n\n```python\nread()\n```")
    Topic.objects.filter(slug="snacks").update(publish_at=timezone.now() + timedelta(days=1))
    Resource.objects.update(outdated="Maps are on phones now.")
    Report.objects.create(topic=content.topics["routes"], kind=Report.Kind.values[0], text="?", user=learner)
    Report.objects.create(
        topic=content.topics["weather"], kind=Report.Kind.values[0], text="?", handled_at=timezone.now()
    )
    rows = as_maintainer.get(f"/admin/stages/topic/?{query}").context["cl"].queryset
    assert {topic.slug for topic in rows} == FILTERS[query]


# --- Order --------------------------------------------------------------------------------------------


def test_rows_are_put_in_order_without_a_script(content, as_maintainer):
    path = f"/admin/stages/stage/{content.first.pk}/arrange/"
    boots, maps = content.topics["boots"].pk, content.topics["maps"].pk
    assert f'value="{boots}:{maps}"' in as_maintainer.get(path).text  # the arrow down of the first row
    page = as_maintainer.post(f"{path}?by=down", {"move": f"{boots}:{maps}"}, follow=True)
    assert "“Boots” comes after “Maps” now." in page.text
    assert [topic.slug for topic in content.first.topics.all()] == ["maps", "boots", "snacks"]
    assert page.text.count("autofocus") == 1
    assert LogEntry.objects.get().get_change_message() == "“Boots” comes after “Maps” now."


@pytest.mark.parametrize("move", ["", "x:y", "0:", "1:x", ":"])
def test_a_move_of_nothing_is_explained(content, as_maintainer, move):
    page = as_maintainer.post(f"/admin/stages/stage/{content.first.pk}/arrange/", {"move": move}, follow=True)
    assert "nothing was moved" in page.text


def test_everything_that_has_an_order_can_be_put_in_order(content, as_maintainer):
    section = content.other.sections.first()
    for path in ("stage/arrange", "track/arrange", f"tracksection/{section.pk}/arrange"):
        rows = as_maintainer.get(f"/admin/stages/{path}/").context["rows_with_moves"]
        last = rows[-1][0]
        page = as_maintainer.post(f"/admin/stages/{path}/", {"move": f"{last.pk}:"}, follow=True)
        assert page.context["rows_with_moves"][0][0] == last


# --- Preview of Markdown ------------------------------------------------------------------------------


def test_a_preview_is_what_readers_will_see_and_no_more(content, as_maintainer):
    text = "*Hello* <script>alert(1)</script> [x](javascript:alert(1))"
    page = as_maintainer.post("/admin/stages/stage/markdown/", {"field": "body", "body": text})
    assert "<em>Hello</em>" in page.text
    assert "<script" not in page.text
    assert 'href="javascript' not in page.text
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_a_preview_is_for_maintainers(content, as_learner, client):
    for someone in (as_learner, client):
        assert someone.post("/admin/stages/stage/markdown/", {"field": "body"}).status_code == 302


# --- Seen as a learner --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "words"),
    [("", "0 of 2"), ("nothing", "0 of 2"), ("half", "1 of 2"), ("stage", "2 of 2"), ("everything", "2 of 2")],
)
def test_a_page_is_shown_with_progress_that_is_made_up(content, as_maintainer, done, words):
    page = as_maintainer.get(f"/stages/first/as-learner/?done={done}")
    assert words in page.text
    assert "Preview." in page.text
    assert not TopicProgress.objects.exists()
    assert not ProgressEvent.objects.exists()


@pytest.mark.parametrize(
    ("done", "words"), [("nothing", "0 of 2"), ("middle", "1 of 2"), ("everything", "2 of 2"), ("half", "0 of 2")]
)
def test_a_track_is_shown_with_progress_that_is_made_up(content, as_maintainer, done, words):
    page = as_maintainer.get(f"/tracks/other/as-learner/?done={done}")
    assert words in page.text
    assert "All before, and this stage" not in page.text
    assert not TopicProgress.objects.exists()


def test_a_draft_of_a_track_is_seen_as_it_will_be_in_every_look(content, as_maintainer, client):
    Track.objects.filter(slug="other").update(state="draft")
    for look in ("map", "table", "outline", "checklist"):
        page = as_maintainer.get(f"/tracks/other/as-learner/?view={look}&done=middle")
        assert "Learners cannot see this page yet." in page.text
        assert "Routes" in page.text
        assert 'href="?view=table&amp;done=middle"' in page.text
    assert as_maintainer.get("/tracks/other/as-learner/map.css").status_code == 200
    assert client.get("/tracks/other/map.css").status_code == 404


def test_the_preview_of_the_merged_roadmap_is_its_page(content, as_maintainer):
    assert as_maintainer.get("/tracks/roadmap/as-learner/").url == "/as-learner/"


def test_what_instructors_compose_has_no_preview_here(content, as_maintainer):
    Track.objects.filter(slug="other").update(private=True)
    for page in ("", "map.css"):
        assert as_maintainer.get(f"/tracks/other/as-learner/{page}").status_code == 404


def test_the_pages_of_the_admin_lead_to_the_previews_and_to_putting_in_order(content, as_maintainer):
    section = content.other.sections.first()
    expected = {
        "stage/": ["/as-learner/", "arrange/"],
        "track/": ["arrange/"],
        f"stage/{content.first.pk}/change/": ["/stages/first/as-learner/", f"stage/{content.first.pk}/arrange/"],
        f"track/{content.other.pk}/change/": ["/tracks/other/as-learner/", f"track/{content.other.pk}/arrange/"],
        f"tracksection/{section.pk}/change/": [f"/tracks/other/as-learner/#{section.slug}"],
    }
    for path, links in expected.items():
        page = as_maintainer.get(f"/admin/stages/{path}").text
        for link in links:
            assert f'{link}"' in page, path


def test_a_draft_is_seen_as_it_will_be(content, as_maintainer, client):
    draft = Stage.objects.create(slug="between", title="Between", summary="B.", position=1, state="draft")
    Topic.objects.create(slug="tents", title="Tents", summary="T.", stage=draft, state="draft")
    page = as_maintainer.get("/stages/between/as-learner/").text
    assert "Tents" in page
    assert "Learners cannot see this page yet." in page
    assert "Learners cannot see this page yet." in as_maintainer.get("/topics/tents/as-learner/").text
    assert client.get("/stages/between/").status_code == 404
    assert "Between" not in client.get("/").text


def test_a_box_of_a_preview_saves_nothing(content, as_maintainer):
    page = as_maintainer.get("/topics/maps/as-learner/").text
    assert 'name="reader" value="preview"' in page
    as_maintainer.post("/topics/maps/progress/", {"status": "done", "reader": "preview", "page": "topic"})
    assert not TopicProgress.objects.exists()


# --- Copies -------------------------------------------------------------------------------------------


def test_a_copy_of_a_stage_is_a_draft_with_copies_of_its_topics(content, as_maintainer, client):
    Topic.objects.filter(slug="maps").update(replaces=["paper-maps"], body="*Read* it.")
    before = client.get("/").text
    answer = as_maintainer.post(f"/admin/stages/stage/{content.first.pk}/duplicate/", follow=True)
    copy = Stage.objects.get(slug="first-2")
    assert "Nobody sees it yet" in answer.text
    assert (copy.title, copy.state, copy.position) == ("First steps (copy)", "draft", 3)
    assert [(topic.slug, topic.state) for topic in copy.topics.all()] == [
        ("boots-2", "draft"),
        ("maps-2", "draft"),
        ("snacks-2", "draft"),
    ]
    maps = copy.topics.get(slug="maps-2")
    assert (maps.body, maps.body_html, maps.replaces) == ("*Read* it.", "<p><em>Read</em> it.</p>\n", [])
    assert [link.resource for link in maps.links.all()] == [content.resource]
    assert [topic.slug for topic in maps.prerequisites.all()] == ["boots-2"]
    assert TopicResource.objects.count() == 2
    assert client.get("/").text.count("<li") == before.count("<li")


def test_a_copy_of_a_track_has_the_same_topics(content, as_maintainer):
    as_maintainer.post(f"/admin/stages/track/{content.other.pk}/duplicate/")
    copy = Track.objects.get(slug="other-2")
    assert (copy.state, copy.source, copy.follows_stages) == ("draft", None, False)
    places = TrackTopic.objects.order_by("section__position", "position")
    original, copied = (
        list(places.filter(section__track=track).values_list("section__slug", "topic__slug", "required"))
        for track in (content.other, copy)
    )
    assert original == copied
    assert Topic.objects.count() == 5


def test_a_copy_of_the_roadmap_has_the_stages_as_its_sections(content, as_maintainer):
    as_maintainer.post(f"/admin/stages/track/{content.merged.pk}/duplicate/")
    copy = Track.objects.get(slug="roadmap-2")
    assert [(section.slug, section.places.count()) for section in copy.sections.all()] == [("first", 3), ("second", 2)]


def test_a_copy_is_made_by_post_and_by_who_may_add(content, as_maintainer, maintainer):
    path = f"/admin/stages/stage/{content.first.pk}/duplicate/"
    assert as_maintainer.get(path).status_code == 405
    maintainer.user_permissions.set(Permission.objects.filter(codename="change_stage"))
    assert as_maintainer.post(path).status_code == 403
    assert Stage.objects.count() == 2
